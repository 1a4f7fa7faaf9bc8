"""Reading: how often there was a touch, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.codes import MEETING
from store.lists import chunks, placeholders
from store.log import Log
from store.rows import instant, timestamp

WEEK = 7 * 86400


def instants_since(log: Log, contact_id: int, begins: datetime, now: datetime) -> list[datetime]:
    """When each activity with this contact was, of those that the timeline shows."""
    rows = log.execute(
        "SELECT DISTINCT p.at, p.activity_id FROM address r CROSS JOIN participation p ON p.address_id = r.id"
        " WHERE r.contact_id = ? AND p.at >= ? AND p.at <= ?",
        (contact_id, timestamp(begins), timestamp(now)),
    )
    return [instant(at) for at, _ in rows]


def touches_by_week(log: Log, contact_ids: Sequence[int], now: datetime, weeks: int) -> dict[int, list[int]]:
    """For each contact how many touches each of the `weeks` weeks that end `now` had, the oldest
    first."""
    moment = timestamp(now)
    found = {contact_id: [0] * weeks for contact_id in contact_ids}
    for chunk in chunks(contact_ids):
        for contact_id, week, touches in log.execute(
            "SELECT r.contact_id, (?1 - p.at) / ?2, count(DISTINCT p.activity_id) FROM address r"
            " CROSS JOIN participation p ON p.address_id = r.id JOIN activity a ON a.id = p.activity_id"
            f" WHERE p.touch_code BETWEEN 0 AND {MEETING} AND p.at > ?1 - ?2 * ?3 AND p.at <= ?1"
            f" AND coalesce(a.ends, p.at) <= ?1 AND r.contact_id IN ({placeholders(chunk)}) GROUP BY 1, 2",
            (moment, WEEK, weeks, *chunk),
        ):
            found[contact_id][weeks - 1 - week] = touches
    return found
