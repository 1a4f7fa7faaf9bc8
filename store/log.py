"""The log as somebody may read it: what every function that reads takes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from activity.sharing import Level


class Queryable(Protocol):
    """What runs a statement: a log that is read, or the connection of a transaction that writes."""

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor: ...


class Scope(NamedTuple):
    """What of a log may be read.

    `levels` are account ids with what each grants to the viewer; one that is not there grants nothing.
    `places` are mailboxes and calendars that are read as one's own, whatever their account grants.
    `hidden_accounts` is how many grant nothing. None for `viewer`: everything may be read. `user_id` is whose own
    words are read, 0 for those of the one keeper.
    """

    viewer: str | None = None
    levels: tuple[tuple[int, Level], ...] = ()
    hidden_accounts: int = 0
    user_id: int = 0
    places: tuple[tuple[int, int], ...] = ()

    @property
    def is_lent(self) -> bool:
        """Does anybody else grant something?"""
        return any(level is not Level.OWN for _, level in self.levels)


EVERYTHING = Scope()


class Log:
    """A connection, and the scope within which it is read.

    Whoever writes holds the connection itself, and reads by a log of it that sees everything. `path` is where the log
    lies of which a part is seen.
    """

    __slots__ = ("connection", "execute", "path", "scope")

    def __init__(self, connection: sqlite3.Connection, scope: Scope = EVERYTHING, path: Path | None = None) -> None:
        self.connection = connection
        self.scope = scope
        self.path = path
        self.execute = connection.execute

    def close(self) -> None:
        self.connection.close()
