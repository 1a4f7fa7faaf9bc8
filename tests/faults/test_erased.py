"""Fault 20: whoever is forgotten is in no page of no file, and does not come back by any way there
is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from household import Household
from running_daemon import RunningDaemon, until

ERASED = (b"bob@globex", b"Bob")


def _hits(household: Household) -> list[str]:
    """On the disk, in free pages and the journal too; only the configuration and our own input may
    name them."""
    ours = {"config.toml", "contacts.csv"}
    files = [path for path in household.folder.iterdir() if path.is_file() and path.name not in ours]
    return [f"{path.name}: {word!r}" for path in files for word in ERASED if word in path.read_bytes()]


def _new_uidvalidity(household: Household, user: str, mailbox: str, validity: int) -> None:
    config = household.dovecot.base / "dovecot.conf"
    command = ["doveadm", "-c", str(config), "mailbox", "update", "-u", user, "--uid-validity", str(validity), mailbox]
    subprocess.run(command, check=True, capture_output=True)


def test_who_is_forgotten_beside_the_daemon_is_nowhere_and_stays_away(ana: Household, user: str) -> None:
    with RunningDaemon(ana.folder) as daemon:
        daemon.has_said("is watched")
        until(lambda: len(ana.contents()["activities"]) == 121 + 4)
        assert ana.last("bob")["touches"] > 0
        backup = ana.folder.parent / "before.db"
        ana.ok("backup", str(backup), "--force")
        ana.ok("contacts", "forget", "bob", "--yes")
        assert _hits(ana) == []  # while both files and the journal are open
        assert daemon.stopped() == 0
    assert _hits(ana) == []
    _new_uidvalidity(ana, user, "INBOX", 2_000_000_000)
    ana.ok("sync")
    assert _hits(ana) == []
    _restore(backup, ana.database)
    with RunningDaemon(ana.folder) as daemon:
        daemon.has_said("started: ", 2)
        assert daemon.stopped() == 0
    ana.ok("sync")
    assert ana.run("last", "bob@globex.example").code == 6
    assert _hits(ana) == []
    assert ana.ok("check")["differences"] == 0


def _restore(backup: Path, database: Path) -> None:
    """As docs/operations.md says."""
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(backup, database)
