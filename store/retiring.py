"""Accounts that are given up, and what is kept of them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from store import contact_changes, retention, tokens
from store.log import Log
from store.retention import Gone
from store.rows import instant, timestamp


class Listed(NamedTuple):
    """An account of the log: `is_read` by the configuration, else only kept; `retired_at` is None where it was not."""

    name: str
    owner: str
    user: str | None
    readers: tuple[str, ...]
    is_read: bool
    retired_at: datetime | None
    kept: str | None
    activities: int


def accounts_listed(log: Log) -> list[Listed]:
    """Those that are read first, as the configuration has them."""
    query = """SELECT n.name, coalesce(nullif(n.owner, ''), n.name), u.name, n.active, r.at, r.kept,
        (SELECT group_concat(name, char(10)) FROM (SELECT w.name FROM account_reader e JOIN user w ON w.id = e.user_id
            WHERE e.account_id = n.id UNION SELECT w.name FROM place_reader e JOIN user w ON w.id = e.user_id
            JOIN place l ON l.id = e.place_id JOIN source o ON o.id = l.source_id WHERE o.account_id = n.id
            ORDER BY 1)),
        (SELECT count(DISTINCT s.activity_id) FROM source o JOIN place l ON l.source_id = o.id
            JOIN sighting s ON s.place_id = l.id WHERE o.account_id = n.id)
        FROM account n LEFT JOIN user u ON u.id = n.user_id LEFT JOIN retired_account r ON r.account_id = n.id
        ORDER BY n.active DESC, n.id"""
    return [
        Listed(
            name, owner, user, tuple(readers.split("\n")) if readers else (), bool(active),
            None if at is None else instant(at), kept, count,
        )
        for name, owner, user, active, at, kept, readers, count in log.execute(query)
    ]  # fmt: skip


def retire(connection: sqlite3.Connection, account_id: int, keep_dates: bool, at: datetime) -> Gone:
    """Keep the dates of contacts alone, or nothing: then whom it alone held is gone as well."""
    if keep_dates:
        gone = retention.strip_to_dates(connection, account_id)
    else:
        gone = retention.erase_all(connection, account_id)
        query = (
            "SELECT contact_id FROM contact_holder h WHERE account_id = ?1 AND NOT EXISTS (SELECT 1"
            " FROM contact_holder o WHERE o.contact_id = h.contact_id AND o.account_id <> ?1)"
        )
        alone = [row_id for (row_id,) in connection.execute(query, (account_id,))]
        contact_changes.remove(connection, alone)
        for table in ("contact_holder", "account_address", "access"):
            connection.execute(f"DELETE FROM {table} WHERE account_id = ?", (account_id,))
    tokens.leave(connection, account_id)
    connection.execute(
        "INSERT OR REPLACE INTO retired_account (account_id, at, kept) VALUES (?, ?, ?)",
        (account_id, timestamp(at), "dates" if keep_dates else "nothing"),
    )
    return gone
