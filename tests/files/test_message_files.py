"""Maildirs and folders of .eml files: every message once, whenever it came and however it was
moved."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from file_log import NOW, FileLog, ids, just_written, mail, set_time, skips
from hypothesis import given
from hypothesis import strategies as st

from activity.envelope import Envelope
from capture.files import pacing

TWO_PAST = datetime(2026, 3, 2, 10, 2, 3, tzinfo=UTC)


def make_maildir(path: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True)
    return path


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    return make_maildir(tmp_path / "Maildir")


def test_new_and_current_messages(maildir: Path) -> None:
    (maildir / "new/1.host").write_bytes(mail(1))
    (maildir / "cur/2.host:2,S").write_bytes(mail(2))
    (maildir / "tmp/3.host").write_bytes(mail(3))
    log = FileLog(maildir)
    log.sync()
    assert sorted(log.messages) == ids(1, 2)
    assert log.places.keys() == {"Maildir"}
    assert log.sync() == []


def test_nothing_is_moved_or_changed(maildir: Path) -> None:
    (maildir / "new/1.host").write_bytes(mail(1))
    before = {path: path.stat().st_mtime_ns for path in maildir.rglob("*")}
    FileLog(maildir).sync()
    assert {path: path.stat().st_mtime_ns for path in maildir.rglob("*")} == before


def test_a_message_that_was_opened_is_known(maildir: Path) -> None:
    (maildir / "new/1.host").write_bytes(mail(1))
    log = FileLog(maildir)
    log.sync()
    (maildir / "new/1.host").rename(maildir / "cur/1.host:2,RS")
    assert log.new() == []


@pytest.mark.parametrize("mark", [":2,", ";2,", "!2,"])
def test_drafts_and_trashed_messages_wait_for_their_flag_to_go(maildir: Path, mark: str) -> None:
    (maildir / f"cur/1.host{mark}DS").write_bytes(mail(1))
    (maildir / f"cur/2.host{mark}ST").write_bytes(mail(2))
    (maildir / f"cur/3.host{mark}PRSF").write_bytes(mail(3))
    log = FileLog(maildir)
    assert log.new() == ids(3)
    (maildir / f"cur/2.host{mark}ST").rename(maildir / f"cur/2.host{mark}S")
    assert log.new() == ids(2)


def test_an_old_file_that_is_moved_in_is_found(maildir: Path, tmp_path: Path) -> None:
    (maildir / "cur/1.host:2,S").write_bytes(mail(1))
    log = FileLog(maildir)
    log.sync()
    (tmp_path / "aside").write_bytes(mail(2))
    set_time(tmp_path / "aside", datetime(2025, 3, 2, tzinfo=UTC))
    (maildir / "cur/1.host:2,S").unlink()
    (tmp_path / "aside").rename(maildir / "cur/2.host:2,S")
    set_time(maildir / "cur", datetime(2025, 3, 2, tzinfo=UTC))
    assert log.new() == ids(2)


def test_deleted_messages_do_not_stay_in_the_cursor(maildir: Path) -> None:
    log = FileLog(maildir)
    sizes = []
    for round_ in range(5):
        for n in range(20):
            (maildir / f"cur/{round_}-{n}.host:2,").write_bytes(mail(100 * round_ + n))
        log.sync()
        sizes.append(len(log.cursors["Maildir"]))
        for path in (maildir / "cur").iterdir():
            path.unlink()
    assert len(set(log.messages)) == 100
    assert max(sizes) == min(sizes)


def test_folders_of_maildir_plus_plus_and_nested_ones(maildir: Path) -> None:
    names = [".Sent", ".Sent.2025", ".Entw&APw-rfe", ".Trash", ".INBOX.Spam", ".Ablage &- Rest", "Clients/Widgets"]
    for n, name in enumerate(names):
        (make_maildir(maildir / name) / "cur" / f"{n}.host:2,S").write_bytes(mail(n))
    log = FileLog(maildir)
    log.sync()
    assert log.places == {
        "Maildir/Sent": {"<0@x>"},
        "Maildir/Sent/2025": {"<1@x>"},
        "Maildir/Ablage & Rest": {"<5@x>"},
        "Maildir/Clients/Widgets": {"<6@x>"},
    }


def test_folders_that_read_the_same_are_two_places(maildir: Path) -> None:
    for n, name in enumerate([".Sent", "Sent"]):
        (make_maildir(maildir / name) / "cur" / f"{n}.host:2,S").write_bytes(mail(n))
    log = FileLog(maildir)
    log.sync()
    assert log.places == {"Maildir/Sent": {"<0@x>"}, "Maildir/Sent (2)": {"<1@x>"}}
    assert log.sync() == []


def test_eml_files_at_any_depth(tmp_path: Path) -> None:
    folder = tmp_path / "Export"
    for n, name in enumerate(["a.eml", "2025/b.EML", "2025/Q1/c.eml", "2025/d.txt", "2025/.hidden.eml"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(mail(n))
    log = FileLog(folder)
    log.sync()
    assert log.places == {"Export": {"<0@x>"}, "Export/2025": {"<1@x>", "<3@x>"}, "Export/2025/Q1": {"<2@x>"}}
    assert log.sync() == []


def test_a_single_message(tmp_path: Path) -> None:
    path = tmp_path / "hello.eml"
    path.write_bytes(mail(1))
    log = FileLog(path)
    assert log.new() == ids(1)
    assert log.places.keys() == {"hello.eml"}
    assert log.sync() == []


def test_another_message_under_the_same_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "message.eml").write_bytes(mail(1))
    log = FileLog(tmp_path)
    log.sync()
    (tmp_path / "message.eml").write_bytes(mail(22))
    assert log.new() == ids(22)


def test_half_a_header_waits_until_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"From: tom@widgets.example\nTo: ana@ac")
    just_written(path)
    log = FileLog(path)
    assert log.sync() == [] or log.messages == []
    path.write_bytes(mail(1))
    assert log.new() == ids(1)


def test_a_message_may_be_all_header(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1, body="")[:-1])
    (tmp_path / "b.eml").write_bytes(mail(2, body="").rstrip())
    for name in ("a.eml", "b.eml"):
        set_time(tmp_path / name, NOW.replace(hour=1))
    just_written(tmp_path / "a.eml")
    assert sorted(FileLog(tmp_path).new()) == ids(1, 2)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
@pytest.mark.parametrize("before", [b"", b"\r\n\n", b"\xef\xbb\xbf", b"From a@b.example Mon Mar 2 10:00:00 2026\n"])
def test_line_ends_and_what_programs_put_before(tmp_path: Path, newline: bytes, before: bytes) -> None:
    body = "Subject: not the subject\n\nMessage-ID: <9@x>\n"
    (tmp_path / "a.eml").write_bytes((before + mail(1, body=body)).replace(b"\n", newline))
    (batch,) = FileLog(tmp_path).sync()
    (envelope,) = batch.items
    assert isinstance(envelope, Envelope)
    assert (envelope.message_id, envelope.subject) == ("<1@x>", "")
    assert envelope.from_[0].email == "tom@widgets.example"


def test_what_is_no_message_is_named_once(tmp_path: Path) -> None:
    contents = {"a.eml": b"", "b.eml": b"\x00\xff" * 1000, "c.eml": b"X-Long: " + b"a" * (3 << 20), "d.eml": mail(1)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    log = FileLog(tmp_path)
    no_header, long = "it has no header of a message", "its header is longer than 2,097,152 bytes"
    assert sorted(skips(log.sync())) == [("a.eml", no_header), ("b.eml", no_header), ("c.eml", long)]
    assert log.messages == ids(1)
    assert log.sync() == []


@pytest.mark.parametrize(
    "date", [b"", b"Date: 05/06/2026 10:00\n", b"Date: one of these days\n", b"Date: Thu, 1 Jan 1970 00:00:00 +0000\n"]
)
@pytest.mark.parametrize("folder", ["", "new", "cur"])
def test_a_message_without_a_readable_date_is_named_never_dated_by_its_file(
    tmp_path: Path, maildir: Path, folder: str, date: bytes
) -> None:
    file = maildir / folder / "1700000000.M1.host" if folder else tmp_path / "a.eml"
    file.write_bytes(b"From: tom@widgets.example\nMessage-ID: <1@x>\n" + date + b"\nHello\n")
    log = FileLog(tmp_path)
    assert skips(log.sync()) == [(file.name, "it has no readable date")]
    assert log.messages == []
    assert log.sync() == []


@pytest.mark.parametrize(
    ("lines", "arrival"),
    [
        (
            [
                "Received: from a.example by mx.acme.example",
                "\twith ESMTPS; Mon, 2 Mar 2026 11:02:03 +0100 (CET)",
                "Received: by a.example; Sun, 1 Mar 2026 09:00:00 +0000",
            ],
            TWO_PAST,
        ),
        (["Received: by a.example; some day"], None),
        (["Received: by a.example; Thu, 1 Jan 1970 00:00:00 +0000"], None),
        (["X-Received: by a.example; Mon, 2 Mar 2026 11:02:03 +0100"], None),
        (["Received: by a.example; some day", "Received: by b.example; Mon, 2 Mar 2026 10:02:03 +0000"], TWO_PAST),
        # without the semicolon, as some servers and programs write it
        (["Received: from a.example by mx.acme.example with SMTP Mon, 2 Mar 2026 10:02:03 +0000"], TWO_PAST),
        (["Received: by mx.acme.example id 17 Mon Mar  2 10:02:03 2026"], TWO_PAST),
        (["Received: by mx.acme.example on 2 Mar 2026 11:02:03 +0100 (CET)"], TWO_PAST),
        (["Received: by mx.acme.example (id 12 May 26)"], None),
        (["Received: by mx.acme.example; Mo, 2 März 2026 11:02:03 MEZ"], TWO_PAST),
    ],
)
def test_a_message_arrived_when_its_last_server_says_not_when_it_was_exported(
    tmp_path: Path, lines: list[str], arrival: datetime | None
) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1, *lines))
    set_time(tmp_path / "a.eml", NOW)
    (batch,) = FileLog(tmp_path).sync()
    assert isinstance(batch.items[0], Envelope)
    assert batch.items[0].internal_date == arrival


def test_an_earlier_day_reads_everything_again(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1, day="Mon, 02 Mar 2020"))
    set_time(tmp_path / "a.eml", datetime(2020, 3, 2, tzinfo=UTC))
    log = FileLog(tmp_path)
    assert log.new() == []
    log.since = log.since.replace(year=2019)
    assert log.new() == ids(1)
    log.since = log.since.replace(year=2025)
    assert log.new() == []


def test_an_interrupted_pass_does_not_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "BATCH_MESSAGES", 4)
    for n in range(40):
        (tmp_path / f"{n}.eml").write_bytes(mail(n))
    log = FileLog(tmp_path)
    log.sync(stop_after=8)
    assert 8 <= len(log.new()) <= 16
    assert set(log.messages) == set(ids(*range(40)))


@given(
    steps=st.lists(st.tuples(st.sets(st.integers(0, 30)), st.integers(0, 5)), min_size=1, max_size=5),
    at_once=st.integers(1, 7),
    suffix=st.sampled_from(["maildir", "eml"]),
)
def test_a_folder_that_changes_between_interrupted_passes(
    steps: list[tuple[set[int], int]], at_once: int, suffix: str
) -> None:
    """Messages come, go and come back; whatever is there when a pass is not interrupted was
    read."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing, "BATCH_MESSAGES", at_once)
        folder = make_maildir(Path(name) / "box") / "cur" if suffix == "maildir" else Path(name)
        ending = ":2,S" if suffix == "maildir" else ".eml"
        log = FileLog(Path(name) / "box" if suffix == "maildir" else Path(name))
        for present, stop in steps:
            for n in range(31):
                path = folder / f"{n}{ending}"
                if n in present and not path.exists():
                    path.write_bytes(mail(n))
                elif n not in present:
                    path.unlink(missing_ok=True)
            log.sync(stop or None)
            if not stop:
                assert set(ids(*present)) <= set(log.messages)
        assert len(log.new()) <= len(steps[-1][0])
        assert set(ids(*steps[-1][0])) <= set(log.messages)
        assert log.new() == []


def emlx(number: int, flags: int, *lines: str, plist: str = "") -> bytes:
    message = mail(number, *lines)
    listed = plist or f'<plist version="1.0"><dict><key>flags</key><integer>{flags}</integer></dict></plist>'
    return f"{len(message):<10}\n".encode() + message + b'<?xml version="1.0" encoding="UTF-8"?>\n' + listed.encode()


def test_apple_mails_library_is_read(tmp_path: Path) -> None:
    for number, name in enumerate(
        [
            "INBOX.mbox/Messages/12.emlx",
            "INBOX.mbox/0A1B/Data/1/2/Messages/21014.partial.emlx",
            "Sent Messages.mbox/Messages/3.emlx",
            "Drafts.mbox/Messages/4.emlx",
            "Deleted Messages.mbox/Messages/5.emlx",
            "Junk.mbox/0A1B/Data/Messages/6.emlx",
            "Outbox.mbox/Messages/7.emlx",
        ]
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(emlx(number, 0x1))
    log = FileLog(tmp_path)
    log.sync()
    assert sorted(log.messages) == ids(0, 1, 2)
    assert log.sync() == []


@pytest.mark.parametrize(
    ("flags", "found"),
    [(0, True), (0x1 | 0x4, True), (1 << 25, True), (1 << 1, False), (1 << 6, False), (1 << 24 | 1, False)],
)
def test_flags_of_apple_mail(tmp_path: Path, flags: int, found: bool) -> None:
    (tmp_path / "1.emlx").write_bytes(emlx(1, flags))
    assert FileLog(tmp_path).new() == (ids(1) if found else [])


@pytest.mark.parametrize("plist", ["<plist", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "bplist00\x00", "<a/>", " "])
def test_a_broken_list_of_apple_mail_costs_no_message(tmp_path: Path, plist: str) -> None:
    (tmp_path / "1.emlx").write_bytes(emlx(1, 0, plist=plist))
    (tmp_path / "2.emlx").write_bytes(mail(2))
    (tmp_path / "3.emlx").write_bytes(b"99999999999\n" + mail(3))
    assert sorted(FileLog(tmp_path).new()) == ids(1, 2, 3)


@pytest.mark.parametrize(
    "line",
    [
        "X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0; DSN=0; uuencode=0",
        "X-Mozilla-Status: 0009",
        "X-Mozilla-Status: 0801",
        "X-Mozilla-Status2: 00200000",
    ],
)
def test_what_thunderbird_has_not_sent_or_has_deleted(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1, line))
    (tmp_path / "b.eml").write_bytes(mail(2, "X-Mozilla-Status: 0001", "X-Mozilla-Status2: 10000000"))
    (tmp_path / "c.eml").write_bytes(mail(3, body=f"{line}\n"))
    assert sorted(FileLog(tmp_path).new()) == ids(2, 3)
