"""A worker whose PostgreSQL is killed, full, takes no writes or no more connections, or is not heard of any more: it
says so in plain words, goes on by itself, and leaves what an uninterrupted pass leaves."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ticking import Contents, Ticking, loaded_config

from fault_proxy import FaultProxy
from lasttouch.keeping import turns
from postgres_server import PASSWORD, PostgresServer
from running_daemon import until
from store import places, postgres_log, postgres_queue, touches


@pytest.fixture
def ticking(folder: Path, postgres: PostgresServer, hasty: None) -> Iterator[Ticking]:
    made = Ticking(loaded_config(folder, postgres.url()))
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


@pytest.mark.skipif(sys.platform != "linux", reason="packets are lost by Linux's socket filters")
def test_where_the_network_is_lost_without_a_word_others_go_on_and_nothing_is_lost(
    folder: Path,
    uninterrupted: Contents,
    postgres: PostgresServer,
    hasty: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Amid a transaction that stores what was read; whoever has it keeps the log's lock from the others."""
    monkeypatch.setattr(postgres_log, "GONE_SECONDS", 4)
    monkeypatch.setattr(postgres_queue, "SILENT", timedelta(seconds=2))
    monkeypatch.setattr(turns, "IDLE_SECONDS", 2)
    (folder / "secret").write_text(PASSWORD)
    (folder / "secret").chmod(0o600)
    with FaultProxy(postgres.port) as proxy:
        address = postgres.loopback_url(postgres.new_schema()).replace(f":{postgres.port}/", f":{proxy.port}/")
        loaded = loaded_config(folder, address, password_file="secret")
        lost = Ticking(loaded)
        is_lost = threading.Event()
        store = touches.refresh_but_busiest

        def losing(*args: Any) -> Any:
            if not is_lost.is_set():
                is_lost.set()
                proxy.lose()
            return store(*args)

        monkeypatch.setattr(touches, "refresh_but_busiest", losing)
        until(lambda: (lost.made._tick(), is_lost.is_set())[1])
        began = time.monotonic()
        other = Ticking(loaded)
        other.until_read()
        assert time.monotonic() - began < 60
        lost.until_told("is lost", caplog)
        lost.until_read()
        assert lost.contents() == uninterrupted
        lost.end()
        other.end()


_ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lasttouch'"
_ENDED_BUT = f"{_ENDED} AND pid <> ALL (%s)"
