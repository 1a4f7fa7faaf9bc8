"""A new log is made in one step by `new_log.sql`: what an empty one has after all migrations.

`make schema` writes that anew where a migration was added; a test compares both. To live through all of them takes
ten times as long.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from store.transactions import writing

TEXT = Path(__file__).with_name("new_log.sql")
_HEAD = "-- Made by `make schema` from store/migrations.py; the moment a log is made is put in for :now."
_LEDGER = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'lasttouch' ORDER BY id"
_MADE = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid"


def make(connection: sqlite3.Connection) -> None:
    """Fill a database without tables; where another process did so meanwhile, nothing is done."""
    now = {"now": str(datetime.now(UTC))}
    with writing(connection):
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 1").fetchone() is None:
            for statement in TEXT.read_text(encoding="utf-8").split("\n\n"):
                connection.execute(statement, now)


def written(migrated: sqlite3.Connection) -> str:
    """The text that makes what this log has, which holds nothing but the names of its migrations."""
    seen = ",\n    ".join(f"('lasttouch', '{name}', :now)" for (name,) in migrated.execute(_LEDGER))
    ledger = f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES\n    {seen}"
    made = [sql for (sql,) in migrated.execute(_MADE)]
    return "\n\n".join([_HEAD, *(f"{statement};" for statement in (*made, ledger))]) + "\n"


if __name__ == "__main__":
    from store.migrations import migrate

    log = sqlite3.connect(":memory:", isolation_level=None)
    migrate(log)
    TEXT.write_text(written(log), encoding="utf-8")
