"""What a morning needs: blind spots, owed answers, the day's meetings, and whom to get back to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from lasttouch.awaiting import Wanted, awaiting
from lasttouch.silence import Silence, silences
from store.awaiting import Waiting
from store.blindness import Blind, blind_sources
from store.choosing import of_owner
from store.day import meetings_between
from store.people import Person, people
from store.silence import past_rhythm
from store.timeline import Activity

OWED_FOR = timedelta(days=30)
"""What has waited for longer is for `awaiting` to tell."""


@dataclass(frozen=True, slots=True)
class Today:
    """One page. `coming` are the contacts in the meetings, by id; lists are cut at the limit.

    Of those silent for longer than usual the latest to become so come first: the others stood here before.
    """

    blind: list[Blind]
    owed: list[Waiting]
    meetings: list[Activity]
    coming: Mapping[int, Person]
    silent: list[Silence]


def today(connection: sqlite3.Connection, now: datetime, zone: tzinfo, owner: str | None, limit: int) -> Today:
    """The page of the local day that `now` is in; of one colleague, if named."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    theirs = None if owner is None else of_owner(connection, owner)
    meetings = [
        one
        for one in meetings_between(
            connection, midnight.replace(tzinfo=zone), (midnight + timedelta(days=1)).replace(tzinfo=zone)
        )
        if theirs is None or theirs & contacts_in(one)
    ]
    wanted = Wanted(owner=owner, since=now - OWED_FOR)
    overdue = _latest_overdue(connection, now, theirs, limit)
    silent = silences(connection, people(connection, now, overdue), now, None)
    return Today(
        blind=blind_sources(connection, now),
        owed=awaiting(connection, now, "us", wanted, limit),
        meetings=meetings[:limit],
        coming={
            one.id: one for one in people(connection, now, sorted({i for one in meetings for i in contacts_in(one)}))
        },
        silent=sorted((one for one in silent if one.state == "stale"), key=_overdue_at, reverse=True),
    )


def _latest_overdue(connection: sqlite3.Connection, now: datetime, theirs: set[int] | None, limit: int) -> list[int]:
    """The contacts (of these, if given) who became overdue last."""
    size = limit
    while True:
        found = [one for one, _ in past_rhythm(connection, now, size, latest_first=True)]
        wanted = [one for one in found if theirs is None or one in theirs]
        if len(wanted) >= limit or len(found) < size:
            return wanted[:limit]
        size *= 8


def _overdue_at(one: Silence) -> float:
    return one.person.overdue_at.timestamp() if one.person.overdue_at else 0


def contacts_in(meeting: Activity) -> set[int]:
    """The contacts whom the meeting touches."""
    return {part.contact_id for part in meeting.parts if part.contact_id is not None and part.touch == "meeting"}
