"""A copy of the log, with the list of who was erased beside it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from activity.errors import NotFound
from lasttouch.keeping.forgotten import file_beside
from lasttouch.private_files import private_output
from store.backup import copy
from store.database import is_begun
from store.health import counts
from store.log import Log


class Copied(NamedTuple):
    """Where the copy is, its bytes, and how much is in it."""

    file: Path
    size: int
    activities: int
    contacts: int


def insist_on_a_log(database: Path) -> None:
    """Raises NotFound where there is none to copy."""
    if not is_begun(database):
        raise NotFound(f"there is no log at {database} yet", "run: lasttouch sync")


def back_up(log: Log, database: Path, file: Path, force: bool) -> Copied:
    """Copy the log at `database` to `file`, consistent even while another process writes, and check
    the copy.

    Raises UsageError where the file exists and `force` is not given, DatabaseError.
    """
    with private_output(file, force) as new:
        copy(log, new.path)
    activities, contacts, _ = counts(log)
    beside = file_beside(database)
    if beside.exists():
        forgotten = beside.read_text(encoding="ascii")
        with private_output(file_beside(file), force=True) as new, new.text() as output:
            output.write(forgotten)
    return Copied(file, file.stat().st_size, activities, contacts)
