"""Answers that name nobody known, but the conversation, as Exchange does in Thread-Index.

Whoever has seen that name may write it. So a message answers only what was exchanged in the other
direction with the same person, as with subjects.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from store.codes import DIRECTION, INBOUND, OUTBOUND
from store.lists import rows_among

WINDOW = 90 * 86_400  # seconds

# It looks back from the message itself through what was exchanged with that person alone: a conversation may be
# anybody's, and as long as he likes. Of several people's the newest comes last.
_BEFORE = f"""SELECT u.activity_id, t.id FROM activity w JOIN unplaced u ON u.activity_id = w.id
    CROSS JOIN activity t ON t.id = (SELECT p.activity_id FROM participation p JOIN activity a ON a.id = p.activity_id
        WHERE p.address_id = u.address_id
        AND p.touch_code = CASE w.direction_code WHEN {DIRECTION["inbound"]} THEN {OUTBOUND} ELSE {INBOUND} END
        AND p.at BETWEEN u.at - {WINDOW} AND u.at AND (p.at < u.at OR p.activity_id < u.activity_id)
        AND a.thread_index IN (w.thread_index & ~1, w.thread_index | 1) ORDER BY p.at DESC, p.activity_id DESC LIMIT 1)
    WHERE w.thread_index IS NOT NULL AND w.direction_code IN ({DIRECTION["inbound"]}, {DIRECTION["outbound"]})
    AND w.id IN ({{}}) ORDER BY t.at, t.id"""


def newest_before(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, int]:
    """Of the messages in `unplaced` with these ids, the newest that each may answer by the
    conversation it names, of the WINDOW before it."""
    return dict(rows_among(connection, _BEFORE, ids))
