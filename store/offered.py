"""Reading: meetings whose titles name a contact, which are offered to be confirmed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from activity.participant import TITLE
from store.codes import ROLE, VERDICT
from store.log import Log
from store.rows import timestamp
from store.said import IS_IGNORED


def offered(log: Log, now: datetime, limit: int, theirs: Collection[int] | None) -> list[int]:
    """Meetings that are over and would count if it were said that they were some; the newest first.

    Not those that were settled by `done`, nor of contacts who are ignored; of `theirs` alone, if given.
    """
    query = f"""SELECT p.activity_id, r.contact_id FROM participation p JOIN activity a ON a.id = p.activity_id
        JOIN address r ON r.id = p.address_id AND r.contact_id IS NOT NULL
        WHERE p.role_code = {ROLE[TITLE]} AND p.touch_code IS NULL AND a.verdict_code = {VERDICT["held"]} AND p.at <= ?1
        AND a.ends <= ?1 AND NOT {IS_IGNORED.format("r.contact_id")} AND NOT EXISTS (
            SELECT 1 FROM said_of_activity w WHERE w.identity = a.identity AND w.kind = 'done')
        ORDER BY p.at DESC, p.activity_id DESC"""
    found: list[int] = []
    for activity_id, contact_id in log.execute(query, (timestamp(now),)):
        if theirs is None or contact_id in theirs:
            found.append(activity_id)
            if len(found) == limit:
                break
    return found
