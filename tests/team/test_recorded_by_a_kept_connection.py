"""Who looked is recorded by a connection that stays open: before each answer, in the log that stands
there, or there is no answer."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from colleagues import Colleagues

from lasttouch.keeping import access as keeping_access
from lasttouch.keeping import held, reading
from lasttouch.keeping.held import Held
from store.database import open_for_writing

BOB, ANA = "bob@globex.example", "ana@acme.example"
REFUSE = "CREATE TRIGGER refuse BEFORE INSERT ON access BEGIN SELECT RAISE(ABORT, 'not now'); END"


@pytest.fixture
def here(colleagues: Colleagues) -> Iterator[Colleagues]:
    """Ana shares with Ben that she exchanges with Bob; Ben's process is kept."""
    colleagues.accounts["ana"]["share"] = "who"
    colleagues.receive("ana", BOB, ANA, 5, message_id="b1@globex.example", subject="The lease")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    kept = Held()
    kept.hold()
    with reading.by(kept):
        yield colleagues
    kept.let_go()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The logs that were opened for it."""
    found: list[Path] = []

    def noted(path: Path) -> sqlite3.Connection:
        found.append(path)
        return open_for_writing(path)

    monkeypatch.setattr(held, "open_for_writing", noted)
    return found


def recorded(here: Colleagues) -> int:
    with closing(sqlite3.connect(here.folder / "log.db")) as log:
        (count,) = log.execute("SELECT count(*) FROM access").fetchone()
        return int(count)


def changed(here: Colleagues, statement: str) -> None:
    with closing(sqlite3.connect(here.folder / "log.db", timeout=0)) as log, log:
        log.execute(statement)


def test_each_answer_is_recorded_and_one_connection_does_it(here: Colleagues, opened: list[Path]) -> None:
    for count in (1, 2, 3):
        here.ok("ben", "last", "bob")
        assert recorded(here) == count
    assert len(opened) == 1


def test_what_cannot_be_recorded_is_not_answered(here: Colleagues, opened: list[Path]) -> None:
    here.ok("ben", "last", "bob")
    changed(here, REFUSE)
    outcome = here.run("ben", "last", "bob")
    assert (outcome.code != 0, outcome.out) == (True, "")
    changed(here, "DROP TRIGGER refuse")
    here.ok("ben", "last", "bob")
    assert recorded(here) == 2
    assert len(opened) == 2, "after what went wrong another connection begins"


def test_an_answer_that_is_interrupted_as_it_is_recorded_keeps_nobody_waiting(
    here: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.ok("ben", "last", "bob")

    @contextmanager
    def interrupted(connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as pressed:
        pressed.setattr(keeping_access, "writing", interrupted)
        assert here.run("ben", "last", "bob").out == ""
    changed(here, "UPDATE access SET items = items")
    assert recorded(here) == 1


def test_it_is_recorded_in_the_log_that_stands_there_now(here: Colleagues) -> None:
    here.ok("ben", "last", "bob")
    log, copy = here.folder / "log.db", here.folder / "copy.db"
    with closing(open_for_writing(log)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(log, copy)
    copy.rename(log)
    for beside in ("-wal", "-shm"):
        log.with_name(f"{log.name}{beside}").unlink()
    here.ok("ben", "last", "bob")
    assert recorded(here) == 2
