"""Lists of any length in SQL, whose statements take only so many parameters. {} in a statement
stands for the list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from store.log import Queryable

CHUNK = 900
ALL = 2**62  # as a LIMIT: none
ROWS_AT_ONCE = 100
T = TypeVar("T")


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Pieces short enough to be bound as parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


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


def of_conversations(log: Queryable, query: str, conversations: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    """All rows of a query of `activity`; {} stands for the condition that it is in one of these
    conversations."""
    for chunk in chunks(list(conversations)):
        some = placeholders(chunk)
        condition = f"(thread IN ({some}) OR (thread IS NULL AND identity_hash IN ({some})))"
        yield from log.execute(query.format(condition), [*chunk, *chunk])


def insert(
    connection: sqlite3.Connection, into: str, values: str, rows: Sequence[Sequence[object]], conflict: str = ""
) -> None:
    """Insert rows, many with each statement: a third less work than a row at a time.

    `values` are those of a row, `conflict` is what is done about one that is there.
    """
    if not isinstance(connection, sqlite3.Connection):  # an engine that has a better way
        connection.insert_rows(into, values, rows, conflict)
        return
    for some in chunks(rows, ROWS_AT_ONCE):
        connection.execute(f"{into} VALUES {','.join([values] * len(some))}{conflict}", list(chain.from_iterable(some)))


def insert_given(
    connection: sqlite3.Connection, into: str, columns: Sequence[str], always: int, rows: Sequence[Sequence[object]]
) -> None:
    """The same, the rows in their order; "" stands for NULL but in the first columns, which have
    `always` something.

    A column in which none of a hundred rows has anything is not even bound.
    """
    if not isinstance(connection, sqlite3.Connection):
        filled = [(*row[:always], *(None if one == "" else one for one in row[always:])) for row in rows]
        connection.insert_rows(f"{into} ({', '.join(columns)})", f"({placeholders(columns)})", filled, "")
        return
    for some in chunks(rows, ROWS_AT_ONCE):
        held = list(zip(*some, strict=True))
        given = [at for at, values in enumerate(held) if at < always or values.count("") < len(some)]
        names = ", ".join([columns[at] for at in given])
        values = ", ".join(["?" if at < always else "nullif(?, '')" for at in given])
        insert(connection, f"{into} ({names})", f"({values})", list(zip(*[held[at] for at in given], strict=True)))


def change_among(connection: sqlite3.Connection, statement: str, items: Iterable[object]) -> None:
    for chunk in chunks(list(items)):
        connection.execute(statement.format(placeholders(chunk)), chunk)
