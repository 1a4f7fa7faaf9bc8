"""A worker whose PostgreSQL is killed, full, takes no writes or no more connections, or is not heard of any more: it
says so in plain words, goes on by itself, and leaves what an uninterrupted pass leaves."""

from __future__ import annotations

import logging
import mailbox
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

import config_lines
from household import contents_of
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.keeping import turns
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from lasttouch.work import worker
from postgres_server import PostgresServer
from running_daemon import until
from store import places, touches
from store.database import open_for_reading

MESSAGES = 40
Contents = dict[str, list[tuple[Any, ...]]]


class Ticking:
    """A worker without a process of its own: it does what is to be done each time it is asked."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self.loaded = loaded
        self.made = worker.Worker(loaded, worker.queue_of(loaded.database), lambda _: None, 1, 8, True, watches=False)
        self.made._begin()

    def until_read(self) -> None:
        def is_read() -> bool:
            self.made._tick()
            with suppress(Exception), closing(open_for_reading(self.loaded.database)) as log:
                return log.execute("SELECT count(last_success), count(*) FROM source").fetchone() == (1, 1)
            return False

        until(is_read, 60)

    def until_told(self, what: str, caplog: pytest.LogCaptureFixture) -> None:
        until(lambda: (self.made._tick(), what in caplog.text)[1], 60)

    def contents(self) -> Contents:
        with opened(self.loaded) as agent:
            agent.refresh()  # as it is within a minute
            return contents_of(agent.log)

    def end(self) -> None:
        self.made._pool.shutdown()
        self.made._leave()


def _loaded(folder: Path, database: str) -> LoadedConfig:
    path = folder / f"config{len(list(folder.glob('config*')))}.toml"
    files = config_lines.files(str(folder / "mail.mbox"))
    path.write_text(config_lines.head(database, backfill="20y") + config_lines.account("ana", files, poll_every="1h"))
    path.chmod(0o600)
    return load_config(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mail")
    box = mailbox.mbox(made / "mail.mbox")
    for number in range(MESSAGES):
        message = EmailMessage()
        message["From"], message["To"] = f"p{number % 7}@globex.example", "ana@acme.example"
        message["Date"] = format_datetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number))
        message["Message-ID"] = f"<{number}@x.example>"
        message["Subject"] = f"Re: matter {number % 9}"
        box.add(message)
    box.close()
    return made


@pytest.fixture(scope="module")
def uninterrupted(folder: Path, postgres: PostgresServer) -> Contents:
    loaded = _loaded(folder, postgres.url())
    with opened(loaded) as agent:
        list(sync(agent))
        return contents_of(agent.log)


@pytest.fixture
def ticking(
    folder: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Ticking]:
    caplog.set_level(logging.INFO)
    for name, seconds in (("BEAT_SECONDS", 0.3), ("FOLLOW_SECONDS", 0.3)):
        monkeypatch.setattr(worker, name, seconds)
    monkeypatch.setattr(turns, "LEASE_SECONDS", 2)
    monkeypatch.setattr(turns, "BEAT_SECONDS", 0.5)
    monkeypatch.setattr("lasttouch.daemon.reading.LATER", timedelta(seconds=1))
    made = Ticking(_loaded(folder, postgres.url()))
    yield made
    made.end()


def _server(postgres: PostgresServer) -> psycopg.Connection[Any]:
    return psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True)


def test_a_server_that_is_killed_loses_nothing_and_workers_are_back_within_half_a_minute(
    ticking: Ticking,
    uninterrupted: Contents,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    killed: list[str] = []

    def killing(module: Any, name: str) -> None:
        real = getattr(module, name)

        def act(*args: Any) -> Any:
            if name not in killed:
                killed.append(name)
                postgres.stop("immediate")
                postgres.start()
            return real(*args)

        monkeypatch.setattr(module, name, act)

    killing(touches, "refresh_but_busiest")
    killing(places, "note_success")
    ticking.until_read()
    assert killed == ["refresh_but_busiest", "note_success"]
    schema = ticking.loaded.database.server.schema  # type: ignore[attr-defined]
    with _server(postgres) as server:
        server.execute(f"UPDATE {schema}.source SET last_success = NULL, next_attempt = 0")
    postgres.stop("immediate")
    ticking.until_told("cannot be reached", caplog)
    postgres.start()
    back = time.monotonic()
    ticking.until_read()
    assert time.monotonic() - back < 30
    assert ticking.contents() == uninterrupted


def test_a_disk_that_is_full_is_told_of_and_what_was_not_stored_is_read_again(
    ticking: Ticking, uninterrupted: Contents, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    schema = ticking.loaded.database.server.schema  # type: ignore[attr-defined]
    with _server(postgres) as server:
        server.execute(
            f"""CREATE FUNCTION {schema}.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'could not extend file "base/5/1": No space left on device' USING ERRCODE = '53100';
            END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.activity EXECUTE FUNCTION {schema}.full()"""
        )
        ticking.until_told("disk is full. free some space", caplog)
        server.execute(f"DROP TRIGGER full_disk ON {schema}.activity")
        ticking.until_read()
    assert ticking.contents() == uninterrupted


def test_a_server_that_takes_no_writes_or_no_more_connections_is_told_of_once_and_gone_on_with(
    ticking: Ticking, uninterrupted: Contents, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    others: list[psycopg.Connection[Any]] = []
    with _server(postgres) as server:
        try:
            server.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
            server.execute(_ENDED)
            ticking.until_told("read-only transaction. a server that takes no writes", caplog)
            server.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
            with suppress(psycopg.OperationalError):
                while True:
                    others.append(_server(postgres))
                    server.execute(_ENDED_BUT, [[one.info.backend_pid for one in others]])
            ticking.until_told("takes no more connections; try again", caplog)
        finally:
            server.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
            for one in others:
                one.close()
    ticking.until_read()
    assert ticking.contents() == uninterrupted
    assert caplog.text.count("no more connections") < 8, "not at every look"


_ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lasttouch'"
_ENDED_BUT = f"{_ENDED} AND pid <> ALL (%s)"
