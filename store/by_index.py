"""Answers that name nobody known, but the conversation, as Exchange does in Thread-Index.

Whoever has seen that name may write it. So a message answers only what was exchanged in the other direction with
the same person, as with subjects.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from store.codes import DIRECTION, INBOUND, OUTBOUND
from store.lists import rows_among

# It looks back from the message itself through what was exchanged with that person alone: a conversation may be
# anybody's, and as long as he likes.
_BEFORE = f"""SELECT u.activity_id, (SELECT p.activity_id FROM participation p JOIN activity a ON a.id = p.activity_id
        WHERE p.address_id = u.address_id
        AND p.touch_code = CASE w.direction_code WHEN {DIRECTION["inbound"]} THEN {OUTBOUND} ELSE {INBOUND} END
        AND p.at BETWEEN u.at - {{window}} AND u.at AND (p.at < u.at OR p.activity_id < u.activity_id)
        AND a.thread_index IN (w.thread_index & ~1, w.thread_index | 1) ORDER BY p.at DESC, p.activity_id DESC LIMIT 1)
    FROM activity w JOIN unplaced u ON u.activity_id = w.id
    WHERE w.thread_index IS NOT NULL AND w.direction_code IN ({DIRECTION["inbound"]}, {DIRECTION["outbound"]})
    AND w.id IN ({{{{}}}})"""


def newest_before(connection: sqlite3.Connection, ids: Collection[int], window: int) -> dict[int, int]:
    """Of the messages in `unplaced` with these ids, the newest that each may answer by the conversation it names, of
    the `window` (seconds) before it."""
    found = [row for row in rows_among(connection, _BEFORE.format(window=window), ids) if row[1] is not None]
    query = "SELECT id, at FROM activity WHERE id IN ({})"
    instants = dict(rows_among(connection, query, {target for _, target in found}))
    newest: dict[int, int] = {}
    for row_id, target in sorted(found, key=lambda pair: (instants[pair[1]], pair[1])):
        newest[row_id] = target
    return newest
