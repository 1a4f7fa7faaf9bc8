"""Which messages came back to us.

Most bounces name the message (In-Reply-To, References). For one that names none, as Postfix writes them,
it is the last message sent to the failed address before it, not longer ago than transfer agents go on trying.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain

from activity.facts import Facts
from store.identities import bearing
from store.lists import among, marks

_PATIENCE = 5 * 86400  # seconds; RFC 5321 §4.5.4.1: "at least 4-5 days"
_CLOCKS = 600  # seconds by which the clocks of two hosts may differ
_UNNAMED = f"""FROM bounce b JOIN activity n ON n.id = b.activity_id AND n.verdict = 'bounce'
    JOIN address r ON r.email = b.email
    JOIN participation p ON p.address_id = r.id AND p.at BETWEEN n.at - {_PATIENCE} AND n.at + {_CLOCKS}
    WHERE b.message_id = ''"""
_LAST_SENT = f"""SELECT q.activity_id FROM participation q JOIN activity o ON o.id = q.activity_id
    WHERE q.address_id = r.id AND o.direction = 'outbound' AND q.at <= n.at + {_CLOCKS}
    ORDER BY q.at DESC, q.activity_id DESC LIMIT 1"""


def bounced(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """For these activities (one chunk), the addresses they did not reach."""
    yield from connection.execute(
        "SELECT a.id, b.email FROM activity a JOIN bounce b ON b.message_id = a.identity"
        f" JOIN activity n ON n.id = b.activity_id AND n.verdict = 'bounce' WHERE a.id IN ({marks(ids)})",
        ids,
    )
    if connection.execute("SELECT 1 FROM bounce WHERE message_id = '' LIMIT 1").fetchone():
        query = f"SELECT p.activity_id, b.email {_UNNAMED} AND p.activity_id IN ({marks(ids)})"
        yield from connection.execute(f"{query} AND p.activity_id = ({_LAST_SENT})", ids)


def concerned(connection: sqlite3.Connection, fresh: Sequence[Facts]) -> set[int]:
    """Messages that a bounce in the log speaks of, where either of the two is among `fresh`."""
    named: set[str] = set()
    failed: set[str] = set()
    for facts in fresh:
        if facts.failed and facts.references:
            named.add(facts.references[-1])
        elif facts.failed:
            failed.update(facts.failed)
    identities = [facts.identity for facts in fresh]
    named.update(among(connection, "SELECT message_id FROM bounce WHERE message_id IN ({})", identities))
    unnamed = {email for (email,) in connection.execute("SELECT email FROM bounce WHERE message_id = ''")}
    if unnamed:
        failed |= unnamed & {person.address.email for facts in fresh for person in facts.participants}
    return {*chain.from_iterable(bearing(connection, named).values()), *near_unnamed(connection, sorted(failed))}


def near_unnamed(connection: sqlite3.Connection, emails: Sequence[str] | None = None) -> set[int]:
    """Activities with an address (or with one of these) shortly before a bounce from there that names no message."""
    if emails is None:
        return {row_id for (row_id,) in connection.execute(f"SELECT p.activity_id {_UNNAMED}")}
    return set(among(connection, f"SELECT p.activity_id {_UNNAMED} AND b.email IN ({{}})", emails))
