"""Fault 3: no room, a disk that fails, a database that another process keeps; the cursor is never
ahead of the rows."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import cli
from daemon_words import is_in_the_log
from household import Household, ago, mail
from lasttouch.daemon import reading
from running_daemon import ROOT, RunningDaemon
from store.database import open_for_writing

KEPT_SECONDS = 7  # longer than SQLite's own 5 s, which holds where nobody asks for more


def _sync_in_a_child(prepare: Callable[[], None]) -> tuple[int, str]:
    """Its exit code, and what it said on standard error."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            sys.stdout, sys.stderr = io.StringIO(), os.fdopen(theirs, "w")
            prepare()
            code = cli.run(["sync"])
            sys.stderr.flush()
        finally:
            os._exit(code)
    os.close(theirs)
    with os.fdopen(ours) as said:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.read()


def _room_for(pages: int) -> Callable[[], None]:
    """A database that may not grow beyond so many pages: to SQLite a full disk."""
    connect = sqlite3.connect

    def prepare() -> None:
        def limited(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **options)
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

        sqlite3.connect = limited  # type: ignore[misc,assignment]

    return prepare


def _writes_fail_behind(size: int) -> Callable[[], None]:
    """Files may not grow beyond so many bytes: to SQLite a disk that fails."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("trouble", ["full", "failing"])
def test_when_the_disk_is_full_or_fails_nothing_is_lost(ana: Household, trouble: str) -> None:
    before = ana.database.read_bytes()
    ana.ok("sync")
    whole = ana.contents()
    failed = 0
    needed = ana.database.stat().st_size - len(before)
    for share in range(8):
        for path in ana.folder.glob("lasttouch.db*"):
            path.unlink()
        ana.database.write_bytes(before)
        size = needed * share // 8
        prepare = _room_for((len(before) + size) // 4096) if trouble == "full" else _writes_fail_behind(size)
        code, said = _sync_in_a_child(prepare)
        assert "Traceback" not in said
        if code:
            failed += 1
            assert (code, "the database" in said) == (1, True), said
            assert ("free some space" if trouble == "full" else "the disk") in said, said
        ana.ok("sync")
        assert ana.contents() == whole, size
    assert failed >= 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A file system of 3 MB, None where we may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", str(folder)]
    mounted = os.getuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("left", [0, 100, 200, 500])
def test_a_disk_that_is_full_at_the_start_is_told_of_and_nothing_half_made_is_a_log(
    ana: Household, small_disk: Path | None, left: int
) -> None:
    if small_disk is None:
        pytest.skip("no file system may be mounted here")
    ana.head = ana.head.replace('"lasttouch.db"', f'"{small_disk / "new.db"}"')
    ana.write_config()
    (small_disk / "new.db").touch(0o600)
    _fill(small_disk, left)
    outcome = ana.run("sync")
    assert outcome.code == 1
    assert "free some space" in outcome.err
    for words in (["last"], ["status"], ["doctor", "--offline"]):
        outcome = ana.run(*words)
        assert "no such table" not in outcome.out + outcome.err
        assert "rollback" not in outcome.err
    (small_disk / "filler").unlink()
    ana.database = small_disk / "new.db"
    ana.ok("sync")
    assert ana.contents()["activities"]


def _fill(folder: Path, left: int = 0) -> None:
    """So that so many KB are left."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb") as filler:
        while True:
            filler.write(b"x" * 4096)
            filler.flush()
    os.truncate(folder / "filler", (folder / "filler").stat().st_size - (left << 10))


def test_the_daemon_goes_on_when_there_is_room_again(ana: Household, user: str, small_disk: Path | None) -> None:
    """On a file system that is full, where one can be mounted; else where files may not grow."""
    if small_disk is not None:
        ana.head = ana.head.replace("lasttouch.db", str(small_disk / "lasttouch.db"))
        ana.write_config()
        ana.database = small_disk / "lasttouch.db"
        ana.import_contacts("Bob,bob@globex.example,Globex")
    assert timedelta(minutes=1) >= reading.LATER
    with RunningDaemon(ana.folder, pause=1.5) as daemon:
        daemon.has_said("is watched")
        is_in_the_log(ana, "a1")
        if small_disk is not None:
            _fill(small_disk)
        else:
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        new = [mail("bob@globex.example", "ana@acme.example", ago(minutes=n), f"new{n}") for n in range(400)]
        ana.dovecot.append(user, "INBOX", new)
        daemon.has_said("cannot be used")
        failed = daemon.log.count("cannot be used")
        ana.dovecot.append(user, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=1), "last")])
        daemon.has_said("cannot be used", failed + 1)  # now no news will come, but the time of the next attempt
        assert ("free some space" if small_disk is not None else "the disk") in daemon.log
        if small_disk is not None:
            (small_disk / "filler").unlink()
        else:
            limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, limits)
        for message_id in ("last", "new399", "new0"):
            is_in_the_log(ana, message_id)
        assert "Traceback" not in daemon.log
        assert daemon.stopped() == 0
    ana.ok("sync")
    assert ana.ok("check")["differences"] == 0
    assert ana.last("bob")["touches"] == 121 + 2 + 401


def test_a_database_kept_for_half_a_minute_is_waited_for(ana: Household, user: str) -> None:
    """By the daemon and by a command beside it, each with something of its own to store.

    It is kept for a shorter while here; what all writers wait is looked up.
    """
    with contextlib.closing(open_for_writing(ana.database)) as writer:
        assert writer.execute("PRAGMA busy_timeout").fetchone()[0] > 30_000
    command = [sys.executable, str(ROOT / "cli.py"), "contacts", "add", "Eve", "eve@hooli.example"]
    with (
        RunningDaemon(ana.folder) as daemon,
        contextlib.closing(sqlite3.connect(ana.database, isolation_level=None)) as other,
    ):
        daemon.has_said("is watched")
        is_in_the_log(ana, "a1")
        other.execute("BEGIN IMMEDIATE")
        ana.dovecot.append(user, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=1), "new")])
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as adding:
            time.sleep(KEPT_SECONDS)  # the fault itself
            assert adding.poll() is None
            other.execute("ROLLBACK")
            assert (adding.wait(60), adding.stderr.read() if adding.stderr else "") == (0, "")
        is_in_the_log(ana, "new")
        assert "a mistake of ours" not in daemon.log
        assert daemon.stopped() == 0
    ana.ok("sync")  # the calendar too, if its turn had not come yet
    assert ana.ok("check")["differences"] == 0
    assert ana.last("bob")["touches"] == 121 + 2 + 1
