"""Which meetings lie ahead, and who comes?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from lasttouch.answers.question import Log, Question
from lasttouch.answers.series import Series, by_series, told
from lasttouch.naming import chosen
from store.acquaintance import Acquaintance, known_by, own_answers
from store.health import SourceHealth, sources
from store.people import Person, is_anybody_listed, people
from store.timeline import Activity, ahead


class Guest(NamedTuple):
    """A contact who is invited: with their answer (PARTSTAT), and which of our accounts know them
    since when."""

    person: Person
    answer: str
    known_by: list[Acquaintance]


class Appointment(NamedTuple):
    """A meeting ahead; `own_answers` is account → the answer of its owner.

    `further` is when the others of its series begin, where this one stands for them all.
    """

    activity: Activity
    guests: list[Guest]
    own_answers: dict[str, str]
    further: tuple[datetime, ...] = ()

    @property
    def accounts(self) -> list[str]:
        """In whose calendars it is."""
        return list(dict.fromkeys(account for account, _ in self.activity.sightings))


class Answer(NamedTuple):
    """The next first, as of `now`.

    `more`: there are more of them. `is_empty`: nobody is listed yet.
    """

    now: datetime
    appointments: list[Appointment]
    more: bool
    sources: list[SourceHealth]
    is_empty: bool


def answer(log: Log, question: Question, until: datetime | None, most: int, one_by_one: bool) -> Answer:
    """At most so many that begin by `until`, a series as its next meeting, or `one_by_one` each of
    its meetings."""
    now, filters = question.now, question.filters
    ids = chosen(log, question.who, filters.owner, filters.company, filters.tag)
    found = ahead(log, max(filters.since or now, now), most if one_by_one else None, ids, until)
    series = [[one] for one in found] if one_by_one else by_series(found, most)
    coming = _appointments(log, told(log, series[:most]), now)
    return Answer(now, coming, len(series) > most, sources(log), not is_anybody_listed(log))


def _appointments(log: Log, series: Sequence[Series], now: datetime) -> list[Appointment]:
    invitations = [_invited(one.meeting) for one in series]
    ids = sorted({contact_id for one in invitations for contact_id in one})
    persons = {person.id: person for person in people(log, now, ids)}
    known = known_by(log, ids, now)
    answers = own_answers(log, [one.meeting.id for one in series])
    return [
        Appointment(
            one.meeting,
            [Guest(persons[i], given, known.get(i, [])) for i, given in invited.items()],
            answers.get(one.meeting.id, {}),
            one.further,
        )
        for one, invited in zip(series, invitations, strict=True)
    ]


def _invited(meeting: Activity) -> dict[int, str]:
    """The contacts who are asked, with their answers."""
    answers: dict[int, str] = {}
    for part in meeting.parts:
        if part.contact_id is not None:
            answers[part.contact_id] = answers.get(part.contact_id) or part.answer
    return answers
