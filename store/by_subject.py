"""Answers that name nobody known: relays give mail new ids, and some programs name none at all.

Such a message answers the newest one in the other direction with the same person in the WINDOW before it that is of
the conversation which Exchange names in it (see by_index.py); else the newest of all, if that has its subject.
`unplaced` holds those that are looked at so, by whom they are exchanged with.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from activity.facts import Facts, Judgement
from activity.subject import compared, has_prefix, has_topic
from store import by_index
from store.by_index import WINDOW
from store.codes import DIRECTION, INBOUND, OUTBOUND
from store.identities import identity_hash
from store.lists import among, change_among, chunks, insert, placeholders, rows_among
from store.parties import NOBODYS, party_of
from store.rows import Entry, kind_of, timestamp

BY_SUBJECT, NOBODY = 254, 255
"""Ranks in `reference`, behind those of ids: the message answered by its subject; that none is answered by an id."""

_OTHER_WAY = {DIRECTION["inbound"]: OUTBOUND, DIRECTION["outbound"]: INBOUND}
_NEAR = f"""SELECT DISTINCT u.activity_id FROM (
    SELECT p.address_id, min(p.at) AS low, max(p.at) AS high FROM participation p
    WHERE {{}} AND EXISTS (SELECT 1 FROM unplaced) GROUP BY p.address_id) w
    CROSS JOIN unplaced u ON u.address_id = w.address_id AND u.at BETWEEN w.low AND w.high + {WINDOW}"""
# who was never written to is answered nothing
_WRITTEN_TO = f""" WHERE EXISTS (SELECT 1 FROM participation WHERE address_id = w.address_id AND touch_code IS NULL)
    OR EXISTS (SELECT 1 FROM participation WHERE address_id = w.address_id AND touch_code > {INBOUND})"""
_UNPLACED = """SELECT u.activity_id, u.address_id, u.at, a.direction_code, a.subject, a.topic, a.thread_index,
    b.hash, n.hash FROM unplaced u JOIN activity a ON a.id = u.activity_id
    JOIN reference n ON n.activity_id = a.id AND n.rank = {NOBODY}
    LEFT JOIN reference b ON b.activity_id = a.id AND b.rank = {BY_SUBJECT}"""
_UNPLACED = _UNPLACED.format(NOBODY=NOBODY, BY_SUBJECT=BY_SUBJECT)


class _Unplaced(NamedTuple):
    """A message, with whom it was exchanged; `answered` is the hash of what it answers so far, `alone` its conversation
    where that is nothing."""

    at: int
    touch: int
    subject: object
    thread_index: int | None
    answered: int | None
    alone: int
    addresses: list[int]


class Links(NamedTuple):
    """What changed: message → the one it answers, or → its own conversation, where it answers none any more."""

    answers: dict[int, int]
    alone: dict[int, int]


def note(
    connection: sqlite3.Connection, mail: Mapping[int, Entry], emails: Mapping[str, int], ours: Collection[int]
) -> None:
    """Remember which of these messages, none of which answers one by its id, may answer one by its subject.

    `emails` are the ids of the addresses in them, `ours` those of them that are our own.
    """
    rows: list[tuple[int, int, int]] = []
    marked: list[tuple[int, int]] = []
    known: dict[tuple[int, int], int] = {}  # the same people write again and again
    for row_id, (facts, judgement, _, _) in mail.items():
        if judgement.verdict.kind != "person" or not _seems_to_answer(facts):
            continue
        key = kind_of(facts, judgement)
        if (party := known.get(key)) is None:
            party = known[key] = _exchanged_with(facts, judgement, emails, ours)
        if party:
            rows.append((party, timestamp(facts.at), row_id))
            if not facts.references:
                marked.append((row_id, identity_hash(facts.identity)))
    connection.executemany(f"INSERT OR IGNORE INTO reference (activity_id, rank, hash) VALUES (?, {NOBODY}, ?)", marked)
    insert(connection, "INSERT OR IGNORE INTO unplaced (address_id, at, activity_id)", "(?, ?, ?)", rows)


def _exchanged_with(facts: Facts, judgement: Judgement, emails: Mapping[str, int], ours: Collection[int]) -> int:
    """The address of the only one it is from, or to; 0 where that is several or none."""
    role = "from" if judgement.direction == "inbound" else "to"
    party = party_of(facts, emails, ours)
    return party if party in [emails[p.address.email] for p in facts.participants if p.role == role] else NOBODYS


def placed(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """These answer a message by its id after all."""
    change_among(connection, "DELETE FROM unplaced WHERE activity_id IN ({})", ids)


def concerned(connection: sqlite3.Connection, new: Collection[int], changed: Collection[int]) -> set[int]:
    """Those whose answer may be another now, through new activities (of the highest ids there are) or changed ones."""
    found = set(among(connection, _NEAR.format("p.activity_id IN ({})"), changed))
    if new:
        touches = f"p.activity_id BETWEEN ? AND ? AND p.touch_code IN ({INBOUND}, {OUTBOUND})"
        query = _NEAR.format(touches) + _WRITTEN_TO
        found.update(row_id for (row_id,) in connection.execute(query, (min(new), max(new))))
    return found


def links(connection: sqlite3.Connection, ids: Collection[int] | None = None) -> Links:
    """What these messages answer, or all that are remembered: those for which that has changed."""
    looked_at = _unplaced(connection, ids)
    newest = _newest_before(connection, looked_at)
    indexed = [row_id for row_id, one in looked_at.items() if one.thread_index is not None]
    named = by_index.newest_before(connection, indexed)
    query = "SELECT id, identity_hash, subject, topic FROM activity WHERE id IN ({})"
    wanted = {*newest.values(), *named.values()}
    candidates = {row[0]: (row[1], compared(*row[2:])) for row in rows_among(connection, query, wanted)}
    changed = Links({}, {})
    rows: list[tuple[int, int]] = []
    for row_id, one in looked_at.items():
        target = named.get(row_id, newest.get(row_id, 0))
        answered, subject = candidates.get(target, (None, None))
        if row_id not in named and (subject is None or subject != one.subject):
            answered = None
        if answered == one.answered:
            continue
        if answered is None:
            changed.alone[row_id] = one.alone
        else:
            changed.answers[row_id] = target
            rows.append((row_id, answered))
    query = f"DELETE FROM reference WHERE rank = {BY_SUBJECT} AND activity_id IN ({{}})"
    change_among(connection, query, changed.alone)
    connection.executemany(
        f"INSERT OR REPLACE INTO reference (activity_id, rank, hash) VALUES (?, {BY_SUBJECT}, ?)", rows
    )
    return changed


def _seems_to_answer(facts: Facts) -> bool:
    answers = facts.references or facts.topic & 1 or facts.thread_index & 1 or has_prefix(facts.subject)
    return bool(answers) and bool(facts.topic or facts.thread_index or has_topic(facts.subject))


def _unplaced(connection: sqlite3.Connection, ids: Collection[int] | None) -> dict[int, _Unplaced]:
    found: dict[int, _Unplaced] = {}
    for row_id, address, at, direction, subject, kept, index, answered, alone in _rows(connection, ids):
        touch = _OTHER_WAY.get(direction)
        if touch is not None:
            one = found.setdefault(row_id, _Unplaced(at, touch, compared(subject, kept), index, answered, alone, []))
            one.addresses.append(address)
    return found


def _rows(connection: sqlite3.Connection, ids: Collection[int] | None) -> Iterator[tuple[Any, ...]]:
    if ids is None:
        yield from connection.execute(_UNPLACED).fetchall()
    else:
        yield from rows_among(connection, f"{_UNPLACED} WHERE u.activity_id IN ({{}})", ids)


def _newest_before(connection: sqlite3.Connection, looked_at: Mapping[int, _Unplaced]) -> dict[int, int]:
    """Message → the newest in the other direction with one of the same people in the WINDOW before it."""
    newest: dict[int, tuple[int, int]] = {}
    for touch in (INBOUND, OUTBOUND):
        mine = {row_id: one for row_id, one in looked_at.items() if one.touch == touch}
        if not mine:
            continue
        low, high = min(one.at for one in mine.values()) - WINDOW, max(one.at for one in mine.values())
        moments: dict[int, list[tuple[int, int]]] = {}
        for chunk in chunks(list({address for one in mine.values() for address in one.addresses})):
            query = (
                f"SELECT address_id, at, activity_id FROM participation WHERE address_id IN ({placeholders(chunk)})"
                " AND touch_code = ? AND at BETWEEN ? AND ? ORDER BY at, activity_id"
            )
            for address, at, row_id in connection.execute(query, (*chunk, touch, low, high)):
                moments.setdefault(address, []).append((at, row_id))
        for row_id, one in mine.items():
            for address in one.addresses:
                found = moments.get(address, [])
                position = bisect_right(found, (one.at, row_id))
                if position and found[position - 1][0] >= one.at - WINDOW:
                    newest[row_id] = max(newest.get(row_id, (0, 0)), found[position - 1])
    return {row_id: found for row_id, (_, found) in newest.items()}
