"""Reading: how far everything has been read, and what could not be."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store.codes import INBOUND, MEETING
from store.rows import instant


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source of an active account. Instants are aware UTC, None for never; `error` is None when all is well."""

    account: str
    source: str
    last_attempt: datetime | None
    last_success: datetime | None
    seen_through: datetime | None
    next_attempt: datetime | None
    failing_since: datetime | None
    error_code: str | None
    error: str | None
    hint: str | None
    skipped: tuple[tuple[str, str, str], ...]


def sources(connection: sqlite3.Connection) -> list[SourceHealth]:
    """Every active source with its skipped items as (place, item, reason)."""
    rows = connection.execute(
        "SELECT s.id, a.name, s.kind, s.last_attempt, s.last_success, s.seen_through, s.next_attempt, s.failing_since,"
        " s.error_code, s.error, s.hint FROM source s JOIN account a ON a.id = s.account_id"
        " WHERE s.active AND a.active ORDER BY a.id, s.id"
    ).fetchall()
    return [
        SourceHealth(
            account=row[1],
            source=row[2],
            last_attempt=instant(row[3]),
            last_success=instant(row[4]),
            seen_through=instant(row[5]),
            next_attempt=instant(row[6]),
            failing_since=instant(row[7]),
            error_code=row[8],
            error=row[9],
            hint=row[10] or None,
            skipped=_skipped(connection, row[0]),
        )
        for row in rows
    ]


def seen_through(connection: sqlite3.Connection) -> datetime | None:
    """The oldest instant up to which all mail and calendars of all accounts have been read; None if some never were."""
    rows = connection.execute(
        "SELECT s.seen_through FROM source s JOIN account a ON a.id = s.account_id"
        " WHERE s.active AND a.active AND s.kind <> 'carddav'"
    ).fetchall()
    moments = [at for (at,) in rows]
    return None if not moments or None in moments else instant(min(moments))


def counts(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """How many activities, contacts and touches (activities that count for a contact) there are."""
    (activities,) = connection.execute("SELECT count(*) FROM activity").fetchone()
    (contacts,) = connection.execute("SELECT count(*) FROM contact").fetchone()
    (touches,) = connection.execute(
        "SELECT count(DISTINCT p.activity_id) FROM participation p JOIN address a ON a.id = p.address_id"
        f" WHERE a.contact_id IS NOT NULL AND p.touch_code BETWEEN {INBOUND} AND {MEETING}"
    ).fetchone()
    return activities, contacts, touches


def _skipped(connection: sqlite3.Connection, source_id: int) -> tuple[tuple[str, str, str], ...]:
    rows = connection.execute(
        "SELECT p.name, k.item, k.reason FROM skipped k JOIN place p ON p.id = k.place_id WHERE p.source_id = ?"
        " ORDER BY p.name, k.item",
        (source_id,),
    )
    return tuple((place, item, reason) for place, item, reason in rows)
