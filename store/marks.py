"""What the owner's own programs say of messages: answered, flagged, moved out of the inbox.

`mark` has a row for what is recent in a mailbox that is watched, and for whatever is flagged. The
absence of a row says nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from activity.mark import Mark
from store.lists import insert, rows_among
from store.log import Log

KEPT = timedelta(days=120)
"""How long after a message what its owner's programs say of it is followed, unless it is flagged.
"""


def keep(connection: sqlite3.Connection, place: int, found: Iterable[tuple[int, Mark]]) -> None:
    """The marks of activities as they were read at `place`."""
    insert(
        connection,
        "INSERT INTO mark (activity_id, place_id, uid, bits)",
        "(?, ?, ?, ?)",
        [(activity_id, place, mark.uid, mark.bits) for activity_id, mark in found],
        " ON CONFLICT (activity_id, place_id) DO UPDATE SET uid = excluded.uid, bits = excluded.bits, has_left = 0"
        " WHERE (mark.uid, mark.bits, mark.has_left) IS NOT (excluded.uid, excluded.bits, 0)",
    )


def follow(connection: sqlite3.Connection, place: int, first: int, bits: Mapping[int, int]) -> None:
    """What a mailbox shows now from the UID `first` on; what it does not show has left it."""
    rows = connection.execute("SELECT uid, bits, has_left FROM mark WHERE place_id = ? AND uid >= ?", (place, first))
    stored = {uid: (was, bool(left)) for uid, was, left in rows}
    shown = {uid: (bits.get(uid, was), uid not in bits) for uid, (was, _) in stored.items()}
    connection.executemany(
        "UPDATE mark SET bits = ?, has_left = ? WHERE place_id = ? AND uid = ?",
        [(now, left, place, uid) for uid, (now, left) in shown.items() if (now, left) != stored[uid]],
    )


def prune(connection: sqlite3.Connection, before: int, but: int) -> None:
    """Let go of the marks on what is older than `before`, unless one of the bits `but` is set."""
    connection.execute(
        "DELETE FROM mark WHERE bits & ?2 = 0 AND activity_id IN (SELECT m.activity_id FROM mark m JOIN activity a"
        " ON a.id = m.activity_id WHERE a.at < ?1)",
        (before, but),
    )


def bits_of(log: Log, activity_ids: Sequence[int]) -> dict[int, int]:
    """Activity → the bits that any of its copies bears."""
    query = "SELECT activity_id, bits FROM mark WHERE activity_id IN ({}) AND bits <> 0"
    found: dict[int, int] = {}
    for activity_id, bits in rows_among(log, query, activity_ids):
        found[activity_id] = found.get(activity_id, 0) | bits
    return found


_IS_INBOX = "({0}.name = 'INBOX' OR lower({0}.name) LIKE '%/inbox')"
_SEEN = """SELECT s.activity_id, s.place_id, m.has_left FROM sighting s
    LEFT JOIN mark m ON m.activity_id = s.activity_id AND m.place_id = s.place_id WHERE s.activity_id IN ({})"""
_BESIDE_AN_INBOX = f"""SELECT l.id, {_IS_INBOX.format("l")} FROM place l WHERE l.id IN ({{}})
    AND EXISTS (SELECT 1 FROM place b WHERE b.source_id = l.source_id AND {_IS_INBOX.format("b")})"""


def filed(log: Log, activity_ids: Sequence[int]) -> dict[int, bool]:
    """Activity → was it moved out of the inbox; not of those that no source with an inbox has
    shown."""
    seen = list(rows_among(log, _SEEN, activity_ids))
    inboxes = dict(rows_among(log, _BESIDE_AN_INBOX, {place for _, place, _ in seen}))
    in_inbox = {activity_id for activity_id, place, has_left in seen if inboxes.get(place) and not has_left}
    elsewhere = {activity_id for activity_id, place, _ in seen if inboxes.get(place) == 0}
    counted = [activity_id for activity_id, place, _ in seen if place in inboxes]
    return {activity_id: activity_id not in in_inbox or activity_id in elsewhere for activity_id in counted}
