"""Touch dates per contact: derived from what each address took part in, forgotten when that changes.

`contact_touch` is a cache. Whatever alters an activity or a match deletes the rows it may change
within the same transaction; a missing row is derived by `refresh`, or by a query on the spot, so
that what is shown is always what a recomputation would give.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from store.addresses import chunks, marks
from store.rows import timestamp


class Moment(NamedTuple):
    """When (seconds since 1970) and in which activity; None, None for never."""

    at: int | None
    activity_id: int | None


NEVER = Moment(None, None)


class Touches(NamedTuple):
    """The dates of one contact; `due` is when time alone will change them next, None if it will not."""

    last_inbound: Moment
    last_outbound: Moment
    last_meeting: Moment
    next_meeting: Moment
    last_copied: Moment
    last_two_way: Moment
    touches: int
    due: int | None

    def last_touch(self) -> tuple[Moment, str | None]:
        """The newest of inbound, outbound and meeting, and which one it is."""
        kinds = ((self.last_inbound, "inbound"), (self.last_outbound, "outbound"), (self.last_meeting, "meeting"))
        return max(kinds, key=lambda one: one[0].at or 0) if any(m.at for m, _ in kinds) else (NEVER, None)


_LAST = """SELECT at, activity_id FROM participation WHERE address_id = ? AND touch = ? AND at <= ?
    ORDER BY at DESC, activity_id DESC LIMIT 1"""
_LAST_MEETING = """SELECT p.at, p.activity_id FROM participation p JOIN activity a ON a.id = p.activity_id
    WHERE p.address_id = ? AND p.touch = 'meeting' AND p.at <= ?2 AND a.ends <= ?2
    ORDER BY p.at DESC, p.activity_id DESC LIMIT 1"""
_NEXT_MEETING = """SELECT at, activity_id FROM participation WHERE address_id = ? AND touch = 'meeting' AND at > ?
    ORDER BY at, activity_id LIMIT 1"""
_UNDER_WAY = """SELECT min(a.ends) FROM participation p JOIN activity a ON a.id = p.activity_id
    WHERE p.address_id = ? AND p.touch = 'meeting' AND p.at BETWEEN ?2 - 2678400 AND ?2 AND a.ends > ?2"""
_AHEAD = "SELECT min(at) FROM participation WHERE address_id = ? AND touch = ? AND at > ?"
_ANSWER = """SELECT p.at, p.activity_id FROM participation p JOIN activity a ON a.id = p.activity_id
    WHERE p.address_id = ?1 AND p.touch = ?2 AND p.at <= ?3 AND EXISTS (
        SELECT 1 FROM activity b JOIN participation q ON q.activity_id = b.id JOIN address r ON r.id = q.address_id
        WHERE b.thread = a.thread AND b.at < a.at AND q.touch = ?4 AND r.contact_id = ?5)
    ORDER BY p.at DESC, p.activity_id DESC LIMIT 1"""
_COUNT = """SELECT count(DISTINCT p.activity_id) FROM participation p JOIN activity a ON a.id = p.activity_id
    WHERE p.address_id IN ({}) AND p.touch IN ('inbound', 'outbound', 'meeting') AND coalesce(a.ends, p.at) <= ?"""


def derive(connection: sqlite3.Connection, contact_id: int, now: datetime) -> Touches:
    """The touch dates of a contact as of `now`, from the stored activities; a few index seeks an address."""
    moment = timestamp(now)
    addresses = [a for (a,) in connection.execute("SELECT id FROM address WHERE contact_id = ?", (contact_id,))]

    def newest(query: str, *parameters: object) -> Moment:
        rows = [connection.execute(query, (address, *parameters)).fetchone() for address in addresses]
        return max((Moment(*row) for row in rows if row), default=NEVER)

    def earliest(query: str, *parameters: object) -> list[int]:
        rows = [connection.execute(query, (address, *parameters)).fetchone() for address in addresses]
        return [row[0] for row in rows if row and row[0] is not None]

    meetings_ahead = [connection.execute(_NEXT_MEETING, (address, moment)).fetchone() for address in addresses]
    last_meeting = newest(_LAST_MEETING, moment)
    answers = [
        newest(_ANSWER, "inbound", moment, "outbound", contact_id),
        newest(_ANSWER, "outbound", moment, "inbound", contact_id),
        last_meeting,
    ]
    (count,) = connection.execute(_COUNT.format(marks(addresses)), [*addresses, moment]).fetchone()
    ahead = earliest(_UNDER_WAY, moment)
    for touch in ("inbound", "outbound", "copied", "meeting"):
        ahead += earliest(_AHEAD, touch, moment)
    return Touches(
        last_inbound=newest(_LAST, "inbound", moment),
        last_outbound=newest(_LAST, "outbound", moment),
        last_meeting=last_meeting,
        next_meeting=min((Moment(*row) for row in meetings_ahead if row), default=NEVER),
        last_copied=newest(_LAST, "copied", moment),
        last_two_way=max((a for a in answers if a.at is not None), default=NEVER),
        touches=count,
        due=min(ahead, default=None),
    )


def refresh(connection: sqlite3.Connection, now: datetime) -> int:
    """Derive what is missing or due, within the caller's transaction; how many contacts that were."""
    stale = [
        contact_id
        for (contact_id,) in connection.execute(
            "SELECT c.id FROM contact c LEFT JOIN contact_touch t ON t.contact_id = c.id"
            " WHERE t.contact_id IS NULL OR t.due <= ?",
            (timestamp(now),),
        )
    ]
    connection.executemany(
        f"INSERT OR REPLACE INTO contact_touch VALUES ({marks(range(18))})",
        [touch_row(contact_id, derive(connection, contact_id, now)) for contact_id in stale],
    )
    return len(stale)


def touch_row(contact_id: int, touches: Touches) -> tuple[Any, ...]:
    """`touches` in the order of the columns of contact_touch."""
    last, kind = touches.last_touch()
    moments = (value for moment in touches[:6] for value in moment)
    return (contact_id, last.at, kind, last.activity_id, *moments, touches.touches, touches.due)


def forget_touches(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> None:
    """The derived touches of everybody in these activities are unknown until they are derived again."""
    for chunk in chunks(list(activity_ids)):
        connection.execute(
            "DELETE FROM contact_touch WHERE contact_id IN (SELECT a.contact_id FROM participation p JOIN address a"
            f" ON a.id = p.address_id WHERE p.activity_id IN ({marks(chunk)}) AND a.contact_id IS NOT NULL)",
            chunk,
        )


def correct(connection: sqlite3.Connection, now: datetime) -> int:
    """Compare every derived row with what the activities say and set it right; how many were wrong.

    Rows that are missing or due are derived too, but were not wrong.
    """
    stored = {row[0]: row for row in connection.execute("SELECT * FROM contact_touch")}
    refresh(connection, now)
    wrong = 0
    for row in connection.execute("SELECT * FROM contact_touch").fetchall():
        expected = touch_row(row[0], derive(connection, row[0], now))
        if row == expected:
            continue
        wrong += row[0] in stored
        connection.execute(f"INSERT OR REPLACE INTO contact_touch VALUES ({marks(row)})", expected)
    return wrong
