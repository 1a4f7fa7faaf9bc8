"""What a morning needs: blind spots, owed answers, the day's meetings, and whom to get back to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from lasttouch.awaiting import Wanted, awaiting
from lasttouch.silence import EXCHANGES, FRESH, Silence, silences
from store.awaiting import Waiting
from store.choosing import of_owner
from store.day import meetings_between
from store.people import Person, people
from store.rhythm import Blind, blind_sources
from store.timeline import Activity

OWED_FOR = timedelta(days=30)
"""What has waited for longer is for `awaiting` to tell."""


@dataclass(frozen=True, slots=True)
class Today:
    """One page. `coming` are the contacts in the meetings, by id; lists are cut at the limit."""

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
    candidates = people(connection, now, None if theirs is None else sorted(theirs))
    silent = [one for one in silences(connection, candidates, now, None).found if one.state == "stale"]
    return Today(
        blind=blind_sources(connection, now - FRESH, EXCHANGES),
        owed=awaiting(connection, now, "us", wanted, limit),
        meetings=meetings[:limit],
        coming={
            one.id: one for one in people(connection, now, sorted({i for one in meetings for i in contacts_in(one)}))
        },
        silent=sorted(silent, key=lambda one: -(one.ratio or 0))[:limit],
    )


def contacts_in(meeting: Activity) -> set[int]:
    """The contacts whom the meeting touches."""
    return {part.contact_id for part in meeting.parts if part.contact_id is not None and part.touch == "meeting"}
