"""The queue that stands with a log."""

from __future__ import annotations

from pathlib import Path

from activity.errors import DatabaseError, UsageError
from lasttouch.keeping import turns
from lasttouch.work.port import Queue
from store.server_place import server_of


def queue_of(database: Path, name: str = turns.RUN) -> Queue:
    """The queue that stands with a log, for the worker of this name.

    Raises UsageError for a file, DatabaseError where it is not installed.
    """
    server = server_of(database)
    if server is None:
        raise UsageError(
            f"the log {database} is a file, which one machine keeps up to date",
            "run: lasttouch run; lasttouch move takes a log to PostgreSQL, where workers share it",
        )
    try:
        from store.postgres_queue import PostgresQueue  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise DatabaseError(
            f"workers need {error.name}, which is not installed",
            "install it beside lasttouch: pipx install '.[worker]'",
        ) from None
    return PostgresQueue(server, name)
