"""The same world kept in a file and in a PostgreSQL: every command says the same, to the byte."""

from __future__ import annotations

import contextlib
import io
import mailbox
import os
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
import time_machine

import cli
from config_lines import account, files
from postgres_server import PASSWORD, PostgresServer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PEOPLE = (
    "Bob Stone,bob@globex.example,Globex", "Örjan Ärlig,orjan@globex.example,Globex", "eve hill,eve@initech.example,",
    "Zoe Quick,zoe@hooli.example,Hooli",
)  # fmt: skip
COMMANDS = (
    "contacts import contacts.csv", "sync", "last", "last bob", "last Örjan", "last --company", "log", "log bob",
    "stale", "stale --days 3", "today", "why bob", "why 1", "awaiting", "upcoming", "unmatched", "check", "status",
    "contacts list", "contacts show bob", "companies list", "export", "changes", "drift", "note bob met", "done bob",
    "snooze eve 3d", "cadence eve 30d", "today", "contacts edit bob --owner Ana", "contacts list",
    "contacts merge bob eve", "last", "contacts suggest", "contacts import contacts.csv",
    "contacts forget zoe@hooli.example --yes", "sync", "last", "log", "check", "export",
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A mailbox of half a year, and a list of contacts; those who wrote first, who were answered
    and who were not."""
    box = mailbox.mbox(tmp_path / "mail.mbox")
    for number in range(48):
        who = ("bob@globex.example", "orjan@globex.example", "eve@initech.example", "zoe@hooli.example",
               "kim@umbrella.example")[number % 5]  # fmt: skip
        message = EmailMessage()
        sides = (f"Kim Ünder <{who}>", "Ana Kim <ana@acme.example>")
        message["From"], message["To"] = sides if number % 3 else sides[::-1]
        message["Date"] = format_datetime(NOW - timedelta(days=3 * number, hours=number))
        message["Message-ID"] = f"<{number}@mail.example>"
        message["Subject"] = f"Tänder {number // 4}" if number % 4 == 0 else f"Re: Tänder {number // 4}"
        message.set_content("nobody's business")
        box.add(message)
    box.close()
    (tmp_path / "contacts.csv").write_text("\n".join(["name,email,company", *PEOPLE, ""]), encoding="utf-8")
    return tmp_path


def _said(folder: Path, database: str, *commands: str) -> dict[str, tuple[int, str]]:
    """What each command prints, numbered, with its exit code."""
    text = f'database = "{database}"\ninternal_domains = ["acme.example"]\n' + account(
        "ana", files(str(folder / "mail.mbox")), timezone="Europe/Berlin"
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")
    (folder / "config.toml").chmod(0o600)
    said = {}
    for number, command in enumerate(commands):
        out, err = io.StringIO(), io.StringIO()
        arguments = ["--config", str(folder / "config.toml"), *command.split(), "--json"]
        with (
            contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
            time_machine.travel(NOW + timedelta(minutes=number), tick=False),
        ):  # fmt: skip
            code = cli.run(arguments)
        said[f"{number} {command}"] = code, out.getvalue() + err.getvalue()
    return said


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_every_command_says_the_same(world: Path, postgres: PostgresServer) -> None:
    in_a_file = _said(world, "log.db", *COMMANDS)
    on_a_server = _said(world, postgres.url(), *COMMANDS)
    failed = {command: text for command, (code, text) in in_a_file.items() if code != 0}
    assert failed == {}
    for command, said in in_a_file.items():
        assert on_a_server[command] == said, command


def test_the_password_goes_to_the_server_and_nowhere_else(
    world: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world / "secret").write_text(f"{PASSWORD}\n")
    database = postgres.loopback_url("with_password") + '"\npassword_file = "secret'
    said = _said(world, database, "sync", "last", "status", "doctor")
    assert [code for code, _ in said.values()] == [0, 0, 0, 0], said
    (world / "secret").write_text("quite another secret\n")
    refused = _said(world, database, "last", "sync", "doctor")
    assert [code for code, _ in refused.values()] == [1, 1, 1], refused
    told = "".join(text for _, text in (*said.values(), *refused.values())) + postgres.said()
    assert "password authentication failed" in told
    assert "another secret" not in told
    assert PASSWORD not in told


def test_a_backup_that_was_killed_is_in_nobodys_way(world: Path, postgres: PostgresServer) -> None:
    """Nor does it leave anything, once there is another."""
    database = postgres.url()
    said = _said(world, database, "sync")
    before = set(world.iterdir())
    for number in (os.getpid(), 2**30):
        for end in ("", ".copy", f".copy.moving-{number}"):
            (world / f"copy.db.new-{number}{end}").write_bytes(b"half of it")
    said = _said(world, database, "backup copy.db")
    assert [code for code, _ in said.values()] == [0], said
    assert {one.name for one in set(world.iterdir()) - before} == {"copy.db"}


@pytest.mark.parametrize(
    ("database", "problem"),
    [
        ("postgresql://ana:pw@localhost/log", "the address holds a password"),
        ("postgresql://ana@localhost/log?password=pw", "the address holds a password"),
        ("postgresql://ana@db.example/log?sslmode=prefer", "in the clear"),
        ("postgresql://ana@localhost/log?host=db.example&sslmode=disable", "in the clear"),
        ("postgresql://ana@localhost/log?options=x", "'options' is no option of it"),
        ("mysql://ana@localhost/log", "give a path, or postgresql://"),
        ('log.db"\npassword_env = "X', "`database` is a file"),
        ('postgresql:///log"\npassword_env = "X"\npassword_file = "y', "give exactly one of"),
    ],
)
def test_what_cannot_be_a_log_is_refused_before_anything_is_asked(world: Path, database: str, problem: str) -> None:
    ((code, text),) = _said(world, database, "last").values()
    assert code == 3
    assert problem in text
    assert "ana:pw" not in text


def test_a_server_that_is_not_there_is_told_of_in_plain_words(world: Path) -> None:
    ((code, text),) = _said(world, f"postgresql:///log?host={world}&port=1", "last").values()
    assert code == 1
    assert "cannot be reached" in text
    assert "internal" not in text
