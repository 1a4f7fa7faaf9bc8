"""Reading: whether the database itself is sound."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from store.schema import pending


class Inspection(NamedTuple):
    """`integrity` is "ok" or the first thing SQLite finds wrong; `pending` are migrations not applied yet."""

    integrity: str
    journal_mode: str
    pending: list[str]


def integrity(connection: sqlite3.Connection) -> str:
    """The thorough check: "ok", or the first thing SQLite finds wrong with pages, tables and their indexes."""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return str(found)


def inspect(connection: sqlite3.Connection) -> Inspection:
    """A quick check: every page is read, indexes are not compared with their tables (`integrity` does that)."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return Inspection(str(found), str(mode), pending(connection))
