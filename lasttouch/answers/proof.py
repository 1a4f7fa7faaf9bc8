"""What proves the dates of a contact."""

from __future__ import annotations

from datetime import datetime

from store.log import Log
from store.people import Person
from store.timeline import Activity, activities, newest

RECENT = 20


def behind_dates(log: Log, person: Person) -> dict[int, Activity]:
    """The activities that set this contact's dates, by id."""
    return {one.id: one for one in activities(log, sorted(set(person.activities.values())))}


def proof(log: Log, person: Person, now: datetime) -> tuple[dict[int, Activity], list[Activity]]:
    """The activities that set this contact's dates, and the newest with them at all, some of which
    may not count."""
    return behind_dates(log, person), newest(log, now, RECENT, [person.id])
