"""Touch dates per contact: derived from what each address took part in, unknown once that changes.

`contact_touch` is a cache with a row for every contact. Whatever alters an activity makes the rows it may
change due within the same transaction; for matches, triggers of the schema do. They are derived again in that
transaction, by `refresh`, or by a query on the spot: what is shown is always what a recomputation would give.
`stranger` is the same for addresses that are nobody's (see strangers.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from store import dated, exchanges, moved, strangers
from store.lists import among, change_among, chunks, placeholders, rows_among
from store.log import Log
from store.rows import instant, timestamp
from store.touch_dates import Touches, TouchRow, touches_of

TOUCH_COLUMNS = """p.touch_code, p.at, p.activity_id, v.ends, coalesce(v.thread, v.identity_hash), v.identity_hash,
    p.role_code, CASE WHEN v.ends IS NOT NULL THEN v.identity END"""
"""Of participation `p` and its activity `v`: a TouchRow, but for whose part it is."""
_ROWS = f"""SELECT {TOUCH_COLUMNS}, a.contact_id
    FROM address a JOIN participation p ON p.address_id = a.id AND p.touch_code >= 0
    JOIN activity v ON v.id = p.activity_id WHERE a.contact_id"""
_COLUMNS = 20
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


def refresh_but_busiest(connection: sqlite3.Connection, now: datetime) -> None:
    """Derive the contacts that a batch made due, within its transaction, so that readers find them derived.

    Who has more than BUSY touches would cost as much again with every batch: those few stay due until `refresh`.
    """
    query = "SELECT contact_id FROM contact_touch WHERE due <= ? AND touches <= ?"
    due = [contact_id for (contact_id,) in connection.execute(query, (timestamp(now), BUSY))]
    keep(connection, derive_all(Log(connection), due, now), now)


def forget_touches(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> None:
    """The derived touches of everybody in these activities are unknown until they are derived again."""
    query = "SELECT DISTINCT address_id FROM participation WHERE activity_id IN ({})"
    forget_touches_of(connection, list(among(connection, query, activity_ids)))


def forget_touches_of(connection: sqlite3.Connection, address_ids: Sequence[int]) -> dict[int, int]:
    """The same for these addresses and their contacts; address → contact, for those that have one."""
    query = "SELECT id, contact_id FROM address WHERE id IN ({}) AND contact_id IS NOT NULL"
    listed = dict(rows_among(connection, query, address_ids))
    change_among(connection, "UPDATE stranger SET due = 0 WHERE address_id IN ({}) AND due IS NOT 0", address_ids)
    contact_ids = set(listed.values())
    change_among(connection, "UPDATE contact_touch SET due = 0 WHERE contact_id IN ({}) AND due IS NOT 0", contact_ids)
    return listed


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


def keep(connection: sqlite3.Connection, derived: dict[int, Touches], now: datetime) -> None:
    """Put these in the place of what the cache has, within the caller's transaction; what moves is noted."""
    moved.note(connection, derived, now)
    connection.executemany(
        f"INSERT OR REPLACE INTO contact_touch VALUES ({placeholders(range(_COLUMNS))})",
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
