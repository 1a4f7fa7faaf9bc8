"""Reading: who has been silent, in order, by index: the longest, the longest overdue, and those
never touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from store.log import Log
from store.rows import timestamp
from store.said import cadences, default_cadence
from store.touch_dates import DAY, Touches
from store.touches import derive_all


def longest_silent(log: Log, now: datetime, limit: int, before: datetime | None = None) -> list[tuple[int, int]]:
    """(contact id, last touch in seconds since 1970) of the longest silent, with a last touch
    before `before`.

    Who was never touched is not among them.
    """
    until = timestamp(before or now)
    query = """SELECT contact_id, last_touch FROM contact_touch WHERE last_touch < ?1 AND (due IS NULL OR due > ?2)
        ORDER BY last_touch, contact_id LIMIT ?3"""
    return _first(log, query, lambda touches: touches.last_touch()[0].at, until, now, limit)


def past_rhythm(log: Log, now: datetime, limit: int, latest_first: bool = False) -> list[tuple[int, int]]:
    """(contact id, overdue since, in seconds since 1970) of those silent for longer than is usual
    with them.

    The longest overdue come first, or those who became so last.
    """
    order = "DESC" if latest_first else "ASC"
    query = f"""SELECT contact_id, overdue_at FROM contact_touch WHERE overdue_at < ?1 AND (due IS NULL OR due > ?2)
        ORDER BY overdue_at {order}, contact_id {order} LIMIT ?3"""
    return _first(log, query, Touches.overdue_at, timestamp(now), now, limit, latest_first)


def past_cadence(log: Log, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(contact id, past it since, in seconds since 1970) of those silent for longer than was set
    for them, for their company, or by default; the longest past it come first.

    By default it may be one for whom something else was set.
    """
    moment = timestamp(now)
    query = f"""WITH held AS (
            SELECT contact_id, value FROM said_of_contact WHERE kind = 'cadence'
            UNION ALL SELECT c.id, w.value FROM said_of_company w CROSS JOIN contact c ON c.company_id = w.company_id
            WHERE w.kind = 'cadence' AND NOT EXISTS (
                SELECT 1 FROM said_of_contact s WHERE s.contact_id = c.id AND s.kind = 'cadence'))
        SELECT h.contact_id, t.last_touch + {DAY} * h.value AS past FROM held h
        CROSS JOIN contact_touch t ON t.contact_id = h.contact_id
        WHERE t.last_touch + {DAY} * h.value < ?1 AND t.next_meeting IS NULL AND (t.due IS NULL OR t.due > ?1)
        ORDER BY past, h.contact_id LIMIT ?2"""
    found = dict(log.execute(query, (moment, limit)).fetchall())
    if (days := default_cadence(log)) is not None:
        for contact_id, at in longest_silent(log, now, limit, now - timedelta(days=days)):
            found.setdefault(contact_id, at + DAY * days)
    derived = _due(log, now)
    for contact_id, cadence in cadences(log, list(derived)).items():
        last, _ = derived[contact_id].last_touch()
        if last.at is not None and last.at + DAY * cadence.days < moment:
            found[contact_id] = last.at + DAY * cadence.days
    return sorted(found.items(), key=lambda row: (row[1], row[0]))[:limit]


def never_touched(log: Log, now: datetime, limit: int) -> list[int]:
    """The first `limit` contacts that were never touched, by id."""
    query = """SELECT contact_id FROM contact_touch WHERE last_touch IS NULL AND (due IS NULL OR due > ?)
        ORDER BY contact_id LIMIT ?"""
    found = [contact_id for (contact_id,) in log.execute(query, (timestamp(now), limit))]
    found += [contact_id for contact_id, touches in _due(log, now).items() if touches.last_touch()[1] is None]
    return sorted(found)[:limit]


def _first(
    log: Log,
    query: str,
    instant_of: Callable[[Touches], int | None],
    until: int,
    now: datetime,
    limit: int,
    latest_first: bool = False,
) -> list[tuple[int, int]]:
    """The first of the rows that hold, and of those that have to be derived, whose instant is
    before `until`."""
    found = log.execute(query, (until, timestamp(now), limit)).fetchall()
    derived = _due(log, now)
    if not derived:
        return found
    dated = ((contact_id, instant_of(touches)) for contact_id, touches in derived.items())
    found += [(contact_id, at) for contact_id, at in dated if at is not None and at < until]
    return sorted(found, key=lambda row: (row[1], row[0]), reverse=latest_first)[:limit]


def _due(log: Log, now: datetime) -> dict[int, Touches]:
    """The contacts whose row says nothing as of now, derived."""
    due = log.execute("SELECT contact_id FROM contact_touch WHERE due <= ?", (timestamp(now),))
    return derive_all(log, [contact_id for (contact_id,) in due], now)
