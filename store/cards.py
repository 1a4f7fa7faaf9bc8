"""Which addresses the cards of address books show now, so that one that changes hands has one
owner."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from store.lists import change_among, chunks, placeholders, rows_among
from store.rows import timestamp

# A contact's card gave the address up, and somebody else has it, or had it longer: it is theirs. `e` is contact_email.
HANDED_ON = (
    "(e.given_up_at IS NOT NULL"
    " AND (EXISTS (SELECT 1 FROM contact_email o WHERE o.canonical = e.canonical AND o.given_up_at IS NULL)"
    " OR EXISTS (SELECT 1 FROM contact_email o WHERE o.canonical = e.canonical AND o.given_up_at > e.given_up_at)))"
)
_GIVEN_UP = """UPDATE contact_email SET given_up_at = ?3 WHERE contact_id = ?1 AND email = ?2 AND given_up_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM card_address a JOIN contact_key k ON k.key = a.key
        WHERE k.contact_id = ?1 AND a.email = ?2) RETURNING canonical"""


def show(connection: sqlite3.Connection, cards: Mapping[str, tuple[int, Sequence[str]]], now: datetime) -> set[str]:
    """Cards by their keys, each with its contact and the addresses it shows; the canonical forms of
    those given up.

    An address that a contact's card showed, and none of its cards shows any more, is given up: it
    stays the contact's as long as nobody has it, or gives it up later.
    """
    shown = {(key, email) for key, (_, emails) in cards.items() for email in emails}
    query = "SELECT key, email FROM card_address WHERE key IN ({})"
    before: set[tuple[str, str]] = set(rows_among(connection, query, cards))
    connection.executemany("DELETE FROM card_address WHERE key = ? AND email = ?", sorted(before - shown))
    connection.executemany("INSERT INTO card_address (key, email) VALUES (?, ?)", sorted(shown - before))
    return _give_up(connection, [(cards[key][0], email) for key, email in before - shown], now)


def take_away(connection: sqlite3.Connection, keys: Sequence[str], now: datetime) -> set[str]:
    """These cards are gone, and so are their keys; the canonical forms of the addresses given up
    with them."""
    before: list[tuple[int, str]] = []
    for chunk in chunks(keys):
        before += connection.execute(
            "SELECT k.contact_id, a.email FROM card_address a JOIN contact_key k ON k.key = a.key"
            f" WHERE a.key IN ({placeholders(chunk)})",
            chunk,
        )
    for table in ("card_address", "contact_key"):
        change_among(connection, f"DELETE FROM {table} WHERE key IN ({{}})", keys)
    return _give_up(connection, before, now)


def _give_up(connection: sqlite3.Connection, addresses: Sequence[tuple[int, str]], now: datetime) -> set[str]:
    if not addresses:
        return set()
    (newest,) = connection.execute("SELECT coalesce(max(given_up_at), 0) FROM contact_email").fetchone()
    at = max(timestamp(now), newest + 1)  # later than whoever gave up before, within one second as well
    given_up: set[str] = set()
    for contact_id, email in sorted(set(addresses)):
        given_up |= {canonical for (canonical,) in connection.execute(_GIVEN_UP, (contact_id, email, at))}
    return given_up
