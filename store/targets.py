"""The targets of a log: which there are, how each is doing, and what it is yet to be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from store.codes import TOUCH
from store.lists import among, change_among, insert
from store.log import Log
from store.moved import Last
from store.rows import instant, timestamp

OK, STOPPED, OFF = "ok", "stopped", "off"
"""STOPPED: it waits for somebody to set right what `error` says. OFF: whoever is there wants no more."""
_WORD = {code: word for word, code in TOUCH.items()}


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


class Owed(NamedTuple):
    """What a target is yet to be told: that the last touch of a contact is `last` now, and was `before`.

    `parked` says why nothing more is tried, None where something is.
    """

    id: int
    contact_id: int
    message: str
    noted_at: datetime
    last: Last
    before: Last
    attempts: int
    next_attempt: datetime | None
    parked: str | None


class Delivered(NamedTuple):
    """What a target is known to have of somebody, whom it calls `remote`; see outward_tables.py."""

    remote: str
    contact_id: int
    last: Last
    by_whom: str | None
    unsure: bool


class Note(NamedTuple):
    """What somebody has to look at: `kind` is "ambiguous", "edited" or "refused"; `name` is the contact's."""

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


_INSTANTS = ("next_due", "looked_at", "last_success", "failing_since", "next_attempt")


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


def owed(log: Log, target_id: int, contact_ids: Iterable[int] | None = None) -> list[Owed]:
    """All that a target is owed, or of these contacts, in the order it came about."""
    query = (
        "SELECT id, contact_id, message, noted_at, last, kind_code, before, before_code, attempts, next_attempt, parked"
        f" FROM outbox WHERE target_id = {target_id:d}"
    )
    if contact_ids is None:
        rows = log.execute(f"{query} ORDER BY id").fetchall()
    else:
        rows = sorted(_rows(log, f"{query} AND contact_id IN ({{}})", contact_ids))
    return [
        Owed(
            row_id, contact_id, message, instant(noted), Last(instant(last), _WORD[kind]),
            Last(instant(before), _WORD[was]), attempts, instant(again), parked,
        )
        for row_id, contact_id, message, noted, last, kind, before, was, attempts, again, parked in rows
    ]  # fmt: skip


def _rows(log: Log, query: str, items: Iterable[int]) -> list[tuple[object, ...]]:
    from store.lists import rows_among  # noqa: PLC0415 - beside `among`

    return list(rows_among(log, query, items))


def is_owed_anything(log: Log, target_id: int, now: datetime) -> bool:
    """Is there anything that may be tried now?"""
    query = """SELECT EXISTS (SELECT 1 FROM outbox WHERE target_id = ?1 AND parked IS NULL
        AND coalesce(next_attempt, 0) <= ?2) OR EXISTS (SELECT 1 FROM to_blank WHERE target_id = ?1)
        OR EXISTS (SELECT 1 FROM delivered WHERE target_id = ?1 AND unsure)"""
    (found,) = log.execute(query, (target_id, timestamp(now))).fetchone()
    return bool(found)


def delivered(log: Log, target_id: int) -> list[Delivered]:
    """What a target is known to have."""
    rows = log.execute(
        "SELECT remote, contact_id, last, kind_code, by_whom, unsure FROM delivered WHERE target_id = ?", (target_id,)
    )
    return [
        Delivered(remote, contact_id, Last(instant(last), _WORD[kind]), by, bool(unsure))
        for remote, contact_id, last, kind, by, unsure in rows
    ]


def to_blank(log: Log, target_id: int) -> list[str]:
    """By what names a target has the people whose field is yet to be blanked."""
    query = "SELECT remote FROM to_blank WHERE target_id = ? ORDER BY remote"
    return [remote for (remote,) in log.execute(query, (target_id,))]


def is_changed(log: Log, number: int | None) -> bool:
    """Has the log, of which several read a part each, changed since this number (see changes.py)?"""
    return newest_change(log) != number


def newest_change(log: Log) -> int | None:
    row: tuple[int | None] = log.execute("SELECT max(number) FROM change").fetchone()
    return row[0]


def next_due(log: Log) -> datetime | None:
    """When time alone changes a date that this log keeps next."""
    row: tuple[int | None] = log.execute("SELECT min(due) FROM contact_touch WHERE due IS NOT NULL").fetchone()
    return instant(row[0])


def put_out(
    connection: sqlite3.Connection, target_id: int, moves: Sequence[tuple[str, int, datetime, Last, Last]], each: bool
) -> None:
    """Owe a target these: (message, contact, noted at, last, before). `each`: beside what it is owed of them already;
    else in its place, with where that began."""
    if not each:
        ids = [contact_id for _, contact_id, _, _, _ in moves]
        change_among(connection, f"DELETE FROM outbox WHERE target_id = {target_id:d} AND contact_id IN ({{}})", ids)
    insert(
        connection,
        "INSERT INTO outbox (target_id, message, contact_id, noted_at, last, kind_code, before, before_code)",
        "(?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (target_id, message, contact_id, timestamp(noted), *_of(last), *_of(before))
            for message, contact_id, noted, last, before in moves
        ],
    )


def _of(last: Last) -> tuple[int | None, int | None]:
    return None if last.at is None else timestamp(last.at), TOUCH[last.kind]


def settle(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """These were acknowledged."""
    change_among(connection, "DELETE FROM outbox WHERE id IN ({})", ids)


def put_off(connection: sqlite3.Connection, row_id: int, attempts: int, next_attempt: datetime | None) -> None:
    """It was tried so often, and is tried again then."""
    connection.execute(
        "UPDATE outbox SET attempts = ?, next_attempt = ? WHERE id = ?",
        (attempts, None if next_attempt is None else timestamp(next_attempt), row_id),
    )


def park(connection: sqlite3.Connection, row_id: int, why: str) -> None:
    """It is tried no more, until somebody asks for it or the date moves again."""
    connection.execute("UPDATE outbox SET parked = ?, next_attempt = NULL WHERE id = ?", (why, row_id))


def unpark(connection: sqlite3.Connection, target_id: int) -> None:
    connection.execute(
        "UPDATE outbox SET parked = NULL, attempts = 0, next_attempt = NULL WHERE target_id = ?", (target_id,)
    )


def keep_delivered(connection: sqlite3.Connection, target_id: int, rows: Iterable[Delivered]) -> None:
    """This is what it has now."""
    connection.executemany(
        "INSERT OR REPLACE INTO delivered (target_id, remote, contact_id, last, kind_code, by_whom, unsure)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(target_id, one.remote, one.contact_id, *_of(one.last), one.by_whom, int(one.unsure)) for one in rows],
    )


def drop_delivered(connection: sqlite3.Connection, target_id: int, remotes: Iterable[str]) -> None:
    """Whom it calls so is nobody of ours any more."""
    statement = f"DELETE FROM delivered WHERE target_id = {target_id:d} AND remote IN ({{}})"
    change_among(connection, statement, remotes)


def blanked(connection: sqlite3.Connection, target_id: int, remotes: Iterable[str]) -> None:
    statement = f"DELETE FROM to_blank WHERE target_id = {target_id:d} AND remote IN ({{}})"
    change_among(connection, statement, remotes)


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


def change(connection: sqlite3.Connection, target_id: int, **columns: str | int | datetime | None) -> None:
    """Set these of a target."""
    values = [timestamp(one) if isinstance(one, datetime) else one for one in columns.values()]
    names = ", ".join([f"{name} = ?" for name in columns])
    connection.execute(f"UPDATE target SET {names} WHERE id = ?", (*values, target_id))


def erase(connection: sqlite3.Connection, contact_ids: Sequence[int]) -> None:
    """Nothing of these people is left here but the debt to blank their fields; within the caller's transaction.

    A message that was not acknowledged is nobody's business any more.
    """
    change_among(
        connection,
        "INSERT OR IGNORE INTO to_blank (target_id, remote) SELECT target_id, remote FROM delivered"
        " WHERE remote NOT LIKE 'contact:%' AND (last IS NOT NULL OR unsure) AND contact_id IN ({})",
        contact_ids,
    )
    for table in ("delivered", "outbox", "target_note"):
        change_among(connection, f"DELETE FROM {table} WHERE contact_id IN ({{}})", contact_ids)


def lost_contacts(log: Log, contact_ids: Iterable[int]) -> set[int]:
    """Those of these who are no contacts any more: removed, or merged with another."""
    wanted = set(contact_ids)
    return wanted - set(among(log, "SELECT id FROM contact WHERE id IN ({})", wanted))
