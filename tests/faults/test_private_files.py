"""Fault 18: with umask 000, every file we make is for its owner alone."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon_words import is_in_the_log
from household import Household
from lasttouch.service import systemd
from running_daemon import RunningDaemon


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def _open_to_others(folder: Path, given: set[Path]) -> list[str]:
    made = [path for path in folder.rglob("*") if path not in given]
    wanted = {path: 0o700 if path.is_dir() else 0o600 for path in made}
    return [f"{path}: {path.stat().st_mode:o}" for path in made if stat.S_IMODE(path.stat().st_mode) != wanted[path]]


@pytest.mark.usefixtures("no_umask")
def test_every_command_makes_private_files(ana: Household, monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    ana.head = ana.head.replace("lasttouch.db", "new/folder/lasttouch.db")
    ana.database = ana.folder / "new" / "folder" / "lasttouch.db"
    ana.write_config()
    given = set(ana.folder.rglob("*"))
    ana.ok("sync")
    ana.ok("contacts", "add", "Bob", "bob@globex.example")
    for words in (["export"], ["backup"]):
        assert ana.run(*words, str(ana.folder / f"{words[0]}.out")).code == 0
    ana.ok("contacts", "forget", "bob", "--yes")
    monkeypatch.setenv("MAIL_PASSWORD", ana.dovecot.password)
    other = ana.folder / "home" / "of" / "config.toml"
    begun = ana.run(
        "init", "--config", str(other), "--address", "ana@acme.example", "--imap-host", "127.0.0.1", "--imap-port",
        str(ana.dovecot.port), "--security", "none", "--username", user, "--password-env", "MAIL_PASSWORD",
        "--no-caldav", "--no-test", "--no-sync", "--yes",
    )  # fmt: skip
    assert begun.code == 0, begun.err
    with RunningDaemon(ana.folder, umask=0) as daemon:
        daemon.has_said("is watched")
        given.add(daemon.log_file)  # the shell's, not ours
        kept = {path.name for path in ana.database.parent.iterdir()}
        suffixes = ("", "-wal", "-shm", ".lock", ".forgotten")
        assert kept >= {f"lasttouch.db{suffix}" for suffix in suffixes}
        assert (ana.folder / "backup.out.forgotten").exists() or (ana.folder / "backup.out").exists()
        assert other.exists()
        assert _open_to_others(ana.folder, given) == []
        assert daemon.stopped() == 0


def test_doctor_warns_of_what_others_can_read(ana: Household) -> None:
    ana.ok("sync")
    config = ana.folder / "config.toml"
    assert _warnings(ana) == set()
    config.chmod(0o640)
    assert _warnings(ana) == {"configuration-private"}
    ana.database.chmod(0o644)
    assert _warnings(ana) == {"configuration-private", "database-private"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_the_group_of_the_system_service_may_read_its_configuration(
    ana: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "USER", "nogroup")
    config = ana.folder / "config.toml"
    config.chmod(0o640)
    os.chown(config, 0, grp.getgrnam("nogroup").gr_gid)
    assert "configuration-private" not in _warnings(ana)
    config.chmod(0o644)
    assert "configuration-private" in _warnings(ana)
    config.chmod(0o660)
    assert "configuration-private" in _warnings(ana)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_what_root_makes_beside_the_log_is_for_the_owner_of_the_folder(ana: Household) -> None:
    """Or the service could not start any more after root has run a command."""
    folder = ana.folder / "log"
    folder.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    ana.head = ana.head.replace("lasttouch.db", "log/lasttouch.db")
    ana.write_config()
    ana.ok("sync")
    ana.ok("contacts", "add", "Bob", "bob@globex.example")
    ana.ok("contacts", "forget", "bob", "--yes")
    files = list(folder.iterdir())
    assert {path.name for path in files} >= {f"lasttouch.db{suffix}" for suffix in ("", ".lock", ".forgotten")}
    assert {(path.stat().st_uid, path.stat().st_gid) for path in files} == {(nobody.pw_uid, nobody.pw_gid)}


def _warnings(household: Household) -> set[str]:
    findings = household.ok("doctor", "--offline")
    return {one["check"] for one in findings if one["check"].endswith("-private") and one["status"] == "warning"}


@pytest.mark.usefixtures("no_umask")
def test_a_backup_beside_the_daemon_is_private_while_it_is_written(ana: Household) -> None:
    with RunningDaemon(ana.folder, umask=0) as daemon:
        is_in_the_log(ana, "a1")
        assert ana.run("backup", str(ana.folder / "b.db")).code == 0
        assert stat.S_IMODE((ana.folder / "b.db").stat().st_mode) == 0o600
        assert daemon.stopped() == 0
