"""The log moved to where it is to be kept from now on, with the list of who was erased; the old one stays as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from activity.errors import NotFound, UsageError
from lasttouch.configuration.config import LoadedConfig
from lasttouch.keeping.checking import check
from lasttouch.keeping.forgotten import file_beside
from lasttouch.keeping.lock_file import LockFile
from lasttouch.keeping.opening import opened
from lasttouch.private_files import write_private
from store.database import database_errors, is_begun, make_private_folder, open_for_writing
from store.moving import move as copy_rows
from store.transactions import rehearsing


class Moved(NamedTuple):
    """From where to where, how many rows of each table, and how much `check` found different (0 is the good answer)."""

    source: Path
    to: Path
    rows: Mapping[str, int]
    differences: int


def move(loaded: LoadedConfig, database: str, password: Mapping[str, str | None]) -> Moved:
    """Copy the log of this configuration to `database`, a path or the address of a PostgreSQL, compare both row by row,
    and check the new one.

    Nobody writes to the old log meanwhile, and it stays in force: the configuration is the user's to change. Raises
    NotFound, UsageError, DatabaseError, DatabaseInUse.
    """
    place: dict[str, Any] = {"database": database, **password}
    there = LoadedConfig(loaded.path, replace(loaded.config, **place))
    source, to = loaded.database, there.database
    if not is_begun(source):
        raise NotFound(f"there is no log at {source} yet", "run: lasttouch sync")
    if is_begun(to):
        raise UsageError(f"there is a log at {to} already", "name a place where there is none")
    lock = LockFile(source)
    try:
        lock.become_daemon()
        with (
            database_errors(source), contextlib.closing(open_for_writing(source)) as connection,
            rehearsing(connection), database_errors(to),
        ):  # fmt: skip
            rows = copy_rows(connection, to)
    finally:
        lock.close()
    if (beside := file_beside(source)).exists():
        make_private_folder(to.parent)
        write_private(file_beside(to), beside.read_text(encoding="ascii"))
    with opened(there) as agent:
        return Moved(source, to, rows, check(agent).differences)
