"""Putting together what several calendars say of one meeting, in whatever order they come."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

from activity.facts import Facts
from activity.meeting import comparable, is_of_organizer, is_of_same_number
from activity.participant import TITLE
from store.codes import ROLE
from store.facts import Stored, load
from store.log import Log
from store.rows import HIDES_PEOPLE, Entry, evidence_text, sighting_row, timestamp
from store.touches import forget_touches

_RANKS = {"caldav": 2, "microsoft_calendars": 2, "files": 1}
_OWN = f"""EXISTS (SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
    JOIN account_address k ON k.email = r.email
    WHERE p.activity_id = ?1 AND p.role_code = {ROLE["organizer"]} AND k.account_id = o.account_id)"""
_WHERE = f"o.kind, {_OWN}, o.account_id, l.name, c.href"
_KNOWS = f"coalesce(s.revision, ''), coalesce(nullif(s.answer, '{HIDES_PEOPLE}'), '')"
_STANDING = f"""SELECT c.id, {_KNOWS}, {_WHERE} FROM sighting s JOIN calendar_object c ON c.id = s.object_id
    JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id WHERE s.activity_id = ?1 AND"""
_OF_OBJECT = f"""SELECT {_WHERE} FROM place l JOIN source o ON o.id = l.source_id
    LEFT JOIN calendar_object c ON c.id = ?3 WHERE l.id = ?2"""


_IS_LISTED = f"role_code <> {ROLE[TITLE]}"


class Copy(NamedTuple):
    """Another copy of the meeting `activity_id`, seen at the place being written."""

    activity_id: int
    entry: Entry


def merge(connection: sqlite3.Connection, place: int, copies: Sequence[Copy], emails: Mapping[str, int]) -> set[int]:
    """Add what `copies` tell; the ids of the activities whose facts changed by it and must be judged again."""
    changed: set[int] = set()
    for activity_id, entry in copies:
        stored = _listed(connection, activity_id)
        if stored.facts.participants and not entry.facts.participants:
            _see_beside(connection, place, activity_id, entry)
            continue
        better = _that_knows_better(connection, place, activity_id, entry)
        outdated = better is not None
        facts = _answered(connection, stored, entry, outdated)
        _see(connection, place, activity_id, entry, outdated)
        known = {p.address.email: row for p, row in zip(stored.facts.participants, stored.addresses, strict=True)}
        altered = facts != stored.facts and _merge_meeting(connection, stored, facts, {**known, **emails})
        if altered or entry.facts.answers not in ((), stored.facts.answers):
            changed.add(activity_id)
    return changed


def _listed(connection: sqlite3.Connection, activity_id: int) -> Stored:
    """The meeting as it is in the log, with those who are listed; whom its title names is derived anew after."""
    (stored,) = load(Log(connection), [activity_id])
    people = zip(stored.facts.participants, stored.addresses, strict=True)
    listed = [(person, address) for person, address in people if person.role != TITLE]
    if len(listed) == len(stored.addresses):
        return stored
    participants, addresses = tuple(person for person, _ in listed), tuple(address for _, address in listed)
    return stored._replace(facts=replace(stored.facts, participants=participants), addresses=addresses)


def _that_knows_better(connection: sqlite3.Connection, place: int, activity_id: int, entry: Entry) -> int | None:
    """Another object that is shown now and knows better. What one object alone shows is as it shows it.

    The organizer's own calendar goes before those of others, and any calendar before files and published ones, which
    anybody may have written; of equals the newer revision holds. Where neither is newer, the calendar of one who is in
    it goes before that of one who is not, then what stands first: the account, the calendar's name, the object's. One
    that names nobody does not know better than one that does.
    """
    query = f"{_STANDING} c.id IS NOT ?2"
    if entry.facts.participants:
        query += f" AND s.answer IS NOT '{HIDES_PEOPLE}'"
    rows = connection.execute(query, (activity_id, entry.object_id)).fetchall()
    others: dict[int, _Standing] = {row_id: _standing(*row) for row_id, *row in rows}
    if not others:
        return None
    where = connection.execute(_OF_OBJECT, (activity_id, place, entry.object_id)).fetchone()
    mine = _standing(entry.facts.revision, "".join(entry.facts.answers[:1]), *where)
    best = reduce(lambda one, other: other if _goes_before(others[other], others[one]) else one, sorted(others))
    if not _goes_before(others[best], mine):
        return None
    held = connection.execute(f"{_STANDING} c.id = ?2", (activity_id, entry.object_id)).fetchone()
    if held is not None and _goes_before(_standing(*held[1:]), others[best]):
        # what is in the log is shown by none any more: the other is expanded again, before the transaction ends
        query = "UPDATE calendar_object SET deferred_since = coalesce(expanded_from, 0) WHERE id = ?"
        connection.execute(query, (best,))
    return best


class _Standing(NamedTuple):
    """What an object knows, more before less, and where it stands, first before last."""

    knows: tuple[int, str, bool]
    stands: tuple[int, str, str]


def _standing(
    revision: str, answer: str, kind: str, is_organizers: int, account: int, calendar: str, href: str | None
) -> _Standing:
    return _Standing((_rank(kind, is_organizers), revision, bool(answer)), (account, calendar, href or ""))


def _goes_before(one: _Standing, other: _Standing) -> bool:
    (rank, revision, answered), (other_rank, others, other_answered) = one.knows, other.knows
    revision, others = comparable(revision, others)
    mine, theirs = (rank, revision, answered), (other_rank, others, other_answered)
    return mine > theirs or (mine == theirs and one.stands < other.stands)


def _rank(kind: str, is_organizers: int) -> int:
    return 3 if is_organizers and _RANKS.get(kind) == 2 else _RANKS.get(kind, 0)


def _answered(connection: sqlite3.Connection, stored: Stored, entry: Entry, outdated: bool) -> Facts:
    """The copy that holds, with the answers that only the other one of two objects knows.

    Of the same SEQUENCE a real answer is newer than NEEDS-ACTION, but in the organizer's own copy, which gets them all
    (RFC 5546). Of two copies that the organizer has nobody knows which is that one.
    """
    holds, other = (stored.facts, entry.facts) if outdated else (entry.facts, stored.facts)
    of_same_sequence = is_of_same_number(holds.revision, other.revision)
    answers = {p.address.email: p.answer for p in other.participants if p.answer not in ("", "NEEDS-ACTION")}
    knows_all = is_of_organizer(holds.revision) and not is_of_organizer(other.revision)
    if knows_all or not of_same_sequence or not answers:
        return holds
    shown = "SELECT 1 FROM sighting WHERE activity_id = ? AND object_id IS NOT NULL AND object_id IS NOT ? LIMIT 1"
    if connection.execute(shown, (stored.id, entry.object_id)).fetchone() is None:
        return holds
    people = [
        p._replace(answer=answers.get(p.address.email, p.answer)) if p.answer in ("", "NEEDS-ACTION") else p
        for p in holds.participants
    ]
    return replace(holds, participants=tuple(people))


def _see(connection: sqlite3.Connection, place: int, activity_id: int, entry: Entry, outdated: bool = False) -> None:
    """Note the sighting; where another object of the same calendar is newer, its revision and answer stay."""
    connection.execute(
        "INSERT INTO sighting (activity_id, place_id, object_id, answer, revision) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (activity_id, place_id) DO UPDATE SET object_id = excluded.object_id,"
        " answer = iif(?6 <> 0 AND sighting.object_id IS NOT excluded.object_id, sighting.answer, excluded.answer),"
        " revision = iif(?6 <> 0 AND sighting.object_id IS NOT excluded.object_id, sighting.revision,"
        " excluded.revision)"
        " WHERE (sighting.object_id, sighting.answer, sighting.revision) IS NOT"
        " (excluded.object_id, excluded.answer, excluded.revision)",
        (*sighting_row(activity_id, place, entry), outdated),
    )
    if entry.object_id is not None:  # what is left of calendars it was deleted from
        connection.execute("DELETE FROM sighting WHERE activity_id = ? AND object_id IS NULL", (activity_id,))


def _see_beside(connection: sqlite3.Connection, place: int, activity_id: int, entry: Entry) -> None:
    """Note the sighting of a copy that hides who is there: it takes the place of no other, whatever became of that."""
    row = sighting_row(activity_id, place, entry)
    connection.execute("INSERT OR IGNORE INTO sighting VALUES (?, ?, ?, ?, ?)", row)


def _merge_meeting(connection: sqlite3.Connection, stored: Stored, facts: Facts, emails: Mapping[str, int]) -> bool:
    """The newest revision holds as a whole."""
    before = connection.total_changes
    if facts.at != stored.facts.at:
        _move(connection, stored.id, facts)
    new = (None if facts.ends is None else timestamp(facts.ends), facts.subject or None, evidence_text(facts))
    connection.execute(
        "UPDATE activity SET ends = ?1, subject = ?2, evidence = ?3, revision = ?4, deleted_at = NULL WHERE id = ?5"
        " AND (ends, subject, evidence, revision, deleted_at) IS NOT (?1, ?2, ?3, ?4, NULL)",
        (*new, facts.revision or None, stored.id),
    )
    wanted = {(emails[p.address.email], p.role, p.answer or None) for p in facts.participants}
    query = f"SELECT address_id, participation.role, answer FROM participation WHERE activity_id = ? AND {_IS_LISTED}"
    if wanted != set(connection.execute(query, (stored.id,))):
        forget_touches(connection, [stored.id])  # of those who are struck off, too
        connection.execute(f"DELETE FROM participation WHERE activity_id = ? AND {_IS_LISTED}", (stored.id,))
        connection.executemany(
            "INSERT OR REPLACE INTO participation (activity_id, address_id, role_code, at, answer)"
            " VALUES (?, ?, ?, ?, ?)",
            [(stored.id, address, ROLE[role], timestamp(facts.at), answer) for address, role, answer in wanted],
        )
    return connection.total_changes > before


def _move(connection: sqlite3.Connection, activity_id: int, facts: Facts) -> None:
    at = timestamp(facts.at)
    connection.execute("UPDATE activity SET at = ? WHERE id = ?", (at, activity_id))
    connection.execute("UPDATE participation SET at = ? WHERE activity_id = ?", (at, activity_id))
