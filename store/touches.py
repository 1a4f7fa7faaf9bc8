"""Touch dates per contact: derived from what each address took part in, unknown once that changes.

`contact_touch` is a cache with a row for every contact. Whatever alters an activity makes the rows it may
change due within the same transaction; for matches, triggers of the schema do. They are derived again in that
transaction, by `refresh`, or by a query on the spot: what is shown is always what a recomputation would give.
`stranger` is the same for addresses that are nobody's (see strangers.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from store import dated, exchanges, moved, strangers
from store.lists import change_among, chunks, insert, placeholders, rows_among
from store.log import Log
from store.rows import instant, timestamp
from store.touch_dates import Touches, TouchRow, touches_of

TOUCH_COLUMNS = """p.touch_code, p.at, p.activity_id, v.ends, coalesce(v.thread, v.identity_hash), v.identity_hash,
    p.role_code, CASE WHEN v.ends IS NOT NULL THEN v.identity END"""
"""Of participation `p` and its activity `v`: a TouchRow, but for whose part it is."""
_ROWS = f"""SELECT {TOUCH_COLUMNS}, a.contact_id
    FROM address a JOIN participation p ON p.address_id = a.id AND p.touch_code >= 0
    JOIN activity v ON v.id = p.activity_id WHERE a.contact_id"""
_COLUMNS = (
    "contact_id", "last_touch", "last_touch_kind", "last_touch_activity", "last_inbound", "last_inbound_activity",
    "last_outbound", "last_outbound_activity", "last_meeting", "last_meeting_activity", "next_meeting",
    "next_meeting_activity", "last_copied", "last_copied_activity", "last_two_way", "last_two_way_activity", "touches",
    "usual_gap", "overdue_at", "due",
)  # fmt: skip
BUSY = 200  # touches


def derive(log: Log, contact_id: int, now: datetime) -> Touches:
    """The touch dates of a contact as of `now`, from the stored activities."""
    return derive_all(log, [contact_id], now)[contact_id]


def derive_all(log: Log, contact_ids: Sequence[int], now: datetime) -> dict[int, Touches]:
    """The same for several, who may be many."""
    moment = timestamp(now)
    derived: dict[int, Touches] = {}
    for chunk in chunks(contact_ids):
        for contact_id, rows in _rows(log, chunk).items():
            derived[contact_id] = touches_of(rows, moment)
        if log.scope.viewer is not None:
            for contact_id, dates in dated.dates_alone(log, chunk, moment).items():
                derived[contact_id] = derived[contact_id].with_dates(dates)
    return derived


def _rows(log: Log, contact_ids: Sequence[int]) -> dict[int, list[TouchRow]]:
    """What each of these contacts (one chunk) took part in."""
    if len(contact_ids) == 1:
        return {contact_ids[0]: log.execute(f"{_ROWS} = ?", contact_ids).fetchall()}
    rows: dict[int, list[TouchRow]] = {contact_id: [] for contact_id in contact_ids}
    for row in log.execute(f"{_ROWS} IN ({placeholders(contact_ids)})", contact_ids):
        rows[row[-1]].append(row)
    return rows


def refresh(connection: sqlite3.Connection, now: datetime, only: Sequence[int] | None = None) -> int:
    """Derive what is due, of all contacts and strangers or of these contacts, within the caller's transaction.

    Returns how many contacts that were.
    """
    if only is None:
        strangers.refresh(connection, now)
        query = "SELECT contact_id FROM contact_touch WHERE due <= ?"
        due = [contact_id for (contact_id,) in connection.execute(query, (timestamp(now),))]
    else:
        due = []
        for chunk in chunks(only):
            query = f"SELECT contact_id FROM contact_touch WHERE contact_id IN ({placeholders(chunk)}) AND due <= ?"
            due += [contact_id for (contact_id,) in connection.execute(query, (*chunk, timestamp(now)))]
    keep(connection, derive_all(Log(connection), due, now), now)
    return len(due)


def refresh_but_busiest(connection: sqlite3.Connection, now: datetime, touched: Collection[int] = ()) -> None:
    """Derive the contacts that a batch made due or `touched`, within its transaction, so that readers find them so.

    Who has more than BUSY touches would cost as much again with every batch: those few are due until `refresh`.
    """
    rows = f"SELECT {moved.BEFORE}, touches FROM contact_touch WHERE"
    before: dict[int, moved.Stored] = {}
    busy: list[int] = []
    for some in chunks(list(touched)) if touched else [()]:
        query = f"{rows} due <= ? AND touches <= ? UNION ALL {rows} contact_id IN ({placeholders(some)})"
        for contact_id, last, kind, touches in connection.execute(query, (timestamp(now), BUSY, *some)):
            if touches > BUSY:
                busy.append(contact_id)
            else:
                before[contact_id] = last, kind
    make_due(connection, busy)
    keep(connection, derive_all(Log(connection), list(before), now), now, before)


def forget_touches(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> None:
    """The derived touches of everybody in these activities are unknown until they are derived again."""
    make_due(connection, touched_by(connection, activity_ids))


def touched_by(
    connection: sqlite3.Connection, activity_ids: Iterable[int], also: Iterable[tuple[int, int | None]] = ()
) -> set[int]:
    """The contacts in these activities and beside the addresses in `also`, whose dates are to be derived anew.

    Those of strangers are unknown from here on.
    """
    query = """SELECT DISTINCT a.id, a.contact_id FROM participation p JOIN address a ON a.id = p.address_id
        WHERE p.activity_id IN ({})"""
    whose = dict(rows_among(connection, query, activity_ids))
    whose.update(also)
    strangers.make_due(connection, [address for address, contact in whose.items() if contact is None])
    return {contact for contact in whose.values() if contact is not None}


def make_due(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    """What is derived of these says nothing until it is derived again."""
    change_among(connection, "UPDATE contact_touch SET due = 0 WHERE contact_id IN ({}) AND due IS NOT 0", contact_ids)


def correct(connection: sqlite3.Connection, now: datetime) -> int:
    """Compare every derived row with what the activities say and set it right; how many were wrong.

    Rows that are due are derived too, but were not wrong.
    """
    refresh(connection, now)
    stored = {row[0]: row[1:] for row in connection.execute("SELECT * FROM contact_touch")}
    derived = derive_all(Log(connection), [i for (i,) in connection.execute("SELECT id FROM contact")], now)
    wrong = {contact_id: touches for contact_id, touches in derived.items() if stored.get(contact_id) != touches.row()}
    wrong.update((row_id, derived[row_id]) for row_id in exchanges.wrong(connection, _touched(derived)))
    keep(connection, wrong, now)
    return len(wrong) + strangers.correct(connection, now)


def keep(
    connection: sqlite3.Connection,
    derived: dict[int, Touches],
    now: datetime,
    before: Mapping[int, moved.Stored] | None = None,
) -> None:
    """Put these in the place of what the cache has, within the caller's transaction; what moves is noted.

    `before` is what the cache says of their last touch, where the caller has read it.
    """
    moved.note(connection, derived, now, moved.before(connection, derived) if before is None else before)
    insert(
        connection,
        f"INSERT OR REPLACE INTO contact_touch ({', '.join(_COLUMNS)})",
        f"({placeholders(_COLUMNS)})",
        [(contact_id, *touches.row()) for contact_id, touches in derived.items()],
    )
    exchanges.keep(connection, _touched(derived))


def next_due(log: Log) -> datetime | None:
    """When time alone changes a date that this log keeps next."""
    row: tuple[int | None] = log.execute("SELECT min(due) FROM contact_touch WHERE due IS NOT NULL").fetchone()
    return instant(row[0])


def _touched(derived: dict[int, Touches]) -> dict[int, bool]:
    """Has each of them a touch, or one ahead?"""
    return {row_id: bool(one.touches) or one.next_meeting.at is not None for row_id, one in derived.items()}
