"""Meetings that a calendar shows under another UID than before: some programs write a meeting anew
whenever they look at it. The same start, end, people and title are the same meeting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from store.codes import ROLE
from store.identities import NOBODY, Name, named, whose
from store.lists import grouped, rows_among
from store.log import Log
from store.rows import timestamp

if TYPE_CHECKING:
    from activity.facts import Facts  # queries start sooner without

_SAME_PEOPLE_THEN = """
    SELECT DISTINCT b.id FROM activity a JOIN participation p ON p.activity_id = a.id
    JOIN participation q ON q.address_id = p.address_id AND q.at = p.at AND q.activity_id <> p.activity_id
    JOIN activity b ON b.id = q.activity_id AND b.ends IS a.ends AND b.subject IS a.subject
    JOIN sighting s ON s.activity_id = b.id AND s.object_id <> ?2
    JOIN calendar_object o ON o.id = s.object_id AND o.place_id = (SELECT place_id FROM calendar_object WHERE id = ?2)
    WHERE a.id = ?1"""
_DELETED_THEN = (
    "SELECT id, at, ends, coalesce(subject, '') FROM activity"
    " WHERE at IN ({}) AND deleted_at IS NOT NULL AND ends IS NOT NULL ORDER BY id"
)


def is_shown_by_another(connection: sqlite3.Connection, activity_id: int, object_id: int) -> bool:
    """Does another object of the calendar that this object is in show the same meeting?"""
    same = [other for (other,) in connection.execute(_SAME_PEOPLE_THEN, (activity_id, object_id))]
    people = _people(Log(connection), [activity_id, *same]) if same else {}
    return any(people.get(other) == people.get(activity_id) for other in same)


def deleted_before(log: Log, place: int, shown: Mapping[Name, Facts]) -> dict[int, str]:
    """Of meetings that were deleted from this calendar long after they were over: activity id → the
    identity by which it shows them again. `shown` are the occurrences of one object."""
    deleted = list(rows_among(log, _DELETED_THEN, {timestamp(one.at) for one in shown.values()}))
    if not deleted:
        return {}
    from_here = "SELECT activity_id, place_id FROM sighting WHERE object_id IS NULL AND activity_id IN ({})"
    here = {row_id for row_id, at in rows_among(log, from_here, [row[0] for row in deleted]) if at == place}
    people, by, logged = _people(log, here), whose(log, here), named(log, shown)
    left = {row_id: (by.get(row_id, NOBODY), people.get(row_id), *what) for row_id, *what in deleted if row_id in here}
    found: dict[int, str] = {}
    for name, one in shown.items():
        if name in logged or one.ends is None or not one.participants:
            continue
        emails = {person.address.email for person in one.participants}
        meeting = (name.by, emails, timestamp(one.at), timestamp(one.ends), one.subject)
        same = next((row_id for row_id, other in left.items() if other == meeting and row_id not in found), None)
        if same is not None:
            found[same] = name.identity
    return found


def _people(log: Log, ids: Iterable[int]) -> dict[int, set[str]]:
    """Who is listed in each; what nobody is in is not among them."""
    query = (
        "SELECT p.activity_id, r.email FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.role_code <> {ROLE['title']} AND p.activity_id IN ({{}})"
    )
    return grouped(log, query, ids)
