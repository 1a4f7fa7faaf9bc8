"""Accounts, their sources and places: how far each was read, and how each source is doing."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from activity.batch import Skip
from activity.errors import SourceError, Throttled
from store.codes import NOTES
from store.log import Log
from store.rows import instant, timestamp

REFUSALS_KEPT = 3
NOTED_BY_HAND = "noted by hand"


class SourceRow(NamedTuple):
    """A source of an account as the database knows it."""

    id: int
    account: str
    kind: str


def register(
    connection: sqlite3.Connection,
    accounts: Mapping[str, tuple[str, Sequence[str]]],
    addresses: Mapping[str, Sequence[str]] | None = None,
) -> list[SourceRow]:
    """Make the configured accounts (name → owner, kinds of source) the active ones; others keep their history.

    `addresses` are the own ones of each account, by its name; those it had once stay known, behind them.
    """
    if (standing := _as_it_stands(connection, accounts, addresses)) is not None:
        return standing
    connection.execute("UPDATE account SET active = 0 WHERE active")
    connection.execute("UPDATE source SET active = 0 WHERE active")
    rows = []
    for name, (owner, kinds) in accounts.items():
        (account_id,) = connection.execute(
            "INSERT INTO account (name, owner, active) VALUES (?, ?, 1)"
            " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, active = 1 RETURNING id",
            (name, owner),
        ).fetchone()
        connection.execute("DELETE FROM retired_account WHERE account_id = ?", (account_id,))
        if addresses is not None:
            _keep_addresses(connection, account_id, addresses.get(name, ()))
        for kind in kinds:
            (source_id,) = connection.execute(
                "INSERT INTO source (account_id, kind, active) VALUES (?, ?, 1)"
                " ON CONFLICT (account_id, kind) DO UPDATE SET active = 1 RETURNING id",
                (account_id, kind),
            ).fetchone()
            rows.append(SourceRow(source_id, name, kind))
    return rows


def _as_it_stands(
    connection: sqlite3.Connection,
    accounts: Mapping[str, tuple[str, Sequence[str]]],
    addresses: Mapping[str, Sequence[str]] | None,
) -> list[SourceRow] | None:
    """The rows, where there is nothing to change: five thousand accounts are many statements."""
    known: dict[str, tuple[str, dict[str, int]]] = {}
    for name, owner, kind, row_id in connection.execute(
        "SELECT a.name, a.owner, s.kind, s.id FROM account a LEFT JOIN source s ON s.account_id = a.id AND s.active"
        " WHERE a.active AND NOT EXISTS (SELECT 1 FROM retired_account r WHERE r.account_id = a.id)"
    ):
        kinds = known.setdefault(name, (owner, {}))[1]
        if kind is not None:
            kinds[kind] = row_id
    if {name: (owner, set(kinds)) for name, (owner, kinds) in known.items()} != {
        name: (owner, set(kinds)) for name, (owner, kinds) in accounts.items()
    }:
        return None
    if addresses is not None:
        query = "SELECT a.name, d.email FROM account_address d JOIN account a ON a.id = d.account_id ORDER BY position"
        held: dict[str, list[str]] = {}
        for name, email in connection.execute(query):
            held.setdefault(name, []).append(email)
        for name in accounts:
            own = list(dict.fromkeys(addresses.get(name, ())))
            if held.get(name, [])[: len(own)] != own:
                return None
    return [SourceRow(known[name][1][kind], name, kind) for name, (_, kinds) in accounts.items() for kind in kinds]


def _keep_addresses(connection: sqlite3.Connection, account_id: int, emails: Sequence[str]) -> None:
    """In the order of the configuration, with those that it names no more behind them."""
    query = "SELECT email FROM account_address WHERE account_id = ? ORDER BY position"
    before = [email for (email,) in connection.execute(query, (account_id,))]
    after = [*dict.fromkeys(emails), *(email for email in before if email not in emails)]
    if after != before:
        connection.execute("DELETE FROM account_address WHERE account_id = ?", (account_id,))
        connection.executemany(
            "INSERT INTO account_address (email, account_id, position) VALUES (?, ?, ?)",
            [(email, account_id, position) for position, email in enumerate(after)],
        )


def place_of_notes(connection: sqlite3.Connection, account_id: int) -> int:
    """Where what an account's owner noted by hand is seen: in no source that is ever read."""
    connection.execute("INSERT OR IGNORE INTO source (account_id, kind, active) VALUES (?, ?, 0)", (account_id, NOTES))
    query = "SELECT id FROM source WHERE account_id = ? AND kind = ?"
    (source_id,) = connection.execute(query, (account_id, NOTES)).fetchone()
    return place_id(connection, source_id, NOTED_BY_HAND)


def cursors(log: Log, source_id: int) -> dict[str, str]:
    """Place name → cursor, for the places of a source that have one."""
    return dict(log.execute("SELECT name, cursor FROM place WHERE source_id = ? AND cursor IS NOT NULL", (source_id,)))


def place_id(connection: sqlite3.Connection, source_id: int, name: str) -> int:
    """The id of a place, made on first sight."""
    row = connection.execute("SELECT id FROM place WHERE source_id = ? AND name = ?", (source_id, name)).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO place (source_id, name) VALUES (?, ?) RETURNING id", (source_id, name)
        ).fetchone()
    return int(row[0])


def move_cursor(connection: sqlite3.Connection, place: int, cursor: str) -> None:
    connection.execute("UPDATE place SET cursor = ? WHERE id = ? AND cursor IS NOT ?", (cursor, place, cursor))


def note_skipped(connection: sqlite3.Connection, place: int, skipped: Iterable[Skip], now: datetime) -> int:
    """Remember items that could not be read; how many of them are new."""
    before = connection.total_changes
    connection.executemany(
        "INSERT INTO skipped (place_id, item, reason, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (place_id, item) DO UPDATE SET reason = excluded.reason"
        " WHERE skipped.reason IS NOT excluded.reason",
        [(place, skip.item, skip.reason, timestamp(now)) for skip in skipped],
    )
    return connection.total_changes - before


def forget_skipped(
    connection: sqlite3.Connection, place: int, hrefs: Collection[str], holds: frozenset[str] | None = None
) -> None:
    """These objects are gone, or were given out anew: what was wrong with them, or with events in them, is past.

    So it is with what the place does not hold any more, if all it `holds` is known.
    """
    if not hrefs and holds is None:
        return
    past = set(hrefs)
    skipped = [item for (item,) in connection.execute("SELECT item FROM skipped WHERE place_id = ?", (place,))]
    over = [item for item in skipped if _is_of(item, past) or (holds is not None and not _is_of(item, holds))]
    connection.executemany("DELETE FROM skipped WHERE place_id = ? AND item = ?", [(place, item) for item in over])


def _is_of(item: str, hrefs: Collection[str]) -> bool:
    """Is it one of these objects, or an event in one: the object's name, and what is told apart in brackets?"""
    return item in hrefs or any(item[: found.start()] in hrefs for found in re.finditer(r" \(", item))


def note_success(
    connection: sqlite3.Connection, source_id: int, started: datetime, now: datetime, next_attempt: datetime | None
) -> None:
    """A pass read everything the source held at `started`."""
    connection.execute(
        "UPDATE source SET last_attempt = ?1, last_success = ?1, seen_through = ?2, next_attempt = ?4,"
        " failing_since = NULL, refusals = '[]', error_code = NULL, error = NULL, hint = NULL WHERE id = ?3",
        (timestamp(now), timestamp(started), source_id, timestamp(next_attempt) if next_attempt else None),
    )


def note_failure(
    connection: sqlite3.Connection,
    source_id: int,
    error: SourceError,
    now: datetime,
    next_attempt: datetime | None,
) -> None:
    """A pass could not read everything; `seen_through` stays."""
    connection.execute(
        "UPDATE source SET last_attempt = ?1, next_attempt = ?2, failing_since = coalesce(failing_since, ?1),"
        " error_code = ?3, error = ?4, hint = ?5 WHERE id = ?6",
        (
            timestamp(now), timestamp(next_attempt) if next_attempt else None,
            error.code, error.message, error.hint, source_id,
        ),
    )  # fmt: skip


def note_watches_allowed(connection: sqlite3.Connection, source_id: int, allowed: int | None) -> None:
    """How many watches the source's server bears beside a pass; None where it was never too many."""
    connection.execute(
        "UPDATE source SET watches_allowed = ?1 WHERE id = ?2 AND watches_allowed IS NOT ?1", (allowed, source_id)
    )


def plan(connection: sqlite3.Connection, source_id: int, next_attempt: datetime | None) -> None:
    """When the source is read next, whatever came of its last pass; None where there is no saying."""
    at = timestamp(next_attempt) if next_attempt else None
    connection.execute("UPDATE source SET next_attempt = ? WHERE id = ?", (at, source_id))


class Standing(NamedTuple):
    """How the last pass over a source ended, and when the next is planned; None for never, or for well."""

    last_success: datetime | None
    next_attempt: datetime | None
    failing_since: datetime | None
    error_code: str | None


def standing(log: Log, source_id: int) -> Standing:
    query = "SELECT last_success, next_attempt, failing_since, error_code FROM source WHERE id = ?"
    success, planned, since, code = log.execute(query, (source_id,)).fetchone()
    return Standing(instant(success), instant(planned), instant(since), code)


def note_places(
    connection: sqlite3.Connection,
    source_id: int,
    started: datetime,
    now: datetime,
    read: Iterable[str] | None,
    failed: Mapping[str, SourceError],
    back_to: datetime,
) -> None:
    """A pass went through a whole source: the places in `failed` could not be read, those in `read` were.

    None for `read`: all the others. `back_to` is from when on a place that was never read before is read: what was
    read once, further back, stays in the log.
    """
    names = _place_names(connection, source_id) if read is None else read
    connection.executemany(
        "UPDATE place SET seen_through = ? WHERE source_id = ? AND name = ?",
        [(timestamp(started), source_id, name) for name in names if name not in failed],
    )
    connection.executemany(
        "UPDATE place SET read_back_to = ?1 WHERE source_id = ?2 AND name = ?3"
        " AND (read_back_to IS NULL OR read_back_to > ?1)",
        [(timestamp(back_to), source_id, name) for name in names if name not in failed],
    )
    connection.executemany(
        "UPDATE place SET failing_since = NULL, error_code = NULL, error = NULL, hint = NULL"
        " WHERE source_id = ? AND name = ? AND failing_since IS NOT NULL",
        [(source_id, name) for name in _place_names(connection, source_id) if name not in failed],
    )
    connection.executemany(
        "UPDATE place SET failing_since = coalesce(failing_since, ?), error_code = ?, error = ?, hint = ?"
        " WHERE source_id = ? AND name = ?",
        [(timestamp(now), error.code, error.message, error.hint, source_id, name) for name, error in failed.items()],
    )


def _place_names(connection: sqlite3.Connection, source_id: int) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM place WHERE source_id = ?", (source_id,))]


def refusals(log: Log, source_id: int) -> list[datetime]:
    """When the server last refused our credentials, oldest first, since it last took them."""
    (text,) = log.execute("SELECT refusals FROM source WHERE id = ?", (source_id,)).fetchone()
    return [instant(seconds) for seconds in json.loads(text)]


def note_refusal(connection: sqlite3.Connection, source_id: int, at: datetime) -> None:
    """The server refused our credentials, or is taken to have done so."""
    kept = [*refusals(Log(connection), source_id), at][-REFUSALS_KEPT:]
    _keep_refusals(connection, source_id, kept)


def forget_refusals(connection: sqlite3.Connection, source_id: int) -> None:
    """The server took our credentials."""
    _keep_refusals(connection, source_id, [])


def _keep_refusals(connection: sqlite3.Connection, source_id: int, kept: list[datetime]) -> None:
    text = json.dumps([timestamp(moment) for moment in kept])
    connection.execute("UPDATE source SET refusals = ? WHERE id = ?", (text, source_id))


def throttled_until(log: Log, source_id: int) -> datetime | None:
    """Until when the server asked to be left alone, where that is how the last attempt ended."""
    query = "SELECT next_attempt FROM source WHERE id = ? AND error_code = ?"
    row = log.execute(query, (source_id, Throttled.code)).fetchone()
    return instant(row[0]) if row else None


def standing_error(log: Log, source_id: int) -> tuple[str, str]:
    """The message and the hint of the error the last attempt ended with; empty if it ended well."""
    query = "SELECT coalesce(error, ''), coalesce(hint, '') FROM source WHERE id = ?"
    message, hint = log.execute(query, (source_id,)).fetchone()
    return message, hint


def was_read_after(log: Log, moment: datetime) -> bool:
    """Was any source read, by the clock of that time, later than `moment`?"""
    query = "SELECT 1 FROM source WHERE active AND last_attempt > ? LIMIT 1"
    return log.execute(query, (timestamp(moment),)).fetchone() is not None
