"""A batch lands together with the dates that follow from it: who reads meanwhile finds them
derived."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from spending import spending

from activity.address import Address
from activity.contact import ContactEntry
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from matchers.book import AddressBook
from matchers.policy import Policy
from store import touches
from store.addresses import address_ids
from store.database import empty_log, open_for_reading
from store.people import people
from store.transactions import writing

if TYPE_CHECKING:
    from fed_log import Log

ANA, BOB, EVE = "ana@acme.example", "bob@globex.example", "eve@hooli.example"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def _due(connection: sqlite3.Connection) -> list[int]:
    return [one for (one,) in connection.execute("SELECT contact_id FROM contact_touch WHERE due = 0")]


def test_nobody_is_due_between_two_batches(tmp_path: Path) -> None:
    for folder, days in (("one", 9), ("other", 5)):
        (tmp_path / folder).mkdir()
        date = format_datetime(NOW - timedelta(days=days))
        letter = f"From: {BOB}\nTo: {ANA}\nDate: {date}\nMessage-ID: <{folder}@x.example>\n\n"
        (tmp_path / folder / "a.eml").write_text(letter, encoding="utf-8")
    (tmp_path / "config.toml").write_text(
        f'database = "log.db"\n[[accounts]]\nname = "ana"\naddresses = ["{ANA}"]\n'
        '[[accounts.files]]\npath = "one"\n[[accounts.files]]\npath = "other"\n',
        encoding="utf-8",
    )
    seen: list[tuple[datetime | None, list[int]]] = []

    def look(*_: object) -> None:
        reader = open_for_reading(tmp_path / "log.db")
        seen.append((people(reader, NOW)[0].last_touch, _due(reader)))
        reader.close()

    with opened(load_config(tmp_path / "config.toml"), lambda: NOW) as agent:
        address_book.import_contacts(agent, [ContactEntry("Bob", [BOB])])
        assert all(report.error is None for report in sync(agent, progress=look))
    assert seen == [(NOW - timedelta(days=9), []), (NOW - timedelta(days=5), [])]


def _busy_and_not(log: Log, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Bob, who has more touches than are derived with each batch, and Eve, who has none yet."""
    monkeypatch.setattr(touches, "BUSY", 2)
    bob, eve = log.contact("Bob", BOB), log.contact("Eve", EVE)
    for day in (1, 2, 3):
        log.mail(BOB, ANA, day)
    log.agent.refresh()
    return bob, eve


def test_the_busiest_wait_and_are_shown_right_all_the_same(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    bob, eve = _busy_and_not(log, monkeypatch)
    log.mail(BOB, ANA, 4)
    log.mail(EVE, ANA, 5)
    with writing(log.connection):
        touches.refresh_but_busiest(log.connection, log.now)
    assert _due(log.connection) == [bob]
    assert [one.last_touch for one in people(log.reader, log.now, [bob, eve])] == [log.day(4), log.day(5)]
    assert log.differences() == 0


def test_whom_a_batch_touches_is_not_made_due_first_but_the_busiest(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """In PostgreSQL each change is another row, and another entry in every index."""
    bob, eve = _busy_and_not(log, monkeypatch)
    entries = [log.letter(BOB, ANA, 4), log.letter(EVE, ANA, 5)]
    touched: set[int] = set()
    log.keep(entries, touched=touched)
    assert (touched, _due(log.connection)) == ({bob, eve}, [])
    with writing(log.connection):
        touches.refresh_but_busiest(log.connection, log.now, touched)
    assert _due(log.connection) == [bob]
    assert [one.last_touch for one in people(log.reader, log.now, [bob, eve])] == [log.day(4), log.day(5)]
    assert log.differences() == 0


def test_strangers_come_all_at_once_however_many_there_are() -> None:
    statements = []
    for many in (20, 80):
        connection = empty_log().connection
        met = [Address(f"somebody{number}@there{number}.example") for number in range(many)]
        with spending(connection, 1000) as spent:
            address_ids(connection, met, AddressBook([], [], Policy()))
        assert connection.execute("SELECT count(*) FROM stranger").fetchone() == (many,)
        statements.append(spent.statements)
    assert statements[0] == statements[1]
