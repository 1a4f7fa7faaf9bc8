"""Reading: messages between people, as `matchers.expectation` looks at them; and what was learned from them.

What was learned stands in the setting LEARNED (the rates) and in the table `hand` (how each address writes). It is
derived from the newest LETTERS messages, when enough has come since.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from activity.letter import Letter
from activity.shape import unpacked
from store import settings
from store.codes import DIRECTION, ROLE, VERDICT
from store.lists import chunks, placeholders, rows_among
from store.log import Log
from store.turns import THEM, US

LETTERS = 4_000
LEARNED = "learned"
_WORD = re.compile(r"[^\W\d_]{3,}")
_FORWARDED = re.compile(r"(?:fwd?|wg|tr|i|rv|enc|fyi)\s*:", re.IGNORECASE)

_COLUMNS = f"""SELECT a.id, a.conversation, a.at, a.direction_code = {DIRECTION["outbound"]}, a.shape, a.subject,
    (SELECT p.address_id FROM participation p WHERE p.activity_id = a.id AND p.role_code = {ROLE["from"]} LIMIT 1),
    (SELECT count(*) FROM participation p WHERE p.activity_id = a.id AND p.role_code = {ROLE["to"]}),
    EXISTS (SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id WHERE p.activity_id = a.id
        AND p.role_code = {ROLE["to"]} AND (r.rule = 'self') = (a.direction_code <> {DIRECTION["outbound"]})),
    EXISTS (SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
        JOIN account_address o ON o.email = r.email WHERE p.activity_id = a.id AND p.role_code = {ROLE["to"]}),
    EXISTS (SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
        JOIN account_address o ON o.email = r.email WHERE p.activity_id = a.id AND p.role_code = {ROLE["from"]}),
    (SELECT p.address_id FROM participation p JOIN address r ON r.id = p.address_id
        WHERE p.activity_id = a.id AND p.role_code = {ROLE["to"]} AND r.rule <> 'self' LIMIT 1)
    FROM activity a"""
_PERSONS = f"a.verdict_code = {VERDICT['person']} AND a.ends IS NULL"


def newest_letters(log: Log, until: int) -> list[Letter]:
    """The newest LETTERS messages between people up to `until`, the newest first."""
    query = f"{_COLUMNS} WHERE {_PERSONS} AND a.at <= ? ORDER BY a.at DESC LIMIT {LETTERS}"
    return [_letter(row) for row in log.execute(query, (until,))]


def conversations_of(log: Log, conversations: Iterable[int]) -> dict[int, list[Letter]]:
    """The letters of each of these conversations, the oldest first."""
    found: dict[int, list[Letter]] = {}
    for chunk in chunks(list(conversations)):
        some = placeholders(chunk)
        which = f"(a.thread IN ({some}) OR (a.thread IS NULL AND a.identity_hash IN ({some})))"
        for row in log.execute(f"{_COLUMNS} WHERE {which} AND {_PERSONS}", [*chunk, *chunk]):
            found.setdefault(row[1], []).append(_letter(row))
    for letters in found.values():
        letters.sort(key=lambda one: (one.at, one.id))
    return found


def hands(log: Log, address_ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """Address → (base, text, quotes, given, expected, answered, awaited), for those of whom something was learned."""
    query = "SELECT * FROM hand WHERE address_id IN ({})"
    return {row[0]: row[1:] for row in rows_among(log, query, address_ids)}


def learned(log: Log) -> dict[str, Any]:
    """What was kept last; empty for nothing."""
    text = settings.read(log, LEARNED)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def unjudged(log: Log, since: int) -> list[tuple[int, int, int]]:
    """(activity, conversation, side) of what waits since then or later, and whose chance is not known yet."""
    query = """SELECT activity_id, conversation, waits_for FROM thread
        WHERE waits_for IN (?, ?) AND at >= ? AND chance IS NULL"""
    return log.execute(query, (US, THEM, since)).fetchall()


def _letter(row: tuple[Any, ...]) -> Letter:
    (
        row_id,
        conversation,
        at,
        ours,
        number,
        subject,
        writer,
        recipients,
        reaches,
        reaches_account,
        by_account,
        reader,
    ) = row
    shape = unpacked(number)
    traits = set()
    if not ours and reaches and not reaches_account:
        traits.add("colleague")
    if recipients > 1:
        traits.add("several")
    if shape is not None and shape.attachments:
        traits.add("attached")
    if subject and _FORWARDED.match(subject):
        traits.add("forwarded")
    if subject and "?" in subject:
        traits.add("question")
    words = frozenset(_WORD.findall(subject.casefold())) if subject else frozenset()
    return Letter(
        row_id, conversation, at, bool(ours), shape, writer or 0, frozenset(traits), bool(reaches), bool(by_account),
        reader or 0, words,
    )  # fmt: skip


def count_after(log: Log, activity_id: int) -> int:
    """How many messages between people have been added after this id."""
    query = f"SELECT count(*) FROM activity a WHERE a.id > ? AND {_PERSONS}"
    return int(log.execute(query, (activity_id,)).fetchone()[0])


def newest_id(log: Log) -> int:
    """The highest id of any activity; 0 for none."""
    return int(log.execute("SELECT coalesce(max(id), 0) FROM activity").fetchone()[0])
