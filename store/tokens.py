"""Tokens by which programs ask: kept as hashes, each of one user, for some doors, until some instant.

`user_id` is 0 where one keeper made it. What is revoked is deleted; of one keeper no number is given twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from store.lists import placeholders
from store.log import Log
from store.mentions import Mentions, named_within
from store.numbers import insert_numbered, unguessed
from store.rows import instant, timestamp

TOKENS = """
CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    user_id INTEGER NOT NULL DEFAULT 0, scopes TEXT NOT NULL, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX token_user ON token (user_id);
"""
_SELECT = """SELECT t.id, t.name, t.user_id, u.name, coalesce(u.active, 0), t.scopes, t.made_at, t.expires_at
    FROM token t LEFT JOIN user u ON u.id = t.user_id"""


class Token(NamedTuple):
    """`user` is None for one keeper's; `is_users`: the configuration still names whose it is."""

    id: int
    name: str
    user_id: int
    user: str | None
    is_users: bool
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime


def add(
    connection: sqlite3.Connection, digest: str, name: str, user_id: int, scopes: Sequence[str], at: datetime,
    until: datetime,
) -> int:  # fmt: skip
    """The number of the new one."""
    number = unguessed(connection, "token") if user_id else None
    values = {"digest": digest, "name": name, "user_id": user_id, "scopes": " ".join(scopes)}
    times = {"made_at": timestamp(at), "expires_at": timestamp(until)}
    return insert_numbered(connection, "token", number, values | times)


def found(log: Log, digest: str) -> Token | None:
    """The one with this hash, expired or not."""
    row = log.execute(f"{_SELECT} WHERE t.digest = ?", (digest,)).fetchone()
    return None if row is None else _token(row)


def listed(log: Log, user_id: int | None) -> list[Token]:
    """Those of a user, or everybody's, the oldest first."""
    where, values = ("", ()) if user_id is None else (" WHERE t.user_id = ?", (user_id,))
    return [_token(row) for row in log.execute(f"{_SELECT}{where} ORDER BY t.made_at, t.name", values)]


def revoke(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    connection.execute(f"DELETE FROM token WHERE id IN ({placeholders(ids)})", ids)


def forget(
    connection: sqlite3.Connection, emails: Collection[str], names: Collection[str], user_id: int | None = None
) -> None:
    """Those that are named after somebody who is erased, and those of a user who is; of all, or of this user."""
    mentions, folded = Mentions(emails), [name.casefold() for name in names]
    rows = connection.execute(
        "SELECT t.id, t.user_id, t.name, u.email FROM token t LEFT JOIN user u ON u.id = t.user_id"
    ).fetchall()
    gone = set(emails)
    theirs = [
        row_id
        for row_id, whose, name, email in rows
        if (user_id is None or whose == user_id)
        and (email in gone or mentions.within(name) or named_within(name, folded))
    ]
    revoke(connection, theirs)


def leave(connection: sqlite3.Connection, account_id: int) -> None:
    """Those of a user whose account is given up, and whom the configuration names no more."""
    connection.execute(
        "DELETE FROM token WHERE user_id IN (SELECT u.id FROM account n JOIN user u ON u.id = n.user_id"
        " WHERE n.id = ? AND NOT u.active)",
        (account_id,),
    )


def _token(row: Sequence[object]) -> Token:
    row_id, name, user_id, user, active, scopes, made_at, expires_at = row
    return Token(
        int(str(row_id)), str(name), int(str(user_id)), None if user is None else str(user), bool(active),
        tuple(str(scopes).split()), instant(int(str(made_at))), instant(int(str(expires_at))),
    )  # fmt: skip
