"""The whole log, activity by activity."""

from __future__ import annotations

from collections.abc import Iterator

from lasttouch.answers.naming import chosen
from lasttouch.answers.question import Log, Question
from lasttouch.answers.why import OfActivity
from store.export import whole_log
from store.said import of_activities


def exported(log: Log, question: Question) -> Iterator[OfActivity]:
    """In the order in which it was read, piece by piece; the log has the meetings among strangers in it.

    Raises NotFound where nobody has the tag that is asked for.
    """
    filters = question.filters
    only = chosen(log, tag=filters.tag)
    for found, people in whole_log(log, question.now, filters.since, filters.until, only):
        words = of_activities(log, [one.id for one in found])
        for one in found:
            concerned = sorted({part.contact_id for part in one.parts if part.contact_id is not None})
            yield OfActivity(one, [people[i] for i in concerned if i in people], words.get(one.id, []), [])
