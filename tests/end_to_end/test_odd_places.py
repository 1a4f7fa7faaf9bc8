"""Shells, terminals and disks that are not as they should be: one sentence, never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from household import Household, ago, mail

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    household.receive(user, mail("bob@globex.example", "ana@acme.example", ago(days=9), "b1"))
    household.import_contacts("Žoë 山田,bob@globex.example,Globex")
    household.ok("sync")
    return household


def _in_a_shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What `command` does in a shell where `lasttouch` is ours."""
    return subprocess.run(
        ["sh", "-c", f'lasttouch() {{ "{sys.executable}" -m cli "$@"; }}; {command}'],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["last", "last --json", "log", "status", "export", "contacts list --csv"])
def test_what_an_encoding_lacks_is_escaped(ana: Household, command: str) -> None:
    done = _in_a_shell(f"lasttouch {command}", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["last --json", "log --json", "export", "contacts list --csv", "contacts export"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_program_reads_is_utf8_whatever_the_terminal_speaks(ana: Household, command: str, encoding: str) -> None:
    done = _in_a_shell(f"lasttouch {command}", PYTHONIOENCODING=encoding)
    assert done.stdout.decode("utf-8") == ana.run(*command.split()).out
    assert "Žoë 山田" in ana.run("last", "--json").out


@pytest.mark.parametrize("command", ["last >&-", "last --json >&- 2>&-", "sync >&-", "export >&-", "sync <&-"])
def test_a_closed_stream_changes_nothing(ana: Household, command: str) -> None:
    done = _in_a_shell(f"lasttouch {command}")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["last", "export", "--help", "sync", "status --json"])
def test_an_output_without_room_is_told_from_a_broken_log(ana: Household, command: str) -> None:
    done = _in_a_shell(f"lasttouch {command} >/dev/full")
    assert done.returncode == 1
    assert b"the answer could not be written: No space left on device" in done.stderr


def test_an_argument_that_is_no_text_is_a_mistake_of_usage(ana: Household) -> None:
    done = _in_a_shell("lasttouch last \"$(printf '\\377')\"")
    assert done.returncode == 2
    assert b"is no text" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [("--as-of", "0001-01-01"), ("--since", "0001-01-01T00:00:00+14:00"), ("--until", "9999-12-31")],
)
@pytest.mark.parametrize("command", ["last", "stale", "log", "awaiting"])
def test_a_moment_outside_of_time_is_none(ana: Household, command: str, option: str, value: str) -> None:
    if command == "stale" and option != "--as-of":
        pytest.skip("stale has no such option")
    outcome = ana.run(command, option, value)
    assert (outcome.code, "is no moment" in outcome.err) == (2, True)


@pytest.mark.parametrize("command", ["export", "backup"])
def test_a_device_is_never_replaced(ana: Household, command: str) -> None:
    pipe = ana.folder / "pipe"
    os.mkfifo(pipe)
    outcome = ana.run(command, "--force", str(pipe))
    assert (outcome.code, pipe.is_fifo()) == (2, True)
    assert "no regular file" in outcome.err


def test_the_database_of_another_program_is_left_alone(ana: Household) -> None:
    ana.database.unlink()
    with contextlib.closing(sqlite3.connect(ana.database)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.commit()
    before = ana.database.read_bytes()
    for command in ("sync", "contacts add X x@x.example", "check", "last", "status", "export"):
        outcome = ana.run(*command.split(), "--json")
        assert (outcome.code, outcome.out) == (1, ""), command
        assert "database of another program" in json.loads(outcome.err)["error"]["message"]
    assert ana.database.read_bytes() == before


def test_the_database_of_a_newer_version_is_left_alone(ana: Household) -> None:
    with contextlib.closing(sqlite3.connect(ana.database)) as log:
        log.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('lasttouch', 'later', '')"
        )
        log.commit()
    for command in ("sync", "last", "status", "backup copy.db", "doctor --offline"):
        outcome = ana.run(*command.split())
        assert (outcome.code, "newer lasttouch" in outcome.err) == (1, True), command


@pytest.mark.skipif(os.getuid() == 0 and shutil.which("setpriv") is None, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_can_be_read(ana: Household) -> None:
    caps = "-dac_override,-dac_read_search"
    humble = ["setpriv", "--bounding-set", caps, "--inh-caps", caps] if os.getuid() == 0 else []

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [*humble, sys.executable, "-m", "cli", *words, "--json"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    ana.folder.chmod(0o555)
    try:
        for command in ("last", "log", "status", "unmatched", "export"):
            assert (done := run(command)).returncode == 0, (command, done.stderr)
            assert "globex" in done.stdout or command in ("status", "unmatched")
        (ana.folder / "lasttouch.db.lock").chmod(0)
        for command in ("sync", "run"):
            done = run(command)
            assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (1, "database"), command
    finally:
        ana.folder.chmod(0o700)


def test_a_home_that_nobody_has_is_named(ana: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ana.folder / "config.toml"
    config.write_text(config.read_text().replace('"lasttouch.db"', '"~nobody-of-that-name/log.db"'))
    outcome = ana.run("last")
    assert (outcome.code, "no such home directory" in outcome.err) == (3, True)
    monkeypatch.setenv("LASTTOUCH_CONFIG", "~nobody-of-that-name/config.toml")
    assert "there is no configuration at" in ana.run("last").err


def test_a_configuration_with_a_byte_order_mark_is_read(ana: Household) -> None:
    config = ana.folder / "config.toml"
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())
    assert ana.run("last").code == 0
    config.write_bytes(config.read_text(encoding="utf-8-sig").encode("utf-16"))
    outcome = ana.run("last")
    assert (outcome.code, "no text in UTF-8" in outcome.err) == (3, True)
