"""The targets of a log: which there are, how each is doing, and what somebody has to look at."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from store.lists import change_among
from store.log import Log
from store.rows import instant, timestamp

OK, STOPPED, OFF = "ok", "stopped", "off"
"""STOPPED: it waits for somebody to set right what `error` says. OFF: whoever is there wants no more."""


class Target(NamedTuple):
    """How a target is doing; instants are aware UTC, None where there is none.

    `cursor`: up to where it follows what moves, None before it does. `followed`: the last change of the log that was
    looked at, `next_due`: when time alone changes a date in its scope. `held`: how many contacts are held back.
    """

    id: int
    name: str
    kind: str
    state: str
    cursor: str | None
    followed: int | None
    next_due: datetime | None
    looked_at: datetime | None
    last_success: datetime | None
    failing_since: datetime | None
    attempts: int
    next_attempt: datetime | None
    held: int
    error_code: str | None
    error: str | None
    hint: str | None


class Note(NamedTuple):
    """What somebody has to look at: `kind` is "ambiguous", "edited" or "refused"; `name` is the contact's.

    "unblanked" is of nobody (contact 0): `text` are the names there of erased people whose field may not be emptied.
    """

    contact_id: int
    name: str | None
    kind: str
    text: str


class Standing(NamedTuple):
    """A target for `status`: how much it is owed, how much of that is parked, how many fields are yet to be blanked."""

    target: Target
    owed: int
    parked: int
    to_blank: int
    notes: Sequence[Note]


_COLUMNS = (
    "id, name, kind, state, cursor, followed, next_due, looked_at, last_success, failing_since, attempts, next_attempt,"
    " held, error_code, error, hint"
)
_INSTANTS = ("next_due", "looked_at", "last_success", "failing_since", "next_attempt")


def register(connection: sqlite3.Connection, configured: Mapping[str, tuple[str, str]]) -> None:
    """Make these the targets: name → its kind, and what tells the place it writes to from any other.

    What was known of another place is forgotten; within the caller's transaction.
    """
    connection.execute("UPDATE target SET active = 0 WHERE active")
    for name, (kind, place) in configured.items():
        row = connection.execute("SELECT id, place FROM target WHERE name = ?", (name,)).fetchone()
        if row is not None and row[1] != place:
            _forget_place(connection, row[0])
        connection.execute(
            "INSERT INTO target (name, kind, place, active) VALUES (?, ?, ?, 1) ON CONFLICT (name) DO UPDATE SET"
            " kind = excluded.kind, place = excluded.place, active = 1",
            (name, kind, place),
        )


def _forget_place(connection: sqlite3.Connection, target_id: int) -> None:
    for table in ("outbox", "delivered", "to_blank", "target_note"):
        connection.execute(f"DELETE FROM {table} WHERE target_id = ?", (target_id,))
    connection.execute("DELETE FROM target WHERE id = ?", (target_id,))


def targets(log: Log) -> list[Target]:
    """Those that the configuration names."""
    return [_target(row) for row in log.execute(f"SELECT {_COLUMNS} FROM target WHERE active ORDER BY id")]


def named(log: Log, name: str) -> Target | None:
    row = log.execute(f"SELECT {_COLUMNS} FROM target WHERE active AND name = ?", (name,)).fetchone()
    return None if row is None else _target(row)


def _target(row: Sequence[object]) -> Target:
    made = Target(*row)  # type: ignore[arg-type] # in the order of _COLUMNS
    instants = {name: instant(getattr(made, name)) for name in _INSTANTS}
    return made._replace(**instants)


def standings(log: Log) -> list[Standing]:
    """How every target is doing."""
    found = []
    for one in targets(log):
        owed, parked = log.execute(
            "SELECT count(*), count(parked) FROM outbox WHERE target_id = ?", (one.id,)
        ).fetchone()
        (blanks,) = log.execute("SELECT count(*) FROM to_blank WHERE target_id = ?", (one.id,)).fetchone()
        rows = log.execute(
            "SELECT n.contact_id, c.name, n.kind, n.text FROM target_note n LEFT JOIN contact c ON c.id = n.contact_id"
            " WHERE n.target_id = ? ORDER BY n.kind, n.contact_id",
            (one.id,),
        )
        found.append(Standing(one, owed, parked, blanks, [Note(*row) for row in rows]))
    return found


def note(connection: sqlite3.Connection, target_id: int, notes: Mapping[tuple[int, str], str], now: datetime) -> None:
    """(contact, kind) → what somebody has to look at."""
    connection.executemany(
        "INSERT OR REPLACE INTO target_note (target_id, contact_id, kind, text, at) VALUES (?, ?, ?, ?, ?)",
        [(target_id, contact_id, kind, text, timestamp(now)) for (contact_id, kind), text in notes.items()],
    )


def drop_notes(connection: sqlite3.Connection, target_id: int, kind: str, contact_ids: Iterable[int]) -> None:
    statement = f"DELETE FROM target_note WHERE target_id = {target_id:d} AND kind = '{kind}' AND contact_id IN ({{}})"
    change_among(connection, statement, contact_ids)


def notes_of(log: Log, target_id: int, kind: str) -> dict[int, str]:
    """Contact → the note of this kind."""
    query = "SELECT contact_id, text FROM target_note WHERE target_id = ? AND kind = ?"
    return dict(log.execute(query, (target_id, kind)))


def unblanked(log: Log, target_id: int) -> list[str]:
    """By what names a target has the erased people whose field it refused to blank."""
    text = notes_of(log, target_id, "unblanked").get(0, "")
    return text.split(", ") if text else []


def keep_unblanked(connection: sqlite3.Connection, target_id: int, remotes: Iterable[str], now: datetime) -> None:
    if kept := ", ".join(sorted(remotes)):
        note(connection, target_id, {(0, "unblanked"): kept}, now)
    else:
        drop_notes(connection, target_id, "unblanked", [0])


def change(connection: sqlite3.Connection, target_id: int, **columns: str | int | datetime | None) -> None:
    """Set these of a target."""
    values = [timestamp(one) if isinstance(one, datetime) else one for one in columns.values()]
    names = ", ".join([f"{name} = ?" for name in columns])
    connection.execute(f"UPDATE target SET {names} WHERE id = ?", (*values, target_id))
