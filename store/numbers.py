"""Numbers of a team's contacts and tokens: the next in order would tell how many others have, and which is older.

See docs/decisions/2026-11-29-numbers.md.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Mapping

from store import settings
from store.log import Log

_SHORT = 9_999_999  # people type them
_LONG = 2**31 - 1
_TRIES = 20


def unguessed(connection: sqlite3.Connection, table: str) -> int:
    """A number that no row of the table has."""
    import secrets  # noqa: PLC0415 - where something is listed

    for most in (*[_SHORT] * _TRIES, *[_LONG] * _TRIES):
        number = 1 + secrets.randbelow(most)
        if connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", (number,)).fetchone() is None:
            return number
    raise AssertionError(f"no number is free in {table}")


def of_somebody(connection: sqlite3.Connection, canonical: str) -> int:
    """The number of whoever is listed with this address first: the same whenever they are listed anew.

    So it is with whom somebody else lists, and whether somebody does is not told by it. Nobody can tell it
    from one by chance who has not the log's own key.
    """
    key = bytes.fromhex(settings.read(Log(connection), settings.KEY) or "")
    for tried in range(2 * _TRIES):
        digest = hmac.digest(key, f"{tried}\n{canonical}".encode("utf-8", "replace"), "sha256")
        number = 1 + int.from_bytes(digest[:8], "big") % (_SHORT if tried < _TRIES else _LONG)
        if connection.execute("SELECT 1 FROM contact WHERE id = ?", (number,)).fetchone() is None:
            return number
    return unguessed(connection, "contact")


def insert_numbered(
    connection: sqlite3.Connection, table: str, number: int | None, values: Mapping[str, object]
) -> int:
    """A row with this number, or None for the next; its number.

    PostgreSQL's next may be one that was given by chance: then the one after it.
    """
    row = {**({} if number is None else {"id": number}), **values}
    statement = (
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        " ON CONFLICT (id) DO NOTHING RETURNING id"
    )
    while (found := connection.execute(statement, [*row.values()]).fetchone()) is None:
        if number is not None:
            raise AssertionError(f"the number {number} is taken in {table}")
    return int(found[0])
