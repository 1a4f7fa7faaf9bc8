"""Reading: activities after which something should have followed, by index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from activity.mark import ANSWERED, FLAGGED
from activity.series import series_identity
from store.codes import INBOUND, MEETING, OUTBOUND
from store.log import Log
from store.rows import instant, timestamp
from store.touch_dates import A_SERIES


class Row(NamedTuple):
    """An activity with a contact; `subject` is "" where none is kept."""

    contact: int
    name: str
    activity: int
    at: datetime
    subject: str


def flagged(log: Log, now: datetime) -> Iterator[Row]:
    """Mail that the owner flagged, and that neither was answered nor followed by anything from us
    to its sender; the newest first.
    """
    # CROSS JOIN: from the few that are flagged, not from all participations
    query = f"""SELECT c.id, c.name, a.id, a.at, coalesce(a.subject, '') FROM mark m
        CROSS JOIN activity a ON a.id = m.activity_id
        CROSS JOIN participation p ON p.activity_id = a.id AND p.touch_code = {INBOUND}
        CROSS JOIN address r ON r.id = p.address_id CROSS JOIN contact c ON c.id = r.contact_id
        WHERE m.bits & {FLAGGED} AND NOT m.bits & {ANSWERED} AND a.at <= ? AND NOT EXISTS (
            SELECT 1 FROM address k CROSS JOIN participation q ON q.address_id = k.id
            WHERE k.contact_id = c.id AND q.touch_code IN ({OUTBOUND}, {MEETING}) AND q.at BETWEEN a.at AND ?)
        GROUP BY a.id, c.id, c.name, a.at, a.subject ORDER BY a.at DESC, a.id, c.id"""
    moment = timestamp(now)
    return _rows(log.execute(query, (moment, moment)))


def met(log: Log, since: datetime, until: datetime, now: datetime) -> Iterator[Row]:
    """Contacts whose last touch is a meeting within this span, with none ahead; the newest first."""
    query = """SELECT c.id, c.name, a.id, a.at, coalesce(a.subject, '') FROM contact_touch t
        JOIN contact c ON c.id = t.contact_id JOIN activity a ON a.id = t.last_touch_activity
        WHERE t.last_touch_kind = 'meeting' AND t.last_touch BETWEEN ? AND ? AND t.next_meeting IS NULL
        AND (t.due IS NULL OR t.due > ?) ORDER BY t.last_touch DESC, t.contact_id DESC"""
    return _rows(log.execute(query, (timestamp(since), timestamp(until), timestamp(now))))


def last_of_series(log: Log, since: datetime, now: datetime) -> Iterator[Row]:
    """Contacts whose last meeting, since then, was one of several of a series, with none ahead; the
    newest first."""
    query = """SELECT c.id, c.name, a.id, a.at, coalesce(a.subject, ''), a.identity FROM contact_touch t
        JOIN contact c ON c.id = t.contact_id JOIN activity a ON a.id = t.last_meeting_activity
        WHERE t.next_meeting IS NULL AND t.last_meeting BETWEEN ? AND ? AND instr(a.identity, '/') > 0
        AND (t.due IS NULL OR t.due > ?) ORDER BY t.last_meeting DESC"""
    for *row, identity in log.execute(query, (timestamp(since), timestamp(now), timestamp(now))):
        series = series_identity(identity)
        if series != identity and _held(log, row[0], series) >= A_SERIES:
            yield from _rows([tuple(row)])


def _held(log: Log, contact_id: int, series: str) -> int:
    """How many occurrences of this series were held with the contact."""
    query = f"""SELECT count(*) FROM address k CROSS JOIN participation q ON q.address_id = k.id
        JOIN activity m ON m.id = q.activity_id WHERE k.contact_id = ? AND q.touch_code = {MEETING}
        AND m.identity BETWEEN ? AND ?"""
    (count,) = log.execute(query, (contact_id, f"{series}/", f"{series}/~")).fetchone()
    return int(count)


def _rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    for contact, name, activity, at, subject in rows:
        yield Row(contact, name, activity, instant(at), subject)
