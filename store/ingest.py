"""Writing a batch of judged activities into the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from activity.facts import Facts, Judgement
from store.addresses import Matcher, address_ids, chunks, marks
from store.facts import load
from store.merging import Copy, merge
from store.rows import Entry, evidence_text, reason_text, sighting_row, timestamp
from store.threads import adopt, threads_of
from store.touches import forget_touches

Judge = Callable[[Facts], Judgement]


class Written(NamedTuple):
    """How many activities were added to the log, and how many of those touch a contact."""

    new: int
    touches: int


def write(
    connection: sqlite3.Connection, place: int, entries: Sequence[Entry], matcher: Matcher, judge: Judge
) -> Written:
    """Store `entries`, seen at `place`, within the caller's transaction.

    An identity that is in the log already is the same activity seen once more: what its copies tell
    is put together and judged again by `judge`. Writing the same entries again writes no row.
    """
    emails = address_ids(connection, (p.address for entry in entries for p in entry.facts.participants), matcher)
    ids = _known(connection, [entry.facts.identity for entry in entries])
    fresh: dict[str, Entry] = {}
    copies: list[Entry] = []
    for entry in entries:
        if entry.facts.identity in ids or entry.facts.identity in fresh:
            copies.append(entry)
        else:
            fresh[entry.facts.identity] = entry
    roots = _roots(fresh)
    threads = threads_of(connection, roots)
    new = _insert(connection, place, list(fresh.values()), emails, threads)
    ids.update(new)
    again = merge(connection, place, [Copy(ids[entry.facts.identity], entry) for entry in copies], emails)
    again |= _bounced(connection, list(new.values()))
    rejudge(connection, again, judge)
    forget_touches(connection, {*new.values(), *again, *adopt(connection, roots, threads)})
    return Written(len(new), _touching(connection, list(new.values())))


def rejudge(connection: sqlite3.Connection, ids: Iterable[int], judge: Judge) -> int:
    """Judge stored activities again from their facts; how many judgements changed."""
    changed: list[int] = []
    for row_id, facts, judgement, addresses in load(connection, list(ids)):
        anew = judge(facts)
        if anew == judgement:
            continue
        changed.append(row_id)
        connection.execute(
            "UPDATE activity SET verdict = ?, reason = ?, direction = ? WHERE id = ?",
            (anew.verdict.kind, reason_text(anew), anew.direction, row_id),
        )
        connection.executemany(
            "UPDATE participation SET touch = ?1 WHERE address_id = ?2 AND at = ?3 AND activity_id = ?4 AND role = ?5"
            " AND touch IS NOT ?1",
            [
                (touch, address, timestamp(facts.at), row_id, person.role)
                for touch, address, person in zip(anew.touches, addresses, facts.participants, strict=True)
            ],
        )
    forget_touches(connection, changed)
    return len(changed)


def _known(connection: sqlite3.Connection, identities: Sequence[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for chunk in chunks(identities):
        known.update(connection.execute(f"SELECT identity, id FROM activity WHERE identity IN ({marks(chunk)})", chunk))
    return known


def _roots(fresh: Mapping[str, Entry]) -> dict[str, str]:
    return {
        identity: entry.facts.references[0] if entry.facts.references else identity
        for identity, entry in fresh.items()
        if entry.facts.kind == "email"
    }


def _insert(
    connection: sqlite3.Connection,
    place: int,
    entries: Sequence[Entry],
    emails: Mapping[str, int],
    threads: Mapping[str, int],
) -> dict[str, int]:
    # not max(id): an id that was erased never names another activity
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'activity'").fetchone()
    last = row[0] if row else 0
    activities, participations, sightings, bounces = [], [], [], []
    for row_id, entry in enumerate(entries, last + 1):
        facts, judgement, _ = entry
        at = timestamp(facts.at)
        replies_to = facts.references[-1] if facts.references else None
        activities.append(
            (
                row_id, facts.identity, facts.kind, at, None if facts.ends is None else timestamp(facts.ends),
                judgement.verdict.kind, reason_text(judgement), judgement.direction, threads.get(facts.identity),
                replies_to, facts.subject or None, evidence_text(facts), facts.revision or None,
            )
        )  # fmt: skip
        for person, touch in zip(facts.participants, judgement.touches, strict=True):
            participations.append((emails[person.address.email], at, row_id, person.role, person.answer or None, touch))
        sightings.append(sighting_row(row_id, place, entry))
        bounces += [(replies_to or "", email, row_id) for email in facts.failed]
    connection.executemany(
        "INSERT INTO activity (id, identity, kind, at, ends, verdict, reason, direction, thread, replies_to, subject,"
        " evidence, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        activities,
    )
    connection.executemany("INSERT OR IGNORE INTO participation VALUES (?, ?, ?, ?, ?, ?)", participations)
    connection.executemany("INSERT INTO sighting VALUES (?, ?, ?, ?)", sightings)
    connection.executemany("INSERT OR IGNORE INTO bounce VALUES (?, ?, ?)", bounces)
    return {entry.facts.identity: row_id for row_id, entry in enumerate(entries, last + 1)}


def _bounced(connection: sqlite3.Connection, fresh: Sequence[int]) -> set[int]:
    """Messages that a bounce in the log names, where either of the two is among `fresh`."""
    found: set[int] = set()
    for chunk in chunks(fresh):
        for (row_id,) in connection.execute(
            "SELECT a.id FROM bounce b JOIN activity a ON a.identity = b.message_id"
            f" WHERE b.activity_id IN ({marks(chunk)})"
            " UNION SELECT a.id FROM activity a JOIN bounce b ON b.message_id = a.identity"
            f" WHERE a.id IN ({marks(chunk)})",
            [*chunk, *chunk],
        ):
            found.add(row_id)
    return found


def _touching(connection: sqlite3.Connection, fresh: Sequence[int]) -> int:
    """How many of these activities are a touch for some contact."""
    if not fresh:
        return 0
    query = (
        "SELECT count(DISTINCT p.activity_id) FROM participation p JOIN address a ON a.id = p.address_id"
        " WHERE p.activity_id BETWEEN ? AND ? AND a.contact_id IS NOT NULL"
        " AND p.touch IN ('inbound', 'outbound', 'meeting')"
    )
    (count,) = connection.execute(query, (fresh[0], fresh[-1])).fetchone()
    return int(count)
