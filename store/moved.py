"""The outbox: every last date that moved, noted in the transaction that moves it, back as well as forward.

`keep` in touches.py notes it, for the log itself and for every audience, which has a table of its own (audiences.py).
The newest KEPT are kept: whoever is further behind is told how everything is now.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from store.codes import TOUCH, TOUCH_WORD
from store.lists import ALL, change_among, insert, rows_among
from store.log import Log
from store.rows import instant, timestamp
from store.touch_dates import Touches

KEPT = 25_000
BEGINNING = "0"
"""The cursor before everything."""
_COLUMNS = "noted_at, contact_id, last, kind_code, before, before_code"
BEFORE = "contact_id, last_touch, last_touch_kind"
"""Of contact_touch: whose row it is, and what it stores."""
Stored = tuple[int | None, str | None]


class Last(NamedTuple):
    """When the last touch was (aware UTC) and its kind; None, None for never."""

    at: datetime | None
    kind: str | None


NEVER = Last(None, None)


class Move(NamedTuple):
    """The last touch of a contact is another since `noted_at`; `before` is what it was."""

    cursor: str
    contact_id: int
    noted_at: datetime
    last: Last
    before: Last


def last_of(at: int | None, code: int | None) -> Last:
    """As its two columns have it."""
    return Last(instant(at), TOUCH_WORD[code])


def columns_of(last: Last) -> tuple[int | None, int | None]:
    return None if last.at is None else timestamp(last.at), TOUCH[last.kind]


def before(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> dict[int, Stored]:
    """What the cache holds of the last touch of these."""
    query = f"SELECT {BEFORE} FROM contact_touch WHERE contact_id IN ({{}})"
    return {contact_id: (at, kind) for contact_id, at, kind in rows_among(connection, query, contact_ids)}


def note(
    connection: sqlite3.Connection, derived: Mapping[int, Touches], now: datetime, before: Mapping[int, Stored]
) -> None:
    """Note which of these dates are others than the cache holds; before they take its place, in its transaction."""
    moved = []
    for contact_id, touches in derived.items():
        moment, kind = touches.last_touch()
        was, was_kind = before.get(contact_id, (None, None))
        if (moment.at, kind) != (was, was_kind):
            moved.append((timestamp(now), contact_id, moment.at, TOUCH[kind], was, TOUCH[was_kind]))
    if moved:
        (so_far,) = connection.execute("SELECT coalesce(max(number), 0) FROM moved").fetchone()
        _insert(connection, moved, so_far)
        if (gone := so_far + len(moved) - KEPT) > 0:
            connection.execute("DELETE FROM moved WHERE number <= ?", (gone,))


def begin(connection: sqlite3.Connection, now: datetime) -> None:
    """As if every date had been derived just now: where they were before is not for whom they are shown to now."""
    connection.execute("DELETE FROM moved")
    query = """SELECT contact_id, last_touch, last_touch_kind FROM contact_touch WHERE last_touch IS NOT NULL
        ORDER BY contact_id DESC LIMIT ?"""
    rows = [
        (timestamp(now), contact_id, at, TOUCH[kind], None, None)
        for contact_id, at, kind in connection.execute(query, (KEPT,)).fetchall()
    ]
    _insert(connection, rows[::-1], 0)


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[int | None, ...]], so_far: int) -> None:
    """Numbered from `so_far` on without a gap, also where an engine's own numbers have one after a rollback: who
    reads from the beginning is told so where the first is missing."""
    numbered = [(number, *row) for number, row in enumerate(rows, so_far + 1)]
    insert(connection, f"INSERT INTO moved (number, {_COLUMNS})", "(?, ?, ?, ?, ?, ?, ?)", numbered)


def newest(log: Log) -> str:
    """The cursor behind everything that has moved so far."""
    row = log.execute("SELECT number, noted_at FROM moved ORDER BY number DESC LIMIT 1").fetchone()
    return BEGINNING if row is None else _cursor(*row)


def since(log: Log, cursor: str, most: int | None = None) -> list[Move] | None:
    """What has moved behind this cursor, in the order it did, `most` at most.

    None where that is not known: it is too long ago, or the cursor is of another log. Who was erased moved nowhere.
    """
    number = _number_of(log, cursor)
    if number is None:
        return None
    rows = log.execute(
        f"SELECT number, {_COLUMNS} FROM moved WHERE number > ? AND contact_id <> 0 ORDER BY number LIMIT ?",
        (number, ALL if most is None else most),
    )
    return [
        Move(_cursor(one, at), contact_id, instant(at), last_of(last, kind), last_of(before, was))
        for one, at, contact_id, last, kind, before, was in rows
    ]


def erase(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    """Nothing tells of these any more; the places of cursors stay."""
    change_among(
        connection,
        "UPDATE moved SET contact_id = 0, last = NULL, kind_code = NULL, before = NULL, before_code = NULL"
        " WHERE contact_id IN ({})",
        contact_ids,
    )


def _number_of(log: Log, cursor: str) -> int | None:
    first = log.execute("SELECT min(number) FROM moved").fetchone()[0]
    if cursor == BEGINNING:
        return 0 if first is None or first == 1 else None
    number, _, _ = cursor.partition("-")
    if not number.isdigit() or len(number) > 18:
        return None
    row = log.execute("SELECT number, noted_at FROM moved WHERE number = ?", (int(number),)).fetchone()
    return int(number) if row is not None and _cursor(*row) == cursor else None


def _cursor(number: int, noted_at: int) -> str:
    return f"{number}-{noted_at:x}"
