"""The whole log, activity by activity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from lasttouch.answers.question import Log, Question
from lasttouch.answers.why import OfActivity
from lasttouch.naming import chosen
from store.export import whole_log
from store.said import of_activities


class Answer(NamedTuple):
    """Read one by one, as of `now`."""

    now: datetime
    activities: Iterator[OfActivity]


def answer(log: Log, question: Question) -> Answer:
    """In the order in which it was read, piece by piece; the log has the meetings among strangers
    in it.

    Raises NotFound where nobody has the tag that is asked for.
    """
    return Answer(question.now, _activities(log, question, chosen(log, tag=question.filters.tag)))


def _activities(log: Log, question: Question, only: Sequence[int] | None) -> Iterator[OfActivity]:
    filters = question.filters
    for found, people in whole_log(log, question.now, filters.since, filters.until, only):
        words = of_activities(log, [one.id for one in found])
        for one in found:
            concerned = sorted({part.contact_id for part in one.parts if part.contact_id is not None})
            yield OfActivity(one, [people[i] for i in concerned if i in people], words.get(one.id, []), [])
