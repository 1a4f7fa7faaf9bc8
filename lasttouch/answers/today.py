"""What a morning needs: blind spots, who needs attention and why, and the day's meetings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from lasttouch.answers.attention import Attention, Whom, attention
from lasttouch.answers.question import Log, Question
from lasttouch.naming import chosen, owner_named
from store.blindness import Blind, blind_sources
from store.day import meetings_between
from store.health import seen_through
from store.offered import offered
from store.people import Person, is_anybody_listed, people
from store.read_back import ReadBack, read_back
from store.timeline import Activity, activities

OFFERED = 3


class Answer(NamedTuple):
    """The page of a local `day`, as of `now`; lists are cut at the limit.

    `coming` are the contacts in the meetings, by id. `offered` are events, at most OFFERED, that
    may have been meetings with whom their titles name. `through` and `back`: up to when, and from
    when on, everything was read. `is_empty`: nobody is listed yet.
    """

    now: datetime
    day: date
    blind: list[Blind]
    attention: Attention
    meetings: list[Activity]
    coming: Mapping[int, Person]
    offered: list[Activity]
    through: datetime | None
    back: ReadBack
    is_empty: bool

    @property
    def has_news(self) -> bool:
        """Is there anything to tell of?"""
        return bool(self.blind or self.attention.reasons or self.meetings or self.offered)


def answer(log: Log, question: Question, zone: tzinfo, limit: int) -> Answer:
    """The page of the local day that the question is asked in."""
    now, filters = question.now, question.filters
    only = chosen(log, question.who, company=filters.company, tag=filters.tag)
    whom = Whom(
        None if filters.owner is None else owner_named(log, filters.owner),
        None if only is None else frozenset(only),
    )
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    theirs = whom.contacts(log)
    meetings = [
        one
        for one in meetings_between(
            log, midnight.replace(tzinfo=zone), (midnight + timedelta(days=1)).replace(tzinfo=zone)
        )
        if theirs is None or theirs & contacts_in(one)
    ]
    return Answer(
        now=now,
        day=midnight.date(),
        blind=blind_sources(log, now),
        attention=attention(log, now, whom, limit),
        meetings=meetings[:limit],
        coming={one.id: one for one in people(log, now, sorted({i for one in meetings for i in contacts_in(one)}))},
        offered=activities(log, offered(log, now, OFFERED, theirs)),
        through=seen_through(log),
        back=read_back(log),
        is_empty=not is_anybody_listed(log),
    )


def contacts_in(meeting: Activity) -> set[int]:
    """The contacts whom the meeting touches."""
    return {part.contact_id for part in meeting.parts if part.contact_id is not None and part.touch == "meeting"}
