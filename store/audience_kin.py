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
from typing import Any

from store.changes import ACTIVITY, ADDRESS, CONTACT
from store.lists import among
from store.log import Log, Scope
from store.scoped_views import AUDIENCES_OWN

ASKED = ("granted", "granted_account", "kept_back", "marked", "marked_contact", "secret")
"""The temporary tables that the views ask."""
LEARNED = frozenset(("moved", "hand"))
"""What is begun anew: how dates moved would tell what they were, and what was learned, from what."""
_LOOKED_AT = 100
_NOTED = 2
"""Counted on where what an audience notes of what it saw means something else; of others nothing is taken over."""

Rows = dict[str, frozenset[tuple[Any, ...]]]


def viewer_of(log: Log) -> str:
    return called(log.scope)


def called(scope: Scope) -> str:
    """As whoever looks is noted in what was begun for them."""
    return f"{_NOTED} {scope.user_id} {scope.viewer}"


def viewer_at(audience: Path) -> str | None:
    """For whom the audience in this file was begun; None where it does not say."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"{audience.as_uri()}?mode=ro", uri=True)) as connection,
    ):
        row: tuple[str] | None = connection.execute("SELECT viewer FROM shown").fetchone()
        return row[0] if row else None
    return None


def in_words(rows: Mapping[str, Sequence[tuple[object, ...]]]) -> str:
    """The rows of the temporary tables by their names, as they are noted."""
    return json.dumps({name: sorted(rows[name]) for name in ASKED})


def note(log: Log, asked: str) -> None:
    """What is seen from now on; within the caller's transaction."""
    connection = log.connection
    if not isinstance(connection, sqlite3.Connection):
        connection.note_viewer(viewer_of(log))
    connection.execute("DELETE FROM main.shown")
    connection.execute("INSERT INTO main.shown (viewer, asked) VALUES (?, ?)", (viewer_of(log), asked))


def is_noted(connection: sqlite3.Connection, asked: str) -> bool:
    """Was this asked when the audience's dates were derived last?

    A mailbox may have come up since, and before what is granted was looked at.
    """
    return connection.execute("SELECT 1 FROM main.shown WHERE asked = ?", (asked,)).fetchone() is not None


def seen_otherwise(connection: sqlite3.Connection, asked: str) -> list[tuple[int, int]]:
    """What is to be derived anew since something else was asked when it was last, as changes of the log."""
    (text,) = connection.execute("SELECT asked FROM main.shown").fetchone()
    return list(_differing(connection, text, asked))


@contextlib.contextmanager
def nearest(log: Log) -> Iterator[bool]:
    """The last audience of the same viewer is attached as `near` meanwhile, if there is one of the same tables."""
    if not isinstance(log.connection, sqlite3.Connection):
        with log.connection.nearest(viewer_of(log)) as is_near:
            yield is_near
        return
    own = Path(log.connection.execute("PRAGMA database_list").fetchone()[2])
    try:
        yield any(_is_attached(log, other) for other in _others(own))
    finally:
        _detach(log.connection)


def take_over(connection: sqlite3.Connection, asked: str) -> list[tuple[int, int]]:
    """Copy what `near` has derived into the same tables; what is to be derived anew, as changes of the log."""
    for table in sorted(AUDIENCES_OWN - LEARNED):
        names = ", ".join(_written_columns(connection, table))
        connection.execute(f"DELETE FROM main.{table}")
        connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM near.{table}")
    connection.execute("UPDATE main.thread SET chance = NULL WHERE chance IS NOT NULL")
    (text,) = connection.execute("SELECT asked FROM near.shown").fetchone()
    return list(_differing(connection, text, asked))


def _written_columns(connection: sqlite3.Connection, table: str) -> Sequence[str]:
    """Those that are not computed."""
    if not isinstance(connection, sqlite3.Connection):
        columns: Sequence[str] = connection.written_columns(table)
        return columns
    return [info[1] for info in connection.execute(f"PRAGMA main.table_xinfo('{table}')") if not info[6]]


def _others(own: Path) -> list[Path]:
    dated = []
    for path in own.parent.glob("*.db"):
        with contextlib.suppress(OSError):
            if path != own:
                dated.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(dated, reverse=True)[:_LOOKED_AT]]


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
    if row != (viewer_of(log),):
        return False
    made = "SELECT name, sql FROM {}.sqlite_schema WHERE type = 'table' AND name IN ({})"
    names = sorted(AUDIENCES_OWN)
    asked = ", ".join("?" * len(names))
    ours, theirs = (dict(connection.execute(made.format(one, asked), names)) for one in ("shared", "near"))
    return ours == theirs


def _rows(asked: str) -> Rows:
    return {name: frozenset(map(tuple, rows)) for name, rows in json.loads(asked).items()}


def _differing(connection: sqlite3.Connection, before: str, now: str) -> Iterator[tuple[int, int]]:
    was, stands = _rows(before), _rows(now)
    other = {name: was[name] ^ stands[name] for name in ASKED}
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
