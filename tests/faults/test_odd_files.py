"""Files in place of the log that are none, or none any more: told in the words a user needs."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
from pathlib import Path

import pytest

from activity.errors import DatabaseInUse
from household import Household, ago, mail
from lasttouch.keeping.lock_file import LockFile, daemon_pid, lock_path


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    household.receive(user, mail("bob@globex.example", "ana@acme.example", ago(days=2), "one"))
    return household


@pytest.mark.parametrize("words", [["sync"], ["last"], ["status"]])
def test_a_pipe_in_place_of_the_log_is_no_file(ana: Household, words: list[str]) -> None:
    os.mkfifo(ana.database, 0o600)
    outcome = ana.run(*words)
    assert outcome.code == 1
    assert "is no regular file" in outcome.err
    assert "database" in outcome.err


@pytest.mark.parametrize("words", [["sync"], ["last"], ["contacts", "add", "Bob", "bob@globex.example"]])
def test_a_log_that_was_emptied_is_not_begun_anew_in_silence(ana: Household, words: list[str]) -> None:
    ana.ok("sync")
    ana.database.write_bytes(b"")
    outcome = ana.run(*words)
    assert outcome.code == 1
    assert "is empty, and it was in use before" in outcome.err
    assert "restore a backup" in outcome.err
    assert ana.database.stat().st_size == 0


def test_a_first_sync_that_broke_off_before_the_log_was_filled_begins_anew(ana: Household) -> None:
    ana.database.touch(0o600)
    assert ana.ok("sync")["accounts"][0]["new"] == 1


@pytest.mark.parametrize("at", [0, 100, 4096, 20_000])
def test_a_damaged_log_is_called_damaged(ana: Household, at: int) -> None:
    ana.ok("sync")
    with ana.database.open("r+b") as file:
        file.seek(at)
        file.write(os.urandom(4096))
    for words in (["sync"], ["last"], ["today"], ["check"]):
        outcome = ana.run(*words)
        assert "internal error" not in outcome.err
        if outcome.code:
            assert str(ana.database) in outcome.err
            assert "hint:" in outcome.err


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_stands_in_place_of_the_lock_file_is_named(ana: Household, kind: str) -> None:
    ana.ok("sync")
    path = lock_path(ana.database)
    path.unlink()
    path.mkdir() if kind == "folder" else path.symlink_to(ana.folder / "config.toml")
    before = (ana.folder / "config.toml").read_bytes()
    outcome = ana.run("sync")
    assert outcome.code == 1
    assert f"the lock file {path} cannot be opened" in outcome.err
    assert (ana.folder / "config.toml").read_bytes() == before
    path.rmdir() if kind == "folder" else path.unlink()
    ana.ok("sync")


@pytest.mark.parametrize("written", ["-1", "0", "1", "kill", "", "99999999999999999999999", "12 34"])
def test_what_stands_in_the_lock_file_is_no_process_to_kill(tmp_path: Path, written: str) -> None:
    path = tmp_path / "lasttouch.db"
    lock_path(path).write_text(written)
    reading, writing = os.pipe()
    holder = os.fork()
    if holder == 0:
        with lock_path(path).open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
            os.write(writing, b"x")
            signal.pause()
    try:
        os.read(reading, 1)
        assert daemon_pid(path) is None
        with pytest.raises(DatabaseInUse, match="process unknown") as refused:
            LockFile(path).become_daemon(0)
        assert "kill" not in refused.value.hint
    finally:
        os.kill(holder, 9)
        os.waitpid(holder, 0)


def test_doctor_tells_of_what_others_can_write_to(ana: Household) -> None:
    ana.ok("sync")
    assert _writable(ana) == set()
    config = ana.folder / "config.toml"
    config.chmod(0o602)
    assert _writable(ana) == {"configuration-writable"}
    config.chmod(0o600)
    before = stat.S_IMODE(ana.folder.stat().st_mode)
    ana.folder.chmod(0o777)
    assert _writable(ana) == {"configuration-writable", "database-writable"}
    ana.folder.chmod(0o1777)
    assert _writable(ana) == set()
    ana.folder.chmod(before)


def _writable(household: Household) -> set[str]:
    outcome = household.run("doctor", "--offline", "--json")
    return {one["check"] for one in outcome.json if one["check"].endswith("-writable") and one["status"] == "warning"}
