"""The whole log, activity by activity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lasttouch.answers.question import Log
from lasttouch.answers.why import OfActivity
from store.export import whole_log
from store.said import of_activities


def exported(log: Log, now: datetime, since: datetime | None, until: datetime | None) -> Iterator[OfActivity]:
    """In the order in which it was read, piece by piece; the log has the meetings among strangers in it."""
    for found, people in whole_log(log, now, since, until):
        words = of_activities(log, [one.id for one in found])
        for one in found:
            concerned = sorted({part.contact_id for part in one.parts if part.contact_id is not None})
            yield OfActivity(one, [people[i] for i in concerned if i in people], words.get(one.id, []), [])
