"""What the user of an account says of what it shares: kept in the log, beside what the configuration grants."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from activity.sharing import Level
from store.rows import timestamp


def narrow(connection: sqlite3.Connection, account_id: int, team: str, level: Level, at: datetime) -> None:
    """Team "" is everybody of whose teams nothing is said."""
    connection.execute(
        "INSERT OR REPLACE INTO narrowed_share (account_id, team, level, said_at) VALUES (?, ?, ?, ?)",
        (account_id, team, int(level), timestamp(at)),
    )


def take_back(connection: sqlite3.Connection, account_id: int, team: str) -> bool:
    """False where nothing was said."""
    statement = "DELETE FROM narrowed_share WHERE account_id = ? AND team = ?"
    return connection.execute(statement, (account_id, team)).rowcount > 0
