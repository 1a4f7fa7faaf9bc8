"""Reading: the meetings of a day."""

from __future__ import annotations

from datetime import datetime

from store.codes import MEETING
from store.log import Log
from store.rows import timestamp
from store.timeline import Activity, activities


def meetings_between(log: Log, begins: datetime, ends: datetime) -> list[Activity]:
    """Meetings with contacts that would count and lie, wholly or partly, between these instants; in
    order."""
    # +a.at: by the end of meetings there are few left, by the beginning of anything there is the whole log
    rows = log.execute(
        "SELECT a.id FROM activity a WHERE a.ends > ?1 AND +a.at < ?2 AND EXISTS (SELECT 1 FROM participation p"
        f" JOIN address r ON r.id = p.address_id WHERE p.activity_id = a.id AND p.touch_code = {MEETING}"
        " AND r.contact_id IS NOT NULL) ORDER BY +a.at, a.id",
        (timestamp(begins), timestamp(ends)),
    )
    return activities(log, [row_id for (row_id,) in rows])
