"""A log moved from a file into a PostgreSQL and back: the same rows, numbers that go on, and all or
nothing."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

import cli
from config_lines import account, files
from postgres_server import PASSWORD, PostgresServer

MAIL = """From: {0}
To: ana@acme.example
Subject: Grüße {1}
Date: Mon, 2 Feb 2026 10:00:00 +0000
Message-ID: <{1}@x>
"""
PEOPLE = "name,email\nBob,bob@globex.example\nZoë,zoe@hooli.example\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log in a file, of three people, one of whom was erased."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    mail = tmp_path / "mail"
    mail.mkdir()
    for number, who in enumerate(("bob@globex.example", "eve@initech.example", "zoe@hooli.example")):
        (mail / f"{number}.eml").write_text(f"{MAIL.format(who, number)}\nhello\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    configure(tmp_path, "log.db")
    for words in ("contacts import people.csv", "sync", "contacts forget zoe@hooli.example --yes", "note bob met"):
        run(*words.split())
    return tmp_path


def configure(folder: Path, database: str) -> None:
    path = folder / "config.toml"
    path.write_text(
        f'database = "{database}"\ninternal_domains = ["acme.example"]\n' + account("ana", files(str(folder / "mail")))
    )
    path.chmod(0o600)


def run(*words: str, code: int = 0) -> None:
    assert cli.run(["--config", "config.toml", *words]) == code, words


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    run(*words, "--json")
    return json.loads(capsys.readouterr().out)


def test_there_and_back_nothing_is_lost(
    here: Path, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before, last = rows_of(here / "log.db"), said(capsys, "last")
    url = postgres.url()
    moved = said(capsys, "move", url)
    assert (moved["differences"], moved["rows"]) == (0, sum(map(len, before.values())))
    assert rows_of(here / "log.db") == before, "the old one stays as it is"
    configure(here, url)
    assert said(capsys, "last") == last
    forgotten = list((here / "home/.local/share/lasttouch").glob("*.forgotten"))
    assert len(forgotten) == 1, "who was erased is remembered beside the new one"
    said(capsys, "backup", "copy.db")
    assert rows_of(here / "copy.db")["activity"] == before["activity"]
    said(capsys, "move", "back.db")
    configure(here, "back.db")
    assert said(capsys, "last") == last
    settled = {name: rows for name, rows in rows_of(here / "back.db").items() if name != "setting"}
    assert settled == {name: rows for name, rows in before.items() if name != "setting"}
    run("move", "back.db", code=2)
    run("move", url, code=2)


def test_numbers_go_on_beyond_the_highest_ever_given(
    here: Path, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(here / "log.db") as log:
        log.execute("UPDATE sqlite_sequence SET seq = 700 WHERE name IN ('activity', 'contact')")
    url = postgres.url()
    said(capsys, "move", url)
    configure(here, url)
    run("contacts", "add", "Kim", "kim@x.example")
    (here / "mail/9.eml").write_text(f"{MAIL.format('kim@x.example', 9)}\n")
    run("sync")
    (kim,) = said(capsys, "last", "kim")
    assert (kim["id"], kim["last_touch_activity"]) == (701, 701)
    said(capsys, "move", "back.db")
    with sqlite3.connect(here / "back.db") as log:
        assert dict(log.execute("SELECT name, seq FROM sqlite_sequence"))["activity"] == 701


def test_killed_anywhere_it_leaves_the_old_log_and_nothing_else(here: Path, postgres: PostgresServer) -> None:
    before = rows_of(here / "log.db")
    for wait in (0.0, 0.1, 0.3):
        url = postgres.url()
        command = [sys.executable, "-m", "lasttouch", "--config", str(here / "config.toml"), "move", url]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_for_a_transaction(postgres)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        ended = process.wait()
        found = activities_on(postgres, url)
        assert found is None or found == len(before["activity"]), "wholly, or not at all"
        assert found is None or ended in (0, -signal.SIGKILL)
        assert rows_of(here / "log.db") == before
    run("last")


def test_by_a_password_that_is_told_nowhere(
    here: Path, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "secret").write_text(PASSWORD)
    run("move", postgres.loopback_url(postgres.new_schema()), "--password-file", "secret")
    told = capsys.readouterr()
    assert PASSWORD not in told.out + told.err
    assert "compared row by row" in told.out
    run("move", "postgresql://lasttouch:pw@localhost/log", code=2)


def test_to_the_home_directory_of_nobody(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("move", "~nobody-of-that-name/log.db", code=2)
    assert "there is no such home directory" in capsys.readouterr().err


def _wait_for_a_transaction(postgres: PostgresServer) -> None:
    query = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'lasttouch' AND backend_xid IS NOT NULL"
    with psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True) as connection:
        deadline = time.monotonic() + 60
        while connection.execute(query).fetchone() is None:
            assert time.monotonic() < deadline, "it never began to write"
            time.sleep(0.01)


def rows_of(path: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(path) as log:
        query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%sqlite_%'"
        tables = log.execute(query).fetchall()
        return {name: sorted(log.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for (name,) in tables}


def activities_on(postgres: PostgresServer, url: str) -> int | None:
    """How many there are; None where there is no log."""
    schema = url.rpartition("schema=")[2]
    with psycopg.connect(url.partition("&schema=")[0]) as connection:
        there = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = %s LIMIT 1", [schema]).fetchone()
        if there is None:
            return None
        (count,) = connection.execute(f'SELECT count(*) FROM "{schema}".activity').fetchone() or (0,)
        return int(count)
