"""Who is at work on a database: one daemon at a time, and one process at a time for each source."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from activity.errors import DatabaseError, DatabaseInUse
from store.database import create_private, database_errors, make_private_folder
from store.file_owner import as_owner_of

DAEMON = 0  # the slots of sources are their ids, which begin at 1
_RETRY_SECONDS = 0.05
_LONGEST_PID = 11  # digits, and a line end: more is no process id


class LockFile:
    """The file beside the database whose bytes are the slots that can be held.

    The kernel gives a slot back when its holder ends, however it ends, so what a crash leaves
    behind blocks nobody. Such record locks belong to the process: keep one LockFile a database,
    threads see to it by themselves.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = lock_path(database)
        self._descriptor: int | None = None

    def hold(self, slot: int, patience_seconds: float = 0.0) -> bool:
        """Take a slot, waiting for it if need be; False if another process keeps it."""
        deadline = time.monotonic() + patience_seconds
        file = self._file()
        while True:
            with contextlib.suppress(BlockingIOError, PermissionError):
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_RETRY_SECONDS)

    def give_back(self, slot: int) -> None:
        fcntl.lockf(self._file(), fcntl.LOCK_UN, 1, slot)

    @contextlib.contextmanager
    def alone(self, slot: int, patience_seconds: float) -> Iterator[bool]:
        """Hold a slot meanwhile; False where another process keeps it."""
        is_ours = self.hold(slot, patience_seconds)
        try:
            yield is_ours
        finally:
            if is_ours:
                self.give_back(slot)

    def insist(self, slot: int) -> None:
        """Whoever holds a slot keeps it for as long as they live, and nobody stores anything after that."""

    def become_daemon(self, patience_seconds: float = 0.5) -> None:
        """Be the one daemon of this database. Raises DatabaseInUse with the other's process id."""
        with database_errors(self._database):
            is_ours = self.hold(DAEMON, patience_seconds)  # `status` tries the slot for a moment
        if not is_ours:
            pid = _pid_in(self._file())
            raise DatabaseInUse(
                f"another daemon is at work on this database: process {pid or 'unknown'}",
                "commands and lasttouch sync work beside it; to replace it, stop it first"
                + (f" (kill {pid})" if pid else ""),
            )
        with database_errors(self._database):
            os.ftruncate(self._file(), 0)
            os.pwrite(self._file(), f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Give everything back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _file(self) -> int:
        if self._descriptor is None:
            with database_errors(self._path), as_owner_of(self._database):
                make_private_folder(self._path.parent)
                try:
                    self._descriptor = create_private(self._path)
                except FileExistsError:
                    self._descriptor = self._opened()
        return self._descriptor

    def _opened(self) -> int:
        try:
            return _opened(self._path, os.O_RDWR)
        except OSError as error:
            raise DatabaseError(
                f"the lock file {self._path} cannot be opened: {error.strerror}",
                "see what stands there, and take it away: lasttouch makes the file anew",
            ) from None


def lock_path(database: Path) -> Path:
    """Beside the database itself, by whatever links it was come by."""
    database = database.resolve()
    return database.with_name(database.name + ".lock")


def daemon_pid(database: Path) -> int | None:
    """The process id of the daemon at work on this database, None if there is none.

    Not for the process that is the daemon: closing the file would give its slots back.
    """
    path = lock_path(database)
    try:
        with as_owner_of(database):
            descriptor = _opened(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, DAEMON)
    except OSError:
        return _pid_in(descriptor)
    finally:
        os.close(descriptor)
    return None


def _opened(path: Path, flags: int) -> int:
    """Never what a link names: nobody but us has business with this file. Raises OSError."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _pid_in(descriptor: int) -> int | None:
    """The process id written there; None where none is (-1 would be everybody's, were it killed)."""
    written = os.pread(descriptor, _LONGEST_PID, 0).strip()
    return int(written) if written.isdigit() and len(written) < _LONGEST_PID and int(written) > 1 else None
