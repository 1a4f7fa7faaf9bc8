"""What a morning needs: blind spots, who needs attention and why, and the day's meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from lasttouch.answers.attention import Attention, Whom, attention
from store import titles
from store.blindness import Blind, blind_sources
from store.day import meetings_between
from store.log import Log
from store.people import Person, people
from store.timeline import Activity, activities

OFFERED = 3


@dataclass(frozen=True, slots=True)
class Today:
    """One page. `coming` are the contacts in the meetings, by id; lists are cut at the limit.

    `offered` are events, at most OFFERED, that may have been meetings with whom their titles name.
    """

    blind: list[Blind]
    attention: Attention
    meetings: list[Activity]
    coming: Mapping[int, Person]
    offered: list[Activity]

    @property
    def has_news(self) -> bool:
        """Is there anything to tell of?"""
        return bool(self.blind or self.attention.reasons or self.meetings or self.offered)


def today(log: Log, now: datetime, zone: tzinfo, whom: Whom, limit: int) -> Today:
    """The page of the local day that `now` is in."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    theirs = whom.contacts(log)
    meetings = [
        one
        for one in meetings_between(
            log, midnight.replace(tzinfo=zone), (midnight + timedelta(days=1)).replace(tzinfo=zone)
        )
        if theirs is None or theirs & contacts_in(one)
    ]
    return Today(
        blind=blind_sources(log, now),
        attention=attention(log, now, whom, limit),
        meetings=meetings[:limit],
        coming={one.id: one for one in people(log, now, sorted({i for one in meetings for i in contacts_in(one)}))},
        offered=activities(log, titles.offered(log, now, OFFERED, theirs)),
    )


def contacts_in(meeting: Activity) -> set[int]:
    """The contacts whom the meeting touches."""
    return {part.contact_id for part in meeting.parts if part.contact_id is not None and part.touch == "meeting"}
