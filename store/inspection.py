"""Reading: whether the database itself is sound."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from store.database import MIGRATIONS, migrations_seen
from store.log import Log
from store.server_place import server_of


class Inspection(NamedTuple):
    """`integrity` is "ok" or the first thing SQLite finds wrong; `pending` are migrations not
    applied yet."""

    integrity: str
    journal_mode: str
    pending: list[str]


def integrity(log: Log) -> str:
    """The thorough check: "ok", or the first thing SQLite finds wrong with pages, tables and their
    indexes."""
    (found,) = log.execute("PRAGMA integrity_check(1)").fetchone()
    return str(found)


def bytes_used(log: Log, path: Path) -> int:
    """What the log takes, with its indexes."""
    if server_of(path) is None:
        return path.stat().st_size
    query = """SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"""
    (size,) = log.execute(query).fetchone()
    return int(size)


def inspect(log: Log) -> Inspection:
    """A quick check: every page is read, indexes are not compared with their tables (`integrity`
    does that)."""
    (found,) = log.execute("PRAGMA quick_check(1)").fetchone()
    (mode,) = log.execute("PRAGMA journal_mode").fetchone()
    return Inspection(str(found), str(mode), sorted(MIGRATIONS - migrations_seen(log.connection)))
