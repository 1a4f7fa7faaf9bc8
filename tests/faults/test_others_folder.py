"""Fault 29: root works beside a log in somebody else's folder, who has put links there."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import config_lines
from activity.errors import DatabaseError
from household import Household, ago, mail
from lasttouch.keeping.lock_file import LockFile

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be tricked so")
THEIRS = "lasttouch.db"
PRECIOUS = "root's own words\n"


@pytest.fixture
def grounds() -> Iterator[Path]:
    """A folder of root's that everybody may enter, as /var and /home are."""
    folder = Path(tempfile.mkdtemp(prefix="ltgr", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def precious(grounds: Path) -> Path:
    """A folder of root's that nobody else may write to, with a file in it."""
    folder = grounds / "etc"
    folder.mkdir(mode=0o755)
    (folder / "kept").write_text(PRECIOUS)
    return folder


@pytest.fixture
def theirs(grounds: Path) -> Path:
    """The folder of an ordinary user."""
    folder = grounds / "home"
    folder.mkdir(mode=0o700)
    _give(folder)
    return folder


@pytest.fixture
def ana(household: Household, tmp_path: Path, theirs: Path) -> Household:
    """A log in that folder, read from a mail file."""
    (tmp_path / "one.eml").write_bytes(mail("bob@globex.example", "ana@acme.example", ago(days=2), "one"))
    household.head = household.head.replace('"lasttouch.db"', f'"{theirs / THEIRS}"')
    household.database = theirs / THEIRS
    household.set_account("ana", config_lines.files(str(tmp_path / "one.eml")))
    return household


def _give(path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def _link(theirs: Path, name: str, to: Path) -> None:
    (theirs / name).symlink_to(to)
    _give(theirs / name)


def _listing(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("suffix", ["", ".lock", "-wal", "-shm", ".forgotten"])
@pytest.mark.parametrize("target", ["kept", "new"])
def test_a_link_in_place_of_a_file_of_ours_changes_nothing_elsewhere(
    ana: Household, theirs: Path, precious: Path, suffix: str, target: str
) -> None:
    _link(theirs, THEIRS + suffix, precious / target)
    for words in (["sync"], ["contacts", "add", "Bob", "bob@globex.example"], ["contacts", "forget", "bob", "--yes"]):
        ana.run(*words)
    assert _listing(precious) == {"kept": PRECIOUS}


def test_a_link_in_place_of_the_folder_changes_nothing_elsewhere(ana: Household, theirs: Path, precious: Path) -> None:
    _link(theirs, "sub", precious)
    ana.head = ana.head.replace(f"{theirs}/", f"{theirs}/sub/")
    ana.write_config()
    assert ana.run("sync").code == 1
    assert _listing(precious) == {"kept": PRECIOUS}


def test_a_copy_that_root_makes_in_anothers_folder_is_made_with_the_others_rights(
    ana: Household, theirs: Path, precious: Path
) -> None:
    ana.ok("sync")
    _link(theirs, f"copy.new-{os.getpid()}", precious / "kept")
    assert ana.run("backup", str(theirs / "copy")).code == 0
    assert ana.run("export", str(theirs / "log.jsonl")).code == 0
    assert _listing(precious) == {"kept": PRECIOUS}
    assert {(theirs / name).stat().st_uid for name in ("copy", "log.jsonl")} == {pwd.getpwnam("nobody").pw_uid}


def test_the_log_works_for_root_and_belongs_to_the_other(ana: Household, theirs: Path) -> None:
    ana.ok("sync")
    ana.ok("contacts", "add", "Bob", "bob@globex.example")
    assert ana.last("bob")["touches"] == 1
    assert {path.stat().st_uid for path in theirs.iterdir()} == {pwd.getpwnam("nobody").pw_uid}
    assert os.geteuid() == 0


def test_a_link_in_place_of_the_lock_file_takes_no_process_id(theirs: Path, precious: Path) -> None:
    _link(theirs, f"{THEIRS}.lock", precious / "kept")
    with pytest.raises(DatabaseError):
        LockFile(theirs / THEIRS).become_daemon()
    assert _listing(precious) == {"kept": PRECIOUS}
