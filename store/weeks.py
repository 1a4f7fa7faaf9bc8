"""Reading: how often there was a touch, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.codes import COPIED, INBOUND, MEETING, OUTBOUND
from store.lists import chunks, placeholders
from store.log import Log
from store.rows import instant, timestamp

WEEK = 7 * 86400


# of each kind by itself: so the index shows them in the order of time, and older ones are not gone through
_OF_EACH_KIND = " UNION ".join(
    "SELECT p.at, p.activity_id FROM address r CROSS JOIN participation p ON p.address_id = r.id"
    f" AND p.touch_code IS {code} AND p.at BETWEEN ?2 AND ?3 WHERE r.contact_id = ?1"
    for code in ("NULL", INBOUND, OUTBOUND, MEETING, COPIED)
)


def instants_since(log: Log, contact_id: int, begins: datetime, now: datetime) -> list[datetime]:
    """When each activity with this contact was, of those that the timeline shows."""
    rows = log.execute(_OF_EACH_KIND, (contact_id, timestamp(begins), timestamp(now)))
    return [instant(at) for at, _ in rows]


def touches_by_week(log: Log, contact_ids: Sequence[int], now: datetime, weeks: int) -> dict[int, list[int]]:
    """For each contact how many touches each of the `weeks` weeks that end `now` had, the oldest
    first.

    The kinds of touch are named one by one, so that the index leads to these weeks and what was before is not gone
    through; only a meeting has an end to be looked at.
    """
    moment = timestamp(now)
    found = {contact_id: [0] * weeks for contact_id in contact_ids}
    for chunk in chunks(contact_ids):
        for contact_id, week, touches in log.execute(
            "SELECT r.contact_id, (?1 - p.at) / ?2, count(DISTINCT p.activity_id) FROM address r"
            " CROSS JOIN participation p ON p.address_id = r.id"
            f" WHERE p.touch_code IN ({INBOUND}, {OUTBOUND}, {MEETING}) AND p.at > ?1 - ?2 * ?3 AND p.at <= ?1"
            f" AND (p.touch_code <> {MEETING}"
            " OR EXISTS (SELECT 1 FROM activity a WHERE a.id = p.activity_id AND coalesce(a.ends, p.at) <= ?1))"
            f" AND r.contact_id IN ({placeholders(chunk)}) GROUP BY 1, 2",
            (moment, WEEK, weeks, *chunk),
        ):
            found[contact_id][weeks - 1 - week] = touches
    return found
