"""Reading: conversations whose newest person-to-person message waits for an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from store.codes import DIRECTION, INBOUND, MEETING, OUTBOUND, ROLE, VERDICT
from store.rows import instant, timestamp
from store.threads import THEM, US, waiting

FIRST = 100
Side = Literal["us", "them"]


@dataclass(frozen=True, slots=True)
class Correspondent:
    """The other side of a message that waits; `contact_id` and what follows are None or "" where nobody lists them."""

    address_id: int
    address: str
    name: str
    contact_id: int | None
    company: str | None
    owner: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The newest message of a conversation, and the side that it waits for.

    `accounts` are (name, owner) of those that hold a message of the conversation, `read_through` the oldest instant
    through which their mail was read (None: never); an answer sent after that may exist.
    """

    activity_id: int
    message_id: str | None
    at: datetime
    side: Side
    subject: str
    others: tuple[Correspondent, ...]
    accounts: tuple[tuple[str, str], ...]
    read_through: datetime | None


def awaiting(
    connection: sqlite3.Connection, moment: datetime, side: Side, newest_first: bool = True, as_of: bool = False
) -> Iterator[Waiting]:
    """All that waits for this side at `moment`, in the order of time; `as_of` an earlier one, from the activities."""
    turns = _turns_then(connection, moment, side, newest_first) if as_of else _turns(connection, side, newest_first)
    for row_id, at in turns:
        others = _others(connection, row_id, side)
        if others and not _met_since(connection, others, at, moment):
            yield _waiting(connection, row_id, at, side, others)


_NEWEST = f"""
SELECT id, max(at), direction_code FROM activity a
WHERE verdict_code = {VERDICT["person"]} AND at <= ? AND (direction_code = {DIRECTION["inbound"]} OR EXISTS (
    SELECT 1 FROM participation p WHERE p.activity_id = a.id AND p.touch_code = {OUTBOUND}))
GROUP BY conversation ORDER BY 2 {{order}}, 1 {{order}}"""
_TO_US = f"""
SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
WHERE p.activity_id = ? AND p.role_code = {ROLE["to"]} AND r.rule = 'self'"""
_OTHERS = """
SELECT r.id, r.email, coalesce(c.name, r.name), c.id, coalesce(o.name, d.name),
    coalesce(nullif(c.owner, ''), o.owner, '')
FROM participation p JOIN address r ON r.id = p.address_id LEFT JOIN contact c ON c.id = r.contact_id
LEFT JOIN company o ON o.id = c.company_id LEFT JOIN company d ON d.id = r.company_id
WHERE p.activity_id = ? AND p.touch_code = ? AND p.role_code = ? ORDER BY c.id IS NULL, r.email"""
_MET = f"""
SELECT 1 FROM participation p JOIN activity m ON m.id = p.activity_id
WHERE p.address_id IN (SELECT ?1 UNION SELECT id FROM address WHERE contact_id = ?2)
AND p.touch_code = {MEETING} AND p.at > ?3 AND m.ends <= ?4"""
_ACCOUNTS = """
SELECT DISTINCT a.id, a.name, a.owner FROM activity one
JOIN activity other ON (other.thread = one.conversation OR other.identity_hash = one.conversation)
JOIN sighting s ON s.activity_id = other.id JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id
JOIN account a ON a.id = o.account_id WHERE one.id = ? ORDER BY a.id"""


def _turns(connection: sqlite3.Connection, side: Side, newest_first: bool) -> Iterator[tuple[int, int]]:
    """The messages (id, instant) whose turn it is on this side; most callers want but the first few."""
    given, size = 0, FIRST
    while True:
        rows = waiting(connection, US if side == "us" else THEM, size, newest_first)
        yield from rows[given:]
        if len(rows) < size:
            return
        given, size = size, size * 8


def _turns_then(
    connection: sqlite3.Connection, moment: datetime, side: Side, newest_first: bool
) -> Iterator[tuple[int, int]]:
    """The same as of an earlier instant."""
    query = _NEWEST.format(order="DESC" if newest_first else "ASC")
    for row_id, at, direction in connection.execute(query, (timestamp(moment),)):
        if direction == DIRECTION["outbound"]:
            if side == "them":
                yield row_id, at
        elif side == "us" and connection.execute(_TO_US, (row_id,)).fetchone():
            yield row_id, at


def _others(connection: sqlite3.Connection, row_id: int, side: Side) -> tuple[Correspondent, ...]:
    """Who wrote to us, or to whom we wrote; an address that a message did not reach is not among them."""
    touch, role = (INBOUND, ROLE["from"]) if side == "us" else (OUTBOUND, ROLE["to"])
    return tuple(Correspondent(*row) for row in connection.execute(_OTHERS, (row_id, touch, role)))


def _met_since(connection: sqlite3.Connection, others: Sequence[Correspondent], at: int, moment: datetime) -> bool:
    """Was there a meeting with one of them since? Then it was talked about."""
    return any(
        connection.execute(_MET, (one.address_id, one.contact_id, at, timestamp(moment))).fetchone() for one in others
    )


def _waiting(
    connection: sqlite3.Connection, row_id: int, at: int, side: Side, others: tuple[Correspondent, ...]
) -> Waiting:
    identity, subject = connection.execute("SELECT identity, subject FROM activity WHERE id = ?", (row_id,)).fetchone()
    accounts = connection.execute(_ACCOUNTS, (row_id,)).fetchall()
    return Waiting(
        activity_id=row_id,
        message_id=None if identity.startswith("hash:") else identity,
        at=instant(at),
        side=side,
        subject=subject or "",
        others=others,
        accounts=tuple((name, owner) for _, name, owner in accounts),
        read_through=_read_through(connection, [row[0] for row in accounts]),
    )


def _read_through(connection: sqlite3.Connection, account_ids: Sequence[int]) -> datetime | None:
    moments = [
        through
        for account_id in account_ids
        for (through,) in connection.execute(
            "SELECT seen_through FROM source WHERE account_id = ? AND active AND kind IN ('imap', 'files')",
            (account_id,),
        )
    ]
    return None if None in moments else instant(min(moments, default=None))
