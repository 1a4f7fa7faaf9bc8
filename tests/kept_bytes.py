"""All that is kept of a log, to be looked through for what must not be there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from engine_switch import ON_POSTGRESQL
from store.database import open_for_reading

_TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""


def kept(database: Path) -> bytes:
    """In the log's file and beside it, whatever was deleted in it too; of a log in a PostgreSQL, what its tables
    and those of its audiences hold, for what was deleted there stays until VACUUM."""
    beside = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*") if path.is_file())
    if not ON_POSTGRESQL:
        return beside
    with closing(open_for_reading(database)) as log:
        tables = [name for (name,) in log.execute(_TABLES).fetchall()]
        return beside + repr([log.execute(f"SELECT * FROM {name}").fetchall() for name in tables]).encode()
