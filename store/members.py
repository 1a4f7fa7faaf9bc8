"""Members of a team who read a log on a server by a role of their own; of a log in a file there are none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from activity.errors import UsageError
from store.database import engine_of_servers
from store.log import Log
from store.server_place import server_of


def let_in(connection: sqlite3.Connection, database: Path, role: str, user_id: int) -> None:
    """Raises UsageError."""
    if server_of(database) is None:
        raise UsageError("the log is a file", "roles are for a log in a PostgreSQL")
    engine_of_servers().postgres_members.let_in(connection, role, user_id)


def shut_out(connection: sqlite3.Connection, database: Path, user_id: int) -> bool:
    """No role is this user's any more; False where none was."""
    return server_of(database) is not None and bool(engine_of_servers().postgres_members.shut_out(connection, user_id))


def members(log: Log, database: Path) -> list[tuple[str, int]]:
    """(role, user) of those who were let in."""
    if server_of(database) is None:
        return []
    found: list[tuple[str, int]] = engine_of_servers().postgres_members.members(log.connection)
    return found


def standing(log: Log) -> tuple[int, int]:
    """What stood when it was looked at who may see what."""
    found: tuple[int, int] = engine_of_servers().postgres_members.standing(log.connection)
    return found


def open_door(connection: sqlite3.Connection, role: str, seen: Log, stood: tuple[int, int]) -> None:
    """What is `seen` is shown to this role, as long as everything is as it `stood`."""
    engine_of_servers().postgres_members.open_door(connection, role, seen.connection, stood)
