"""Reading: activities, one by one or in the order of time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from activity.facts import Facts, Judgement
from store.addresses import marks
from store.facts import load
from store.rows import instant, timestamp


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in an activity, and whose the address is by which rule."""

    address: str
    name: str
    role: str
    answer: str
    touch: str | None
    contact_id: int | None
    contact: str | None
    company: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity with everything `log` and `why` show of it; `sightings` are (account, place)."""

    id: int
    facts: Facts
    judgement: Judgement
    parts: tuple[Part, ...]
    sightings: tuple[tuple[str, str], ...]


def newest(
    connection: sqlite3.Connection, now: datetime, limit: int, contact_ids: Sequence[int] | None = None
) -> list[Activity]:
    """The newest activities of these contacts, or of everybody, that do not lie ahead; the newest first."""
    if contact_ids is None:
        query = "SELECT id FROM activity WHERE at <= ? ORDER BY at DESC, id DESC LIMIT ?"
        rows = connection.execute(query, (timestamp(now), limit))
    else:
        rows = connection.execute(
            "SELECT p.activity_id FROM participation p JOIN address a ON a.id = p.address_id"
            f" WHERE a.contact_id IN ({marks(contact_ids)}) AND p.at <= ? GROUP BY p.activity_id"
            " ORDER BY p.at DESC, p.activity_id DESC LIMIT ?",
            (*contact_ids, timestamp(now), limit),
        )
    return activities(connection, [row_id for (row_id,) in rows])


def ahead(
    connection: sqlite3.Connection, now: datetime, limit: int, contact_ids: Sequence[int] | None = None
) -> list[Activity]:
    """Meetings with contacts (with these, if given) that lie ahead and would count; the next one first."""
    among = "IS NOT NULL" if contact_ids is None else f"IN ({marks(contact_ids)})"
    rows = connection.execute(
        "SELECT a.id FROM activity a WHERE a.ends > ? AND a.at > ? AND EXISTS (SELECT 1 FROM participation p"
        " JOIN address r ON r.id = p.address_id WHERE p.activity_id = a.id AND p.touch = 'meeting'"
        f" AND r.contact_id {among}) ORDER BY a.at, a.id LIMIT ?",
        (timestamp(now), timestamp(now), *(contact_ids or ()), limit),
    )
    return activities(connection, [row_id for (row_id,) in rows])


def activities(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Activity]:
    """These activities, in this order."""
    found = {stored.id: stored for stored in load(connection, ids)}
    return [
        Activity(
            row_id, found[row_id].facts, found[row_id].judgement, _parts(connection, row_id), _seen(connection, row_id)
        )
        for row_id in ids
        if row_id in found
    ]


def _parts(connection: sqlite3.Connection, activity_id: int) -> tuple[Part, ...]:
    rows = connection.execute(
        "SELECT a.email, a.name, p.role, coalesce(p.answer, ''), p.touch, c.id, c.name,"
        " coalesce(own.name, theirs.name), a.rule"
        " FROM participation p JOIN address a ON a.id = p.address_id LEFT JOIN contact c ON c.id = a.contact_id"
        " LEFT JOIN company own ON own.id = c.company_id LEFT JOIN company theirs ON theirs.id = a.company_id"
        " WHERE p.activity_id = ? ORDER BY CASE p.role WHEN 'from' THEN 0 WHEN 'organizer' THEN 0 WHEN 'to' THEN 1"
        " WHEN 'attendee' THEN 1 WHEN 'cc' THEN 2 ELSE 3 END, a.email",
        (activity_id,),
    )
    return tuple(Part(*row) for row in rows)


def _seen(connection: sqlite3.Connection, activity_id: int) -> tuple[tuple[str, str], ...]:
    rows = connection.execute(
        "SELECT a.name, p.name FROM sighting s JOIN place p ON p.id = s.place_id JOIN source o ON o.id = p.source_id"
        " JOIN account a ON a.id = o.account_id WHERE s.activity_id = ? ORDER BY a.name, p.name",
        (activity_id,),
    )
    return tuple((account, place) for account, place in rows)


class Standing(NamedTuple):
    """How an activity stands: verdict, direction, and for whom it is which touch."""

    verdict: str
    direction: str | None
    touches: tuple[tuple[str, str], ...]


def standings(connection: sqlite3.Connection) -> dict[int, tuple[datetime, Standing]]:
    """Every activity's instant and standing, by id."""
    touches: dict[int, list[tuple[str, str]]] = {}
    for row_id, email, touch in connection.execute(
        "SELECT p.activity_id, a.email, p.touch FROM participation p JOIN address a ON a.id = p.address_id"
        " WHERE p.touch IS NOT NULL ORDER BY p.activity_id, a.email, p.touch"
    ):
        touches.setdefault(row_id, []).append((email, touch))
    return {
        row_id: (instant(at), Standing(verdict, direction, tuple(touches.get(row_id, ()))))
        for row_id, at, verdict, direction in connection.execute("SELECT id, at, verdict, direction FROM activity")
    }
