"""A new log is the same whether it was made in one step or went through all migrations."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from store.database import MIGRATIONS
from store.migrations import in_order, migrate
from store.new_log import TEXT, make, written
from store.postgres_schema import statements

_PRAGMAS = ("user_version", "application_id", "auto_vacuum", "encoding", "page_size", "foreign_keys")
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid"


def _empty() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


@pytest.fixture
def made() -> sqlite3.Connection:
    log = _empty()
    make(log)
    return log


@pytest.fixture
def migrated() -> sqlite3.Connection:
    log = _empty()
    migrate(log)
    return log


def _rows(log: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All there are; when a migration was applied is left out."""
    tables = [name for kind, name, _, _ in log.execute(_SCHEMA).fetchall() if kind == "table"]
    found = {name: log.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    return found | {"_sqlite_migrations": [row[:-1] for row in found["_sqlite_migrations"]]}


def test_it_has_what_all_migrations_come_to(made: sqlite3.Connection, migrated: sqlite3.Connection) -> None:
    assert made.execute(_SCHEMA).fetchall() == migrated.execute(_SCHEMA).fetchall(), "make schema writes it anew"
    assert _rows(made) == _rows(migrated)
    for pragma in _PRAGMAS:
        assert made.execute(f"PRAGMA {pragma}").fetchall() == migrated.execute(f"PRAGMA {pragma}").fetchall()
    assert made.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_text_is_what_is_written_of_a_migrated_log(migrated: sqlite3.Connection) -> None:
    assert written(migrated) == TEXT.read_text(encoding="utf-8"), "make schema writes it anew"


def test_its_ledger_names_all_migrations_in_their_order_and_when(made: sqlite3.Connection) -> None:
    noted = made.execute("SELECT migration_set, name, applied_at FROM _sqlite_migrations ORDER BY id").fetchall()
    assert [(kind, name) for kind, name, _ in noted] == [("lasttouch", name) for name, _ in in_order()]
    assert {len(at) for _, _, at in noted} == {len("2026-11-30 01:42:07.314227+00:00")}
    assert {name for _, name, _ in noted} == MIGRATIONS


def test_in_postgresql_it_is_made_of_the_same_statements(
    made: sqlite3.Connection, migrated: sqlite3.Connection
) -> None:
    for log in (made, migrated):
        log.execute("UPDATE _sqlite_migrations SET applied_at = 'now'")
    assert list(statements(made)) == list(statements(migrated))


def test_nothing_is_done_where_another_process_was_first(made: sqlite3.Connection) -> None:
    made.execute("INSERT INTO setting (name, value) VALUES ('a', 'b')")
    make(made)
    assert made.execute("SELECT * FROM setting").fetchall() == [("a", "b")]
    assert not made.in_transaction


def test_it_is_made_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cut = tmp_path / "new_log.sql"
    cut.write_text(TEXT.read_text(encoding="utf-8")[:9_000], encoding="utf-8")
    monkeypatch.setattr("store.new_log.TEXT", cut)
    log = _empty()
    with pytest.raises(sqlite3.OperationalError):
        make(log)
    assert log.execute(_SCHEMA).fetchall() == []
