"""Which messages wait for an answer: `thread` has a row for each, derived from the conversation it is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from activity.verdict import REACTIONS, Verdict, is_reaction
from store.codes import DIRECTION, INBOUND, OUTBOUND, ROLE, TOUCH, VERDICT
from store.lists import among, change_among, chunks, insert, of_conversations, placeholders
from store.log import Log
from store.rows import Entry, kind_of, timestamp
from store.turns import THEM, US, Said, waiting_in

__all__ = (
    "THEM",
    "US",
    "Turn",
    "by_chance",
    "correct",
    "in_order",
    "in_time",
    "settle",
    "settle_new",
    "threads_with",
    "waiting",
    "waiting_among",
    "waiting_then",
)

FOR_EVER = 1 << 62
_FROM, _TO = ROLE["from"], ROLE["to"]
_OUTBOUND = DIRECTION["outbound"]
_REACTED = (
    f"v.verdict_code = {VERDICT['notification']} AND ("
    + " OR ".join(f"v.reason LIKE '%{words}%'" for words in REACTIONS)
    + ")"
)
_SAID = f"""SELECT v.conversation, v.at, v.id, v.direction_code,
    p.address_id, p.role_code, p.touch_code, r.rule = 'self', v.verdict_code <> {VERDICT["person"]},
    v.identity, v.replies_to
    FROM activity v JOIN participation p ON p.activity_id = v.id JOIN address r ON r.id = p.address_id
    WHERE {{}} AND (v.verdict_code = {VERDICT["person"]} AND (p.touch_code IS NOT NULL OR p.role_code = {_TO})
        OR p.role_code = {ROLE["from"]} AND {_REACTED}) ORDER BY v.conversation, v.at, v.id"""
Row = tuple[int, int, int, int]
"""A message that waits: its conversation, when it was exchanged, its id, whom it waits for."""


class Turn(NamedTuple):
    """A message that waits: its id, when it was exchanged (seconds since 1970), its conversation, and the chance that
    an answer is expected, in percent; None where that was not judged or is not asked for."""

    activity_id: int
    at: int
    conversation: int
    percent: int | None = None


def threads_with(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> set[int]:
    """The conversations these activities belong to."""
    return set(among(connection, "SELECT activity.conversation FROM activity WHERE id IN ({})", activity_ids))


def settle(connection: sqlite3.Connection, conversations: Iterable[int]) -> None:
    """Find anew what waits in each of these conversations.

    Our mail that came back from everybody it was for is as if it had not been written; mail in which we
    are only copied waits for nobody.
    """
    wanted = set(conversations)
    rows = list(_waiting(of_conversations(connection, _SAID, wanted)))
    change_among(connection, "DELETE FROM thread WHERE conversation IN ({})", wanted)
    _keep(connection, rows)


def settle_new(
    connection: sqlite3.Connection,
    conversations: Mapping[int, int],
    mail: Mapping[int, Entry],
    emails: Mapping[str, int],
    ours: Collection[int],
) -> set[int]:
    """The same for those of these `conversations` (by activity id) that have new messages alone; which they were.

    `mail` is all that has been added, and as it was inserted, so nothing has to be read back. `emails` are the ids of
    the addresses in it, `ours` those of them that are our own.
    """
    begun = set(conversations.values())
    for some in chunks(list(begun)):
        query = " UNION ALL ".join(
            f"SELECT {column} FROM activity WHERE {column} IN ({placeholders(some)}) AND id < {min(mail, default=0)}"
            for column in ("thread", "identity_hash")
        )
        begun.difference_update(one for (one,) in connection.execute(query, [*some, *some]))
    said: dict[int, list[int]] = {}
    for row_id, one in conversations.items():
        if one in begun and _is_said(mail[row_id].judgement.verdict):
            said.setdefault(one, []).append(row_id)
    known: dict[tuple[int, int], int | None] = {}  # the same people write again and again
    rows: list[Row] = []
    for conversation in sorted(said):
        row_ids = said[conversation]
        if len(row_ids) == 1:
            row_id = row_ids[0]
            entry = mail[row_id]
            key = kind_of(entry.facts, entry.judgement)
            if key not in known:
                known[key] = _expected(entry, emails, ours)
            if expects := known[key]:
                rows.append((conversation, timestamp(entry.facts.at), row_id, expects))
            continue
        messages = [_of_entry(row_id, mail[row_id], emails, ours) for row_id in row_ids]
        waits = waiting_in(sorted(messages, key=attrgetter("at", "activity_id")))
        rows += [(conversation, one.at, one.activity_id, one.expects) for one in waits if one.expects is not None]
    _keep(connection, rows)
    return begun


def _is_said(verdict: Verdict) -> bool:
    """May a message of this verdict change what waits in its conversation?"""
    return verdict.kind == "person" or is_reaction(verdict)


def _expected(entry: Entry, emails: Mapping[str, int], ours: Collection[int]) -> int | None:
    """What `_of_entry` says of who is to answer, without the rest."""
    (facts, (verdict, direction, touches), _, _) = entry
    if verdict.kind != "person":
        return None
    for (person, role, _), touch in zip(facts.participants, touches, strict=True):
        if role == "to":
            if direction != "outbound" and emails[person.email] in ours:
                return US
            if direction == "outbound" and touch == "outbound":
                return THEM
    return None


def _of_entry(row_id: int, entry: Entry, emails: Mapping[str, int], ours: Collection[int]) -> Said:
    """What `_messages` makes of a message once it is in the log."""
    facts, (verdict, direction, touches), _, _ = entry
    people = zip(facts.participants, touches, strict=True)
    addresses = [(emails[person.email], role, touch) for (person, role, _), touch in people]
    parts = [(address, ROLE[role], TOUCH[touch], address in ours) for address, role, touch in addresses]
    answers = facts.references[-1] if facts.references else ""
    names = facts.identity, answers
    return _said(row_id, timestamp(facts.at), direction == "outbound", verdict.kind != "person", parts, names)


def correct(connection: sqlite3.Connection) -> int:
    """Derive what waits in every conversation anew; how many messages were wrong."""
    before = set(connection.execute("SELECT conversation, at, activity_id, waits_for FROM thread"))
    now = set(_waiting(connection.execute(_SAID.format("true"))))
    wrong = before ^ now
    connection.executemany(
        "DELETE FROM thread WHERE conversation = ? AND activity_id = ?",
        [(row[0], row[2]) for row in before - now],
    )
    _keep(connection, sorted(now - before))
    return len({row[2] for row in wrong})


def waiting(log: Log, waits_for: int, limit: int, newest_first: bool = False, until: int = FOR_EVER) -> list[Turn]:
    """The mail that waits for US or THEM, the one that waits longest first.

    What is dated later than `until` is not shown yet.
    """
    return list(in_time(log, waits_for, limit, newest_first, until))


def in_order(newest_first: bool, of: str = "") -> str:
    """What waits, in SQL: a total order, the one that SQLite's index has by itself."""
    return ", ".join(f"{of}{one} {'DESC' if newest_first else 'ASC'}" for one in ("at", "conversation", "activity_id"))


def in_time(log: Log, waits_for: int, limit: int, newest_first: bool, until: int) -> Iterator[Turn]:
    """The same, read as far as it is asked for."""
    query = f"""SELECT activity_id, at, conversation FROM thread
        WHERE waits_for = ? AND at <= ? ORDER BY {in_order(newest_first)} LIMIT ?"""
    yield from (Turn(*row) for row in log.execute(query, (waits_for, until, limit)))


def more_than(log: Log, waits_for: int, until: int, number: int) -> bool:
    """Is there more than so much of this mail?"""
    query = "SELECT 1 FROM thread WHERE waits_for = ? AND at <= ? LIMIT 1 OFFSET ?"
    return log.execute(query, (waits_for, until, number)).fetchone() is not None


def waiting_among(log: Log, waits_for: int, ids: Sequence[int], newest_first: bool) -> list[Turn]:
    """Those of these activities that wait, as `waiting` gives them."""
    query = (
        "SELECT t.activity_id, t.at, t.conversation FROM activity a"
        " CROSS JOIN thread t ON t.conversation = a.conversation AND t.activity_id = a.id"
        f" WHERE a.id IN ({placeholders(ids)}) AND t.waits_for = ? ORDER BY {in_order(newest_first, 't.')}"
    )
    return [Turn(*row) for row in log.execute(query, (*ids, waits_for))]


def by_chance(log: Log, waits_for: int, since: int, until: int) -> Iterator[Turn]:
    """The same in the order of the chance that an answer is expected, of this span; what was not judged comes last."""
    query = """SELECT activity_id, at, conversation, chance FROM thread
        WHERE waits_for = ? AND at BETWEEN ? AND ? AND chance IS {} ORDER BY {}"""
    for condition, order in (("NOT NULL", f"chance DESC, {in_order(True)}"), ("NULL", in_order(True))):
        yield from map(Turn._make, log.execute(query.format(condition, order), (waits_for, since, until)))


def waiting_then(log: Log, waits_for: int, moment: int, newest_first: bool) -> list[Turn]:
    """The same as of an earlier moment, from the activities; all of it."""
    rows = _waiting(log.execute(_SAID.format("v.at <= ?"), (moment,)))
    found = [Turn(row_id, at, conversation) for conversation, at, row_id, who in rows if who == waits_for]
    return sorted(found, key=_by_time, reverse=newest_first)


def _by_time(one: Turn) -> tuple[int, int, int]:
    return one.at, one.conversation, one.activity_id


def _keep(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    insert(connection, "INSERT INTO thread (conversation, at, activity_id, waits_for)", "(?, ?, ?, ?)", rows)


def _waiting(rows: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    """From a row for each part in a message, those of a conversation together, its messages in the order of time.

    Who reacts with a sign (an emoji) has answered, and expects nothing.
    """
    for conversation, group in groupby(rows, key=itemgetter(0)):
        for one in waiting_in(_messages(group)):
            yield conversation, one.at, one.activity_id, one.expects or 0


def _messages(rows: Iterable[tuple[Any, ...]]) -> Iterator[Said]:
    for activity_id, group in groupby(rows, key=itemgetter(2)):
        parts = list(group)
        _, at, _, direction, *_, reacted, name, answers = parts[0]
        names = name, answers or ""
        yield _said(activity_id, at, direction == _OUTBOUND, reacted, [row[4:8] for row in parts], names)


def _said(
    activity_id: int,
    at: int,
    outbound: bool,
    reacted: bool,
    parts: Iterable[tuple[int, int, int | None, bool]],
    names: tuple[str, str],
) -> Said:
    """A message between people, or a reaction to one; `parts` are address, role, touch, and whether it is one of us,
    `names` its own and that of the message it answers."""
    if reacted:
        return Said(activity_id, at, frozenset(), frozenset([part[0] for part in parts if part[1] == _FROM]), None)
    people: list[int] = []
    reached: list[int] = []
    expects: int | None = None
    for address, role, touch, ours in parts:
        if touch is not None:
            people.append(address)
            if touch == (OUTBOUND if outbound else INBOUND):
                reached.append(address)
                if outbound and role == _TO:
                    expects = THEM
        if ours and role == _TO and not outbound:
            expects = US
    return Said(activity_id, at, frozenset(people), frozenset(reached), expects, *names, outbound)
