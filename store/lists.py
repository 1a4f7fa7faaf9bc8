"""Lists of any length in SQL, whose statements take only so many parameters. {} in a statement stands for the list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from store.log import Queryable

CHUNK = 900
ROWS_AT_ONCE = 100
T = TypeVar("T")


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces short enough to be bound as parameters."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def placeholders(items: Sequence[object]) -> str:
    """Placeholders for an IN list."""
    return ",".join("?" * len(items))


def rows_among(log: Queryable, query: str, items: Iterable[object]) -> Iterator[tuple[Any, ...]]:
    """All rows of a query."""
    for chunk in chunks(list(items)):
        yield from log.execute(query.format(placeholders(chunk)), chunk)


def among(log: Queryable, query: str, items: Iterable[object]) -> Iterator[Any]:
    """The first column of them."""
    return (row[0] for row in rows_among(log, query, items))


def grouped(log: Queryable, query: str, items: Iterable[object]) -> dict[Any, set[Any]]:
    """Of their two columns: the first → all that the second has beside it."""
    groups: dict[Any, set[Any]] = {}
    for key, value in rows_among(log, query, items):
        groups.setdefault(key, set()).add(value)
    return groups


def insert(connection: sqlite3.Connection, into: str, values: str, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows, many with each statement: a third less work than a row at a time. `values` are those of a row."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        connection.execute(f"{into} VALUES {','.join([values] * len(some))}", list(chain.from_iterable(some)))


def change_among(connection: sqlite3.Connection, statement: str, items: Iterable[object]) -> None:
    for chunk in chunks(list(items)):
        connection.execute(statement.format(placeholders(chunk)), chunk)
