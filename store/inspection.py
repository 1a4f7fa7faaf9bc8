"""Reading: whether the database itself is sound."""

from __future__ import annotations

from typing import NamedTuple

from store.log import Log
from store.schema import pending


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


def inspect(log: Log) -> Inspection:
    """A quick check: every page is read, indexes are not compared with their tables (`integrity`
    does that)."""
    (found,) = log.execute("PRAGMA quick_check(1)").fetchone()
    (mode,) = log.execute("PRAGMA journal_mode").fetchone()
    return Inspection(str(found), str(mode), pending(log.connection))
