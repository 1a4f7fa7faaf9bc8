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


def inspect(connection: sqlite3.Connection) -> Inspection:
    """A quick check: every page is read, indexes are not compared with their tables (`check` does that)."""
    (integrity,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return Inspection(str(integrity), str(mode), pending(connection))
