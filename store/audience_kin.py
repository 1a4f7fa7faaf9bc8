"""An audience that begins takes over what the last one of the same viewer had, where only some of it is seen otherwise.

Somebody shares more or less, or keeps somebody private: then those who see the rest are another audience, and all but
what that account holds is as it was. What an audience's views ask (see scoped_views.py) is kept beside its dates, so
that the two can be compared.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from store.changes import ACTIVITY, ADDRESS, CONTACT
from store.lists import among
from store.log import Log, Scope
from store.scoped_views import AUDIENCES_OWN

ASKED = ("granted", "granted_account", "kept_back", "marked", "marked_contact", "secret")
"""The temporary tables that the views ask."""
LEARNED = frozenset(("moved", "hand"))
"""What is begun anew: how dates moved would tell what they were, and what was learned, from what."""
_NOTED = 2
"""Counted on where what an audience notes of what it saw means something else; of others nothing is taken over."""

Rows = dict[str, frozenset[tuple[Any, ...]]]


def called(scope: Scope) -> str:
    """As whoever looks is noted in what was begun for them."""
    return f"{_NOTED} {scope.user_id} {scope.viewer}"


def by_use(folder: Path, pattern: str) -> list[tuple[float, Path]]:
    """The audiences of this pattern below a folder, each with when it was used last, the newest first."""
    dated = []
    for path in folder.glob(pattern):
        with contextlib.suppress(OSError):
            dated.append((path.stat().st_mtime, path))
    return sorted(dated, reverse=True)


def in_words(rows: Mapping[str, Sequence[tuple[object, ...]]]) -> str:
    """The rows of the temporary tables by their names, as they are noted."""
    return json.dumps({name: sorted(rows[name]) for name in ASKED})


def note(log: Log, asked: str) -> None:
    """What is seen from now on; within the caller's transaction."""
    connection = log.connection
    if not isinstance(connection, sqlite3.Connection):
        connection.note_viewer(called(log.scope))
    connection.execute("DELETE FROM main.shown")
    connection.execute("INSERT INTO main.shown (viewer, asked) VALUES (?, ?)", (called(log.scope), asked))


def is_noted(connection: sqlite3.Connection, asked: str) -> bool:
    """Was this asked when the audience's dates were derived last?

    A mailbox may have come up since, and before what is granted was looked at.
    """
    return connection.execute("SELECT 1 FROM main.shown WHERE asked = ?", (asked,)).fetchone() is not None


def seen_otherwise(connection: sqlite3.Connection, where: Literal["main", "near"], asked: str) -> list[tuple[int, int]]:
    """What is to be derived anew, as changes of the log, since this audience, or the near one, asked for something else
    when its dates were derived last."""
    (text,) = connection.execute(f"SELECT asked FROM {where}.shown").fetchone()
    return [] if text == asked else list(_differing(connection, _rows(text), _rows(asked)))


@contextlib.contextmanager
def nearest(log: Log) -> Iterator[bool]:
    """The last audience of the same viewer is attached as `near` meanwhile, if there is one of the same tables."""
    if not isinstance(log.connection, sqlite3.Connection):
        with log.connection.nearest(called(log.scope)) as is_near:
            yield is_near
        return
    own = Path(log.connection.execute("PRAGMA database_list").fetchone()[2])
    try:
        others = [path for _, path in by_use(own.parent, "*.db") if path != own]
        yield any(_is_attached(log, other) for other in others)
    finally:
        _detach(log.connection)


def take_over(connection: sqlite3.Connection) -> None:
    """Copy what `near` has derived into the same tables."""
    for table in sorted(AUDIENCES_OWN - LEARNED):
        names = ", ".join(_written_columns(connection, table))
        connection.execute(f"DELETE FROM main.{table}")
        connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM near.{table}")
    connection.execute("UPDATE main.thread SET chance = NULL WHERE chance IS NOT NULL")


def _written_columns(connection: sqlite3.Connection, table: str) -> Sequence[str]:
    """Those that are not computed."""
    if not isinstance(connection, sqlite3.Connection):
        columns: Sequence[str] = connection.written_columns(table)
        return columns
    return [info[1] for info in connection.execute(f"PRAGMA main.table_xinfo('{table}')") if not info[6]]


def _is_attached(log: Log, other: Path) -> bool:
    """Is it of our kin, and attached? One that is yet to be made, or another version's, is neither."""
    with contextlib.suppress(sqlite3.DatabaseError):
        log.connection.execute("ATTACH ? AS near", (f"{other.as_uri()}?mode=ro",))
        if _is_kin(log):
            return True
    _detach(log.connection)
    return False


def _detach(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.DatabaseError):  # it is not attached
        connection.execute("DETACH near")


def _is_kin(log: Log) -> bool:
    connection = log.connection
    row = connection.execute("SELECT viewer FROM near.shown").fetchone()
    if row != (called(log.scope),):
        return False
    made = "SELECT name, sql FROM {}.sqlite_schema WHERE type = 'table' AND name IN ({})"
    names = sorted(AUDIENCES_OWN)
    asked = ", ".join("?" * len(names))
    ours, theirs = (dict(connection.execute(made.format(one, asked), names)) for one in ("shared", "near"))
    return ours == theirs


def _rows(asked: str) -> Rows:
    return {name: frozenset(map(tuple, rows)) for name, rows in json.loads(asked).items()}


def _differing(connection: sqlite3.Connection, before: Rows, now: Rows) -> Iterator[tuple[int, int]]:
    other = {name: before[name] ^ now[name] for name in ASKED}
    places = {row[0] for row in other["granted"]}
    accounts = {row[0] for row in other["granted_account"]}
    addresses = {row[0] for row in other["marked"]}
    yield from _of(connection, ACTIVITY, "SELECT activity_id FROM shared.sighting WHERE place_id IN ({})", places)
    yield from _of(
        connection, ACTIVITY, "SELECT activity_id FROM shared.participation WHERE address_id IN ({})", addresses
    )
    yield from ((ADDRESS, row_id) for row_id in addresses)
    yield from _of(connection, ADDRESS, _ADDRESSES, accounts)
    yield from _of(
        connection, CONTACT, "SELECT contact_id FROM shared.contact_holder WHERE account_id IN ({})", accounts
    )
    yield from _of(connection, CONTACT, _OWNED, {row[0] for row in other["kept_back"]})
    yield from ((CONTACT, row[0]) for name in ("marked_contact", "secret") for row in other[name])


_ADDRESSES = """SELECT r.id FROM shared.account_address d JOIN shared.address r ON r.email = d.email
    WHERE d.account_id IN ({})"""
_OWNED = """SELECT c.id FROM shared.contact c LEFT JOIN shared.company o ON o.id = c.company_id
    WHERE coalesce(nullif(c.owner, ''), o.owner) IN ({})"""


def _of(
    connection: sqlite3.Connection, kind: int, query: str, among_these: Iterable[object]
) -> Iterator[tuple[int, int]]:
    return ((kind, row_id) for row_id in set(among(connection, query, list(among_these))))
