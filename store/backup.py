"""A consistent copy of the database, while others may write to it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from activity.errors import DatabaseError
from store.inspection import integrity
from store.log import Log


def copy(log: Log, to: Path) -> None:
    """Copy the whole database into the empty file `to`, and check the copy.

    It is taken in one step, as of one instant: in WAL mode a reader holds no writer up, and a copy
    in several steps would begin anew whenever another process has written. Raises DatabaseError
    where the copy is not sound.
    """
    if not isinstance(log.connection, sqlite3.Connection):
        _copy_from_server(log.connection, to)
        return
    with contextlib.closing(sqlite3.connect(to, isolation_level=None)) as target:
        log.connection.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        soundness = integrity(Log(target))
        (broken,) = target.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()
    if soundness != "ok" or broken:
        said = soundness if soundness != "ok" else f"{broken} rows refer to nothing"
        raise DatabaseError(f"the copy is not sound: {said}", "run: lasttouch check")


def _copy_from_server(connection: sqlite3.Connection, to: Path) -> None:
    """As a log in a file, compared row by row, as of one instant."""
    from store.moving import move  # noqa: PLC0415 - a log in a file needs none of it

    copied = to.with_name(f"{to.name}.copy")
    copied.unlink(missing_ok=True)  # of a process of the same number that was killed
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    try:
        move(connection, copied)
        copied.replace(to)
    finally:
        connection.execute("ROLLBACK")
        copied.unlink(missing_ok=True)
