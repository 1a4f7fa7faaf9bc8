"""Reading: messages between people, as `matchers.expectation` looks at them; and what was learned
from them.

What was learned stands in the setting LEARNED (the rates) and in the table `hand` (how each address
writes). It is derived from the newest LETTERS messages, when enough has come since.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from activity.letter import Letter, in_order
from activity.shape import unpacked
from store import settings
from store.codes import DIRECTION, ROLE, VERDICT
from store.lists import of_conversations, rows_among
from store.log import Log
from store.turns import THEM, US

LETTERS = 4_000
LEARNED = "learned"
_FROM = ROLE["from"]
_NO_WORDS: frozenset[str] = frozenset()
_WORD = re.compile(r"[^\W\d_]{3,}")
_FORWARDED = re.compile(r"(?:fwd?|wg|tr|i|rv|enc|fyi)\s*:", re.IGNORECASE)

_COLUMNS = f"""SELECT a.id, a.conversation, a.at, a.direction_code = {DIRECTION["outbound"]}, a.shape, a.subject,
    a.identity, a.replies_to FROM activity a"""
_PEOPLE = f"""SELECT p.activity_id, p.address_id, p.role_code, r.rule = 'self'
    FROM participation p JOIN address r ON r.id = p.address_id
    WHERE p.activity_id IN ({{}}) AND p.role_code IN ({ROLE["from"]}, {ROLE["to"]})
    ORDER BY p.activity_id, p.address_id"""
_OF_ACCOUNTS = "SELECT r.id FROM account_address o JOIN address r ON r.email = o.email"
_UNJUDGED = """SELECT activity_id, conversation, waits_for FROM thread
    WHERE waits_for IN (?, ?) AND at >= ? AND chance IS NULL"""
_PERSONS = f"a.verdict_code = {VERDICT['person']} AND a.ends IS NULL"


def newest_letters(log: Log, until: int) -> list[Letter]:
    """The newest LETTERS messages between people up to `until`, the newest first."""
    query = f"{_COLUMNS} WHERE {_PERSONS} AND a.at <= ? ORDER BY a.at DESC LIMIT {LETTERS}"
    return _letters(log, log.execute(query, (until,)).fetchall())


def conversations_of(log: Log, conversations: Iterable[int], read: Sequence[Letter] = ()) -> dict[int, list[Letter]]:
    """The letters of each of these conversations in their order; those that were `read` just now
    are not again."""
    known = {one.id: one for one in read}
    found: dict[int, list[Letter]] = {}
    unknown = []
    for row in of_conversations(log, f"{_COLUMNS} WHERE {{}} AND {_PERSONS}", conversations):
        one = known.get(row[0])
        if one is not None and one.conversation == row[1]:
            found.setdefault(one.conversation, []).append(one)
        else:
            unknown.append(row)
    for letter in _letters(log, unknown):
        found.setdefault(letter.conversation, []).append(letter)
    return {conversation: in_order(some) if len(some) > 1 else some for conversation, some in found.items()}


def hands(log: Log, address_ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """Address → (base, text, quotes, given, expected, answered, awaited), for those of whom
    something was learned."""
    query = "SELECT * FROM hand WHERE address_id IN ({})"
    return {row[0]: row[1:] for row in rows_among(log, query, address_ids)}


def learned(log: Log) -> dict[str, Any]:
    """What was kept last; empty for nothing."""
    text = settings.read(log, LEARNED)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def unjudged(log: Log, since: int) -> list[tuple[int, int, int]]:
    """(activity, conversation, side) of what waits since then or later, and whose chance is not
    known yet."""
    return log.execute(_UNJUDGED, (US, THEM, since)).fetchall()


def is_any_unjudged(log: Log, since: int) -> bool:
    """Is there any of those?"""
    return log.execute(f"{_UNJUDGED} LIMIT 1", (US, THEM, since)).fetchone() is not None


def _letters(log: Log, rows: Sequence[tuple[Any, ...]]) -> list[Letter]:
    """From the rows of _COLUMNS, in their order; who wrote and read them is looked up for all at
    once."""
    of_accounts = {address for (address,) in log.execute(_OF_ACCOUNTS)}
    senders: dict[int, list[tuple[int, int]]] = {}
    recipients: dict[int, list[tuple[int, int]]] = {}
    for row_id, address, role, is_self in rows_among(log, _PEOPLE, [row[0] for row in rows]):
        (senders if role == _FROM else recipients).setdefault(row_id, []).append((address, is_self))
    ids = {row[6]: row[0] for row in rows}
    return [
        _letter(row[:6], senders.get(row[0], ()), recipients.get(row[0], ()), of_accounts, ids.get(row[7], 0))
        for row in rows
    ]


def _letter(
    row: tuple[Any, ...],
    senders: Sequence[tuple[int, int]],
    recipients: Sequence[tuple[int, int]],
    of_accounts: Collection[int],
    answers: int,
) -> Letter:
    """`senders` and `recipients` (in To): each address and whether it is one of us, in the order of
    their ids; `answers` the letter it names."""
    row_id, conversation, at, ours, number, subject = row
    shape = unpacked(number)
    reader = to_account = 0
    reaches = False
    for address, is_self in recipients:
        reaches |= is_self != ours
        to_account |= address in of_accounts
        reader = reader or (0 if is_self else address)
    writer, by_account = 0, False
    for address, _ in senders:
        writer = writer or address
        by_account |= address in of_accounts
    traits = []
    if reaches and not (by_account if ours else to_account):
        traits.append("colleague")
    if not ours and reader:
        traits.append("outside")
    elif len(recipients) > 1:
        traits.append("several")
    if shape is not None and shape.attachments:
        traits.append("attached")
    if subject and _FORWARDED.match(subject):
        traits.append("forwarded")
    if subject and "?" in subject:
        traits.append("question")
    words = frozenset(_WORD.findall(subject.casefold())) if subject else _NO_WORDS
    of_letter = frozenset(traits) if traits else _NO_WORDS
    return Letter(
        row_id,
        conversation,
        at,
        bool(ours),
        shape,
        writer,
        of_letter,
        reaches,
        by_account,
        reader,
        words,
        answers,
    )


def count_after(log: Log, activity_id: int) -> int:
    """How many messages between people have been added after this id."""
    query = f"SELECT count(*) FROM activity a WHERE a.id > ? AND {_PERSONS}"
    return int(log.execute(query, (activity_id,)).fetchone()[0])


def newest_id(log: Log) -> int:
    """The highest id of any activity; 0 for none."""
    return int(log.execute("SELECT coalesce(max(id), 0) FROM activity").fetchone()[0])
