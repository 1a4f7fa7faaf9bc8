"""Paths as users configure them: mixed folders, missing ones, and what hostile hands put there."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_log import SEPARATOR, FileLog, ids, in_mbox, mail, skips
from test_calendar_files import calendar, event

from activity.errors import SourceError, Unreachable
from capture.files.names import readable
from capture.files.opening import open_regular


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that users other than the one who runs the tests can read."""
    path = Path(tempfile.mkdtemp(prefix="lasttouch-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@contextlib.contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Root may read everything; nobody may not."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def errors(log: FileLog) -> dict[str, SourceError]:
    return {batch.place: batch.error for batch in log.sync() if batch.error}


def test_a_folder_with_everything_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "Takeout"
    (folder / "Mail/old").mkdir(parents=True)
    (folder / "Mail/All mail Including Spam and Trash.mbox").write_bytes(in_mbox(mail(1)))
    (folder / "Mail/All mail.mbox").write_bytes(in_mbox(mail(2)))
    (folder / "Mail/Archive").write_bytes(in_mbox(mail(3)))
    (folder / "Mail/Archive.msf").write_bytes(in_mbox(mail(90)))
    (folder / "Mail/README").write_bytes(b"Not mail. From me.\n")
    (folder / "Mail/old/a.eml").write_bytes(mail(4))
    (folder / "work.ics").write_text(calendar(event("a@x")))
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    log = FileLog(folder)
    assert skips(log.sync()) == []
    assert log.places == {
        "Takeout/Mail/All mail Including Spam and Trash.mbox": {"<1@x>"},
        "Takeout/Mail/All mail.mbox": {"<2@x>"},
        "Takeout/Mail/Archive": {"<3@x>"},
        "Takeout/Mail/old": {"<4@x>"},
    }
    assert log.objects.keys() == {"work.ics#a@x"}
    assert log.sync() == []


@pytest.mark.parametrize(
    "name",
    [
        "Trash.mbox",
        "Drafts",
        "Junk.mbx",
        "SPAM",
        "Entwürfe.mbox",
        "Entwu\u0308rfe",
        "Gelöschte  Elemente",
        "Trash.sbd/2024",
    ],
)
def test_drafts_junk_and_trash_are_left_out(tmp_path: Path, name: str) -> None:
    path = tmp_path / "profile" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(in_mbox(mail(1)))
    (tmp_path / "profile/Inbox").write_bytes(in_mbox(mail(2)))
    assert FileLog(tmp_path / "profile").new() == ids(2)


def test_the_user_may_leave_out_mailboxes_and_all_below(tmp_path: Path) -> None:
    for n, name in enumerate(["Private.mbox", "Clients/Widgets", "Clients/Other", "private/deep/box"]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(in_mbox(mail(n)))
    assert FileLog(tmp_path, exclude=["private", "clients/w*"]).new() == ids(2)


def test_brackets_in_what_is_left_out_are_a_name(tmp_path: Path) -> None:
    for n, name in enumerate(["[Gmail]/Notes", "Gmail", "g"]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(in_mbox(mail(n)))
    assert sorted(FileLog(tmp_path, exclude=["[gmail]"]).new()) == ids(1, 2)


def test_a_trash_folder_asked_for_by_name_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "Trash.mbox"
    path.write_bytes(in_mbox(mail(1)))
    log = FileLog(path)
    assert "holds trash, which is never read" in errors(log)["Trash.mbox"].message
    assert log.messages == []


def test_a_missing_path_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(in_mbox(mail(1)))
    log = FileLog(tmp_path / "gone", tmp_path / "nul\0", tmp_path / "inbox")
    found = errors(log)
    assert found.keys() == {"gone", "nul\\x00"}
    assert isinstance(found["gone"], Unreachable)
    assert found["gone"].message == f"{tmp_path}/gone does not exist"
    assert found["gone"].hint
    assert log.messages == ids(1)


def test_two_paths_of_one_name_are_two_places(tmp_path: Path) -> None:
    for n, folder in enumerate(["a", "b"]):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Mail").write_bytes(in_mbox(mail(n)))
    log = FileLog(tmp_path / "a/Mail", tmp_path / "b/Mail", tmp_path / "a/../a/Mail")
    log.sync()
    assert log.places == {"Mail": {"<0@x>"}, "Mail (2)": {"<1@x>"}}
    assert log.sync() == []


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "Mail"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/again").symlink_to(folder)
    (folder / "itself.eml").symlink_to("itself.eml")
    (folder / "itself.mbox").symlink_to("itself.mbox")
    (folder / "dangling.eml").symlink_to("nowhere")
    (folder / "sub/a.eml").write_bytes(mail(1))
    (folder / "sub/b.eml").symlink_to("a.eml")
    log = FileLog(folder)
    batches = log.sync()
    assert log.messages == ids(1, 1)
    assert skips(batches) == [("itself.eml", "cannot be read: Too many levels of symbolic links")]
    assert [batch.place for batch in batches if batch.error] == ["Mail/itself.mbox"]


def test_devices_sockets_and_pipes_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "Mail"
    (folder / "cur").mkdir(parents=True)
    (folder / "new").mkdir()
    for name in ("pipe", "pipe.mbox", "pipe.eml", "pipe.ics", "cur/pipe"):
        os.mkfifo(folder / name)
    for name in ("null.eml", "zero.mbox"):
        (folder / name).symlink_to("/dev/zero")
    (folder / "folder.eml").mkdir()
    (folder / "folder.mbox").mkdir()
    (folder / "folder.mbox/mbox").write_bytes(in_mbox(mail(1)))
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(folder / "socket"))
        log = FileLog(folder, folder / "pipe")
        batches = log.sync()
    assert log.places == {"Mail/folder.mbox/mbox": {"<1@x>"}}
    assert [batch.place for batch in batches if batch.error] == ["pipe"]
    assert skips(batches) == []


def test_what_may_not_be_read_is_named_and_the_rest_is_read(public_folder: Path) -> None:
    for name in ("locked.eml", "open.eml"):
        (public_folder / name).write_bytes(mail(1))
    for name in ("locked.mbox", "locked"):
        (public_folder / name).write_bytes(in_mbox(mail(2)))
    (public_folder / "folder").mkdir()
    for name in ("locked.eml", "locked.mbox", "locked", "folder"):
        (public_folder / name).chmod(0)
    log = FileLog(public_folder)
    with as_ordinary_user():
        batches = log.sync()
    denied = "cannot be read: Permission denied"
    assert sorted(skips(batches)) == [("locked", denied), ("locked.eml", denied)]
    assert {batch.place.rpartition("/")[2] for batch in batches if batch.error} == {"locked.mbox", "folder"}
    assert log.messages == ids(1)
    for name in ("locked.eml", "locked.mbox", "folder"):
        (public_folder / name).chmod(0o755)
    with as_ordinary_user():
        assert sorted(log.new()) == ids(1, 2)


@pytest.mark.parametrize("locked", ["team", "work.ics"])
def test_calendars_that_cannot_be_reached_are_not_removed(public_folder: Path, locked: str) -> None:
    (public_folder / "team").mkdir()
    (public_folder / "home.ics").write_text(calendar(event("a@x")))
    (public_folder / "work.ics").write_text(calendar(event("a@x"), event("b@x")))
    (public_folder / "team/team.ics").write_text(calendar(event("a@x"), event("c@x")))
    log = FileLog(public_folder)
    log.sync()
    (public_folder / locked).chmod(0)
    (public_folder / "home.ics").unlink()
    with as_ordinary_user():
        assert len(errors(log)) == 1
    assert len(log.objects) == 5
    (public_folder / locked).chmod(0o755)
    assert errors(log) == {}
    assert len(log.objects) == 4


def test_nothing_waits_for_the_writer_of_a_pipe(tmp_path: Path) -> None:
    """One may have been put in the place of a file that was just looked at."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(str(tmp_path / "pipe"))


@pytest.mark.parametrize(
    "name", [b"\xff\xfe", b"new\nline", b"\x1b[2J", "naïve ☃".encode(), b"' OR 1=1 --", b"-rf", b"a" * 200]
)
def test_special_names(tmp_path: Path, name: bytes) -> None:
    for suffix, content in ((b".mbox", in_mbox(mail(1))), (b".ics", calendar(event("a@x")).encode())):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name + suffix)).write_bytes(content)
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d" + name))
    folder.mkdir()
    (folder / os.fsdecode(name + b".eml")).write_bytes(mail(2))
    log = FileLog(tmp_path)
    log.sync()
    assert log.messages == ids(2, 1) or log.messages == ids(1, 2)
    for text in (*log.places, *log.objects, *log.cursors, *log.cursors.values()):
        assert text.encode("utf-8").decode().isprintable()
    assert log.sync() == []


def test_names_that_differ_stay_different() -> None:
    names = ["a", "a\n", "a\x1b", os.fsdecode(b"a\xff"), os.fsdecode(b"a\xfe"), "ä"]
    assert len(set(map(readable, names))) == len(names)


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"\x1f\x8b\x08gzip", b"\x00" * 100])
def test_a_file_that_is_neither_mail_nor_calendar_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "takeout").write_bytes(content)
    error = errors(FileLog(tmp_path / "takeout"))["takeout"]
    assert "holds neither mail nor a calendar" in error.message
    assert error.hint == "unpack archives first"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("takeout.zip", b"PK\x03\x04", "an archive"),
        ("mail.pst", b"!BDN", "an Outlook data file"),
        ("backup", b"!BDN\x00", "an Outlook data file"),
        ("INBOX.mbx", b"*mbx*\r\n3dc1", "a mailbox in the MBX format"),
    ],
)
def test_mail_in_a_form_nobody_here_reads_is_named(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / "Mail").mkdir()
    (tmp_path / "Mail" / name).write_bytes(content)
    error = errors(FileLog(tmp_path / "Mail" / name))[name]
    assert f"{name} is {kind}, which cannot be read" in error.message
    log = FileLog(tmp_path / "Mail")
    (batch,) = log.sync()
    assert [skip.reason for skip in batch.skipped] == [f"not read: {kind}; {error.hint}"]
    assert log.sync() == []
    (tmp_path / "Mail" / name).unlink()
    (batch,) = log.sync()
    assert batch.holds == frozenset()
    assert log.sync() == []


def test_files_of_a_kind_are_named_together(tmp_path: Path) -> None:
    for number in range(1200):
        (tmp_path / f"{number}.msg").write_bytes(b"\xd0\xcf\x11\xe0")
    log = FileLog(tmp_path)
    each = "not read: an Outlook message each, 1,200 files; export them as mbox or .eml"
    assert skips(log.sync()) == [("*.msg", each)]
    (tmp_path / "0.msg").unlink()
    assert skips(log.sync()) == [("*.msg", each.replace("1,200", "1,199"))]


def test_an_mh_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "Mail/inbox").mkdir(parents=True)
    for number in (1, 2, 17):
        (tmp_path / f"Mail/inbox/{number}").write_bytes(mail(number))
    (tmp_path / "Mail/inbox/18").write_bytes(b"shopping list\n")
    (tmp_path / "Mail/inbox/README").write_bytes(b"Note: this is no mail\n")
    log = FileLog(tmp_path / "Mail")
    log.sync()
    assert log.places == {"Mail/inbox": set(ids(1, 2, 17))}
    assert log.sync() == []


@pytest.mark.parametrize(
    "name", ["Outbox", "Postausgang.mbox", "postponed-msgs", "Templates", "Unsent Messages", "Queue", "boîte d'envoi"]
)
def test_what_waits_to_be_sent_is_left_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "Mail").mkdir()
    (tmp_path / "Mail" / name).write_bytes(in_mbox(mail(1)))
    (tmp_path / "Mail/Sent").write_bytes(in_mbox(mail(2)))
    folder = name.removesuffix(".mbox")
    for number, part in enumerate((f"tree/{folder}", f".{folder}/new"), 3):
        if not part.startswith(".postponed"):
            (tmp_path / "Mail" / part).mkdir(parents=True)
            (tmp_path / "Mail" / part / "1.eml").write_bytes(mail(number))
    assert FileLog(tmp_path / "Mail").new() == ids(2)


@pytest.mark.parametrize("parts", [("new",), ("cur",), ("new", "cur"), ("new", "tmp")])
def test_a_maildir_may_lack_a_folder(tmp_path: Path, parts: tuple[str, ...]) -> None:
    for part in parts:
        (tmp_path / "Box" / part).mkdir(parents=True)
    (tmp_path / "Box" / parts[0] / "1700000000.M1.host").write_bytes(mail(1))
    assert FileLog(tmp_path / "Box").new() == ids(1)


def test_folders_too_deep_for_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1))
    here = os.open(tmp_path, os.O_RDONLY)
    name = "d" * 200
    for _ in range(40):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    log = FileLog(tmp_path)
    assert len(errors(log)) == 1
    assert log.messages == ids(1)


@pytest.mark.parametrize(
    ("start", "size"),
    [
        (in_mbox(mail(1)), 300 << 20),
        (SEPARATOR + b"Subject: x", 300 << 20),
        (b"From nobody", 300 << 20),
        (in_mbox(mail(1)) + b"\nFrom ", 100 << 20),
    ],
)
def test_endless_lines_take_little_memory(tmp_path: Path, start: bytes, size: int) -> None:
    path = tmp_path / "inbox.mbox"
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)  # a hole, read as NULs
        file.seek(size)
        file.write(b"\n\n" + in_mbox(mail(2)))
    log = FileLog(path)
    tracemalloc.start()
    try:
        log.sync()
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
    assert log.messages[-1:] == ids(2)
