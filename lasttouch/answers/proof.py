"""What proves the dates of a contact."""

from __future__ import annotations

from datetime import datetime

from activity.errors import UsageError
from store.log import Log
from store.people import Person
from store.timeline import Activity, Part, activities, named_by_title, newest

RECENT = 20


def behind_dates(log: Log, person: Person) -> dict[int, Activity]:
    """The activities that set this contact's dates, by id."""
    return {one.id: one for one in activities(log, sorted(set(person.activities.values())))}


def proof(log: Log, person: Person, now: datetime) -> tuple[dict[int, Activity], list[Activity]]:
    """The activities that set this contact's dates, and the newest with them at all, some of which may not count."""
    return behind_dates(log, person), newest(log, now, RECENT, [person.id])


def named_in_meeting(log: Log, activity_id: int) -> Part | None:
    """Whom alone the title of this meeting names. Raises UsageError where it is none."""
    (one,) = activities(log, [activity_id])
    if one.kind != "meeting":
        raise UsageError(f"activity {activity_id} is no meeting", "a conversation is settled by: lasttouch done")
    return named_by_title(one)
