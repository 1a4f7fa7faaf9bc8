"""Writing what the user has said of contacts, companies and activities (see said.py), and whom they put aside.

Within the caller's transaction throughout. To say something again replaces what was said before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from store import settings
from store.lists import change_among, rows_among
from store.log import Log
from store.rows import timestamp
from store.said import ONE_KEEPER, cadence_setting


class Speaker(NamedTuple):
    """When something is said, by whose account (its id and owner; None where that is not known), and by which user."""

    at: datetime
    account_id: int | None
    owner: str | None = None
    user_id: int = ONE_KEEPER


def say_of_contact(
    connection: sqlite3.Connection, seen: Log, contact_id: int, kind: str, speaker: Speaker, value: int | None = None
) -> None:
    """`kind` and `value` as in `said.Said`; what the speaker has `seen` of the contact until now is kept beside it."""
    connection.execute(
        "INSERT OR REPLACE INTO said_of_contact (contact_id, kind, value, through, said_at, said_by, user_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (contact_id, kind, value, _newest_known(seen, contact_id, speaker.at), *_spoken(speaker)),
    )


def unsay_of_contact(connection: sqlite3.Connection, contact_id: int, kind: str, user_id: int = ONE_KEEPER) -> bool:
    """Take it back; False where this user had not said it."""
    query = "DELETE FROM said_of_contact WHERE contact_id = ? AND kind = ? AND user_id = ?"
    return connection.execute(query, (contact_id, kind, user_id)).rowcount > 0


def say_of_company(
    connection: sqlite3.Connection, company_id: int, kind: str, speaker: Speaker, value: int | None = None
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO said_of_company (company_id, kind, value, said_at, said_by, user_id)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (company_id, kind, value, *_spoken(speaker)),
    )


def unsay_of_company(connection: sqlite3.Connection, company_id: int, kind: str, user_id: int = ONE_KEEPER) -> bool:
    query = "DELETE FROM said_of_company WHERE company_id = ? AND kind = ? AND user_id = ?"
    return connection.execute(query, (company_id, kind, user_id)).rowcount > 0


def say_of_activities(connection: sqlite3.Connection, activity_ids: Iterable[int], kind: str, speaker: Speaker) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO said_of_activity (identity, kind, said_at, said_by, user_id)"
        " SELECT identity, ?, ?, ?, ? FROM activity WHERE id = ?",
        [(kind, *_spoken(speaker), row_id) for row_id in activity_ids],
    )


def unsay_of_activities(
    connection: sqlite3.Connection, activity_ids: Sequence[int], kind: str, user_id: int = ONE_KEEPER
) -> bool:
    before = connection.total_changes
    connection.executemany(
        "DELETE FROM said_of_activity WHERE kind = ? AND user_id = ?"
        " AND identity = (SELECT identity FROM activity WHERE id = ?)",
        [(kind, user_id, row_id) for row_id in activity_ids],
    )
    return connection.total_changes > before


def set_default_cadence(connection: sqlite3.Connection, days: int | None, user_id: int = ONE_KEEPER) -> None:
    """How often one means to be in touch with everybody of whom nothing else was said; None for no such thing."""
    settings.write(connection, cadence_setting(user_id), "" if days is None else str(days))


def newest_of_conversation(log: Log, activity_id: int) -> int:
    """The newest message that waits for an answer in the conversation of this activity; itself where none does."""
    query = (
        "SELECT t.activity_id FROM activity a JOIN thread t ON t.conversation = a.conversation WHERE a.id = ?"
        " ORDER BY t.at DESC, t.activity_id DESC LIMIT 1"
    )
    row = log.execute(query, (activity_id,)).fetchone()
    return int(row[0]) if row else activity_id


def move_words(connection: sqlite3.Connection, into: int, other: int) -> None:
    """What each said of a contact that is merged into another; of what was said of both, the later word holds."""
    connection.execute(
        "INSERT INTO said_of_contact (contact_id, kind, value, through, said_at, said_by, user_id)"
        " SELECT ?1, kind, value, through, said_at, said_by, user_id FROM said_of_contact WHERE contact_id = ?2"
        " ON CONFLICT (contact_id, kind, user_id) DO UPDATE SET value = excluded.value, through = excluded.through,"
        " said_at = excluded.said_at, said_by = excluded.said_by"
        " WHERE excluded.said_at > said_of_contact.said_at",
        (into, other),
    )


def put_aside(
    connection: sqlite3.Connection, emails: Iterable[tuple[str, str]], name: str, kind: str, speaker: Speaker
) -> None:
    """Addresses (each with its canonical form) nobody makes a contact of by himself: "ignored" or "removed".

    `name` is whose they are, so that a card of that name with further addresses is known too. Who is removed after
    being ignored stays ignored.
    """
    connection.executemany(
        "INSERT INTO put_aside (canonical, email, name, kind, said_at, said_by, user_id)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        " ON CONFLICT (canonical, user_id) DO UPDATE SET email = ?2, name = ?3, kind = ?4, said_at = ?5, said_by = ?6"
        " WHERE ?4 = 'ignored' OR put_aside.kind <> 'ignored'",
        [(canonical, email, name, kind, *_spoken(speaker)) for email, canonical in emails],
    )


def take_back(connection: sqlite3.Connection, canonicals: Iterable[str], user_id: int = ONE_KEEPER) -> bool:
    """These may be made contacts of this user's again; False where they always might."""
    before = connection.total_changes
    change_among(connection, f"DELETE FROM put_aside WHERE user_id = {user_id:d} AND canonical IN ({{}})", canonicals)
    return connection.total_changes > before


def erase(connection: sqlite3.Connection, user_id: int, emails: Sequence[str], contact_ids: Sequence[int] = ()) -> None:
    """What this user says of addresses and contacts that are to be forgotten."""
    for tables, column, meant in (
        (("put_aside", "private_address"), "email", emails),
        (("said_of_contact", "private_contact"), "contact_id", contact_ids),
    ):
        for table in tables:
            change_among(connection, f"DELETE FROM {table} WHERE user_id = {user_id:d} AND {column} IN ({{}})", meant)


def names_put_aside(log: Log, canonicals: Iterable[str], user_id: int = ONE_KEEPER) -> dict[str, str]:
    """Those of these addresses, in canonical form, that this user put aside; whose they were."""
    query = f"SELECT canonical, name FROM put_aside WHERE user_id = {user_id:d} AND canonical IN ({{}})"
    return dict(rows_among(log, query, sorted(canonicals)))


def _spoken(speaker: Speaker) -> tuple[int, int | None, int]:
    return timestamp(speaker.at), speaker.account_id, speaker.user_id


def _newest_known(log: Log, contact_id: int, now: datetime) -> int:
    """When the newest that is known of the contact and does not lie ahead was; now where nothing is."""
    (at,) = log.execute(
        "SELECT max((SELECT max(p.at) FROM participation p WHERE p.address_id = r.id AND p.touch_code >= 0"
        " AND p.at <= ?1)) FROM address r WHERE r.contact_id = ?2",
        (timestamp(now), contact_id),
    ).fetchone()
    return timestamp(now) if at is None else int(at)
