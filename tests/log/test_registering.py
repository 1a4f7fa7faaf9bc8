"""What is configured and what the log shows: the same, with no more writing than that takes."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from store import places
from store.database import empty_log

ACCOUNTS = {"ana": ("Ana", ["imap", "caldav"]), "ben": ("Ben", ["files"])}
OWN = {"ana": ["ana@acme.example", "a@acme.example"], "ben": ["ben@acme.example"]}


@pytest.fixture
def connection() -> sqlite3.Connection:
    made: Any = empty_log().connection
    places.register(made, ACCOUNTS, OWN)
    return made  # type: ignore[no-any-return]


def _stands(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT a.name, a.owner, a.active, s.kind, s.active, (SELECT group_concat(email) FROM (SELECT email"
        " FROM account_address d WHERE d.account_id = a.id ORDER BY position)) FROM account a"
        " LEFT JOIN source s ON s.account_id = a.id ORDER BY 1, 4"
    ).fetchall()


def test_what_stands_already_is_not_written_again(connection: sqlite3.Connection) -> None:
    before = connection.total_changes
    rows = places.register(connection, ACCOUNTS, OWN)
    assert connection.total_changes == before
    assert [(row.account, row.kind) for row in rows] == [("ana", "imap"), ("ana", "caldav"), ("ben", "files")]
    assert rows == places.register(connection, dict(ACCOUNTS) | {"eve": ("Eve", ["imap"])}, OWN)[:3]


@pytest.mark.parametrize(
    ("accounts", "own"),
    [
        ({"ana": ACCOUNTS["ana"]}, OWN),
        (ACCOUNTS | {"ana": ("Ana Kim", ["imap", "caldav"])}, OWN),
        (ACCOUNTS | {"ana": ("Ana", ["imap"])}, OWN),
        (ACCOUNTS | {"ben": ("Ben", ["files", "imap"])}, OWN),
        (ACCOUNTS | {"eve": ("Eve", ["imap"])}, OWN),
        (ACCOUNTS, OWN | {"ben": ["b@acme.example"]}),
        (ACCOUNTS, OWN | {"ana": ["a@acme.example", "ana@acme.example"]}),
    ],
)
def test_whatever_is_configured_otherwise_is_followed(
    connection: sqlite3.Connection, accounts: dict[str, tuple[str, list[str]]], own: dict[str, list[str]]
) -> None:
    before = _stands(connection)
    places.register(connection, accounts, own)
    assert _stands(connection) != before
    places.register(connection, ACCOUNTS, OWN)
    again = _stands(connection)
    assert [row[:5] for row in again if row[2] and row[4]] == [row[:5] for row in before]


def test_an_account_that_was_given_up_is_taken_back(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO retired_account (account_id, at, kept) SELECT id, 1, 'all' FROM account LIMIT 1")
    places.register(connection, ACCOUNTS, OWN)
    assert connection.execute("SELECT count(*) FROM retired_account").fetchone() == (0,)
