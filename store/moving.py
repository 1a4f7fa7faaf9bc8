"""A whole log copied into a new one, of whichever engine, and compared with it row by row.

The new one is there wholly or not at all: in PostgreSQL it is one transaction, a file gets its name at the end.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from activity.errors import DatabaseError
from store.database import empty_log, engine_of_servers, open_for_writing
from store.server_place import server_of
from store.transactions import writing


class _Table(NamedTuple):
    """Its columns but those that are computed, and its key."""

    name: str
    columns: Sequence[str]
    key: Sequence[str]

    @property
    def in_order(self) -> str:
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {', '.join(self.key)}"


def move(source: sqlite3.Connection, to: Path) -> Mapping[str, int]:
    """Copy the log into a new one at `to`, where there is none; table → how many rows.

    `source` stands in a transaction in which nobody else writes. Raises DatabaseError, also where a row of the copy is
    not as it was.
    """
    if (server := server_of(to)) is not None:
        return engine_of_servers().made_by(server, lambda made: _fill(source, made))  # type: ignore[no-any-return]
    return _moved_into_file(source, to)


def _moved_into_file(source: sqlite3.Connection, to: Path) -> Mapping[str, int]:
    new = to.with_name(f"{to.name}.moving-{os.getpid()}")
    new.unlink(missing_ok=True)  # of a process of the same number that was killed
    try:
        with contextlib.closing(open_for_writing(new)) as made:
            triggers = made.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            with writing(made):
                for name, _ in triggers:
                    made.execute(f"DROP TRIGGER {name}")
                counted = _fill(source, made)
                for _, text in triggers:
                    made.execute(text)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        os.link(new, to)  # raises FileExistsError where somebody was faster
    except FileExistsError:
        raise DatabaseError(f"there is something at {to} already", "give another name") from None
    finally:
        for one in (new, *(new.with_name(f"{new.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            one.unlink(missing_ok=True)
    return counted


def _fill(source: sqlite3.Connection, made: sqlite3.Connection) -> dict[str, int]:
    """Within a transaction of the new log, whose triggers are silent."""
    counted = {}
    for table in _tables():
        made.execute(f"DELETE FROM {table.name}")
        _write(made, table, _rows(source, table))
        counted[table.name.strip('"')] = _compared(source, made, table)
    _go_on_numbering(source, made)
    return counted


def _tables() -> Iterator[_Table]:
    with contextlib.closing(empty_log().connection) as model:
        query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite_%' ORDER BY name"
        for (name,) in model.execute(query).fetchall():
            about = model.execute(f"PRAGMA table_xinfo({name})").fetchall()
            columns = [f'"{column}"' for _, column, *_, hidden in about if not hidden]
            key = sorted((place, column) for _, column, *_, place, hidden in about if place and not hidden)
            yield _Table(f'"{name}"', columns, [column for _, column in key])


def _rows(connection: sqlite3.Connection, table: _Table) -> Iterator[tuple[Any, ...]]:
    if isinstance(connection, sqlite3.Connection):
        yield from connection.execute(table.in_order)
    else:
        yield from connection.stream(table.in_order)


def _write(made: sqlite3.Connection, table: _Table, rows: Iterable[tuple[Any, ...]]) -> None:
    if isinstance(made, sqlite3.Connection):
        values = ", ".join("?" * len(table.columns))
        made.executemany(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({values})", rows)
    else:
        made.copy_in(table.name, table.columns, rows)


def _compared(source: sqlite3.Connection, made: sqlite3.Connection, table: _Table) -> int:
    """How many rows there are. Raises DatabaseError where one differs, without telling what stands in it."""
    count = 0
    for was, now in zip_longest(_rows(source, table), _rows(made, table)):
        count += 1
        if was != now and _readable(was) != now:
            raise DatabaseError(
                f"row {count:,} of {table.name} is not as it was; nothing was moved", "run: lasttouch check"
            )
    return count


def _readable(row: Sequence[Any] | None) -> tuple[Any, ...]:
    """What PostgreSQL keeps of a row, in whose texts there is no NUL."""
    return tuple(one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in row or ())


def _go_on_numbering(source: sqlite3.Connection, made: sqlite3.Connection) -> None:
    """A number that was ever given names nothing else in the new log."""
    highest = dict(source.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    if not isinstance(made, sqlite3.Connection):
        made.number_from(highest)
        return
    numbered = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    for (name,) in made.execute(numbered).fetchall():
        made.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        made.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, highest.get(name, 0)))
