"""The messages of an mbox: where each begins and ends."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from file_log import NOW, SEPARATOR, FileLog, ids, in_mbox, just_written, mail, skips
from hypothesis import given, settings
from hypothesis import strategies as st

from activity.envelope import Envelope
from capture.files.separators import is_separator, separator_date


def envelopes(log: FileLog) -> list[Envelope]:
    return [item for batch in log.sync() for item in batch.items if isinstance(item, Envelope)]


def write(tmp_path: Path, content: bytes, name: str = "inbox.mbox") -> FileLog:
    (tmp_path / name).write_bytes(content)
    return FileLog(tmp_path / name)


def test_every_message_with_its_header_and_when_it_was_taken_in(tmp_path: Path) -> None:
    first, second = envelopes(write(tmp_path, in_mbox(mail(1, "Subject: Lunch"), mail(2))))
    assert (first.message_id, first.subject, first.from_[0].email) == ("<1@x>", "Lunch", "tom@widgets.example")
    assert first.internal_date == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert second.message_id == "<2@x>"


@pytest.mark.parametrize(
    ("line", "date"),
    [
        (b"From a@b.example Mon Mar  2 10:00:00 2026", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (b"From 1758@xxx Mon Mar 02 10:00:00 +0000 2026", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (b"From a@b.example Mon Mar  2 10:00:00 2026 +0200", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        (b"From a@b.example Mon Mar  2 10:00:00 PST 2026", datetime(2026, 3, 2, 18, tzinfo=UTC)),
        (b"From - Mon Mar  2 10:00 2026\r", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (b'From "Tom at home"@b.example  Mon Mar  2 10:00:00 2026', datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (b"From a!b Mon Mar  2 10:00:00 2026 remote from b", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (b"From a@b.example Mon, 2 Mar 2026 10:00:00 +0100", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        (b"From Mon Mar  2 10:00:00 2026", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (b"From ???@??? Thu Jan 01 00:00:00 1970", None),
        (b"From a Tue Jan 01 00:00:00 1980", None),
        (b"From a Mon Feb 31 10:00:00 2026", None),
    ],
)
def test_separators_as_programs_write_them(line: bytes, date: datetime | None) -> None:
    assert is_separator(line)
    assert separator_date(line) == date


@pytest.mark.parametrize(
    "line",
    [
        b"From here on it is downhill.",
        b"From what Tom said on Mon Mar 2 10:00:00 2026 we should go",
        b"From 10:00 to 12:00",
        b"From a@b.example",
        b"From a@b.example Mon Mar  2",
        b"From " + b"a" * 2000 + b" Mon Mar  2 10:00:00 2026",
    ],
)
def test_prose_is_no_separator(tmp_path: Path, line: bytes) -> None:
    body = "Look:\n\n" + line.decode() + "\nSubject: not a header\n\nBye\n"
    log = write(tmp_path, in_mbox(mail(1, body=body), mail(2)))
    assert log.new() == ids(1, 2)


def test_a_separator_stands_behind_an_empty_line(tmp_path: Path) -> None:
    body = "He wrote:\n" + SEPARATOR.decode() + mail(9).decode()
    assert write(tmp_path, in_mbox(mail(1, body=body), mail(2))).new() == ids(1, 2)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_line_ends(tmp_path: Path, newline: bytes) -> None:
    content = in_mbox(*(mail(n, "Subject: Lunch") for n in range(5))).replace(b"\n", newline)
    assert [(e.message_id, e.subject) for e in envelopes(write(tmp_path, content))] == [
        (name, "Lunch") for name in ids(*range(5))
    ]


def test_one_file_may_hold_several_line_ends(tmp_path: Path) -> None:
    content = in_mbox(mail(1)) + in_mbox(mail(2)).replace(b"\n", b"\r\n") + in_mbox(mail(3))
    assert write(tmp_path, content).new() == ids(1, 2, 3)


@pytest.mark.parametrize("ending", ["", "\n", "\n\n", "\n\n\n"])
def test_what_content_length_spans_is_body(tmp_path: Path, ending: str) -> None:
    body = "Forwarded:\n\n" + in_mbox(mail(9)).decode()
    spanned = mail(1, f"Content-Length: {len(body)}", body=body)
    content = b"".join(SEPARATOR + one + ending.encode() for one in (spanned, mail(2)))
    assert write(tmp_path, content).new() == ids(1, 2)
    assert write(tmp_path, in_mbox(mail(0)) + SEPARATOR + spanned + ending.encode()).new() == ids(0, 1)


@pytest.mark.parametrize("length", ["0", "3", "999999", "99999999999999", "-1", "5 5"])
def test_a_wrong_content_length_hides_nothing(tmp_path: Path, length: str) -> None:
    content = in_mbox(mail(1, f"Content-Length: {length}", body="Hello there\n"), mail(2), mail(3))
    assert write(tmp_path, content).new() == ids(1, 2, 3)


def test_a_message_larger_than_what_is_held_at_once(tmp_path: Path) -> None:
    large = "The quick brown fox\n" * 200_000
    by_length = mail(2, f"Content-Length: {len(large)}", body=large)
    assert write(tmp_path, in_mbox(mail(1, body=large), by_length, mail(3))).new() == ids(1, 2, 3)


@pytest.mark.parametrize("before", [b"", b"\n\n", b"\xef\xbb\xbf", b"some junk\n\n"])
def test_what_stands_before_the_first_message_is_passed_over(tmp_path: Path, before: bytes) -> None:
    assert write(tmp_path, before + in_mbox(mail(1), mail(2))).new() == ids(1, 2)


@pytest.mark.parametrize("content", [b"no mail\n", b"x", b"\x00" * 5000, b"\n" * 5000, b"From: t@w.example\n\nHi\n"])
def test_a_file_without_any_message_is_named(tmp_path: Path, content: bytes) -> None:
    log = write(tmp_path, content)
    assert skips(log.sync()) == [("inbox.mbox", "there is no message in it")]
    assert log.sync() == []


def test_an_empty_mailbox_is_no_fault(tmp_path: Path) -> None:
    log = write(tmp_path, b"")
    assert skips(log.sync()) == []
    (tmp_path / "inbox.mbox").write_bytes(in_mbox(mail(1)))
    assert log.new() == ids(1)


def test_a_message_without_header_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    log = write(tmp_path, in_mbox(mail(1), b"\njust text\n", mail(2)))
    assert skips(log.sync()) == [(f"message at byte {len(in_mbox(mail(1)))}", "it has no header of a message")]
    assert log.messages == ids(1, 2)


def test_a_header_over_2_mb_is_skipped_and_named(tmp_path: Path) -> None:
    long = mail(2, "X-Long: " + "a" * (2 << 20))
    endless = SEPARATOR + b"To: " + b"b@c.example, " * 300_000 + b"\n\n" + SEPARATOR.replace(b"tom", b"tim") + mail(3)
    log = write(tmp_path, in_mbox(mail(1), long) + endless)
    reasons = skips(log.sync())
    assert log.messages == ids(1, 3)
    assert [reason for _, reason in reasons] == ["its header is longer than 2,097,152 bytes"] * 2


def test_a_last_header_without_end_is_named_too(tmp_path: Path) -> None:
    log = write(tmp_path, in_mbox(mail(1)) + SEPARATOR + b"X-Long: " + b"a" * (3 << 20))
    just_written(tmp_path / "inbox.mbox")
    assert [reason for _, reason in skips(log.sync())] == ["its header is longer than 2,097,152 bytes"]
    assert log.sync() == []


def test_messages_older_by_all_their_dates_are_passed_over(tmp_path: Path) -> None:
    old = SEPARATOR.replace(b"2026", b"2020")
    content = b"".join(
        separator + message + b"\n"
        for separator, message in [
            (old, mail(1, day="Mon, 02 Mar 2020")),
            (old, mail(2)),
            (SEPARATOR, mail(3, day="Mon, 02 Mar 2020")),
            (old, mail(4, day="gibberish")),
            (SEPARATOR.replace(b"2026", b"1970"), mail(5, day="Mon, 02 Mar 2020")),
            (SEPARATOR.replace(b"2026", b"1970"), mail(6)),
        ]
    )
    log = write(tmp_path, content)
    assert log.new() == ids(2, 3, 6)
    log.since = log.since.replace(year=2010)
    assert log.new() == ids(1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    "line",
    [
        "X-Gmail-Labels: Spam,Unread",
        "X-Gmail-Labels: Opened,Trash",
        'x-gmail-labels: Inbox,"Drafts"',
        "X-Gmail-Labels: =?UTF-8?Q?Entw=C3=BCrfe,Ge=C3=B6ffnet?=",
        "X-Gmail-Labels: =?UTF-8?Q?Ge=C3=B6ffnet,?=\n =?UTF-8?Q?Papierkorb?=",
        "X-Status: T",
    ],
)
def test_drafts_spam_and_trash_of_an_export_are_left_out(tmp_path: Path, line: str) -> None:
    log = write(tmp_path, in_mbox(mail(1, "X-GM-THRID: 17", line), mail(2)))
    assert log.new() == ids(2)


@pytest.mark.parametrize(
    "line",
    [
        "X-Gmail-Labels: Inbox,No Spam please,Clients/Trash",
        "Subject: X-Gmail-Labels: Spam",
        "X-Status: RA",
        "X-Gmail-Labels:",
    ],
)
def test_other_labels_do_not_matter(tmp_path: Path, line: str) -> None:
    assert write(tmp_path, in_mbox(mail(1, line))).new() == ids(1)


def test_a_date_no_program_means_is_not_taken_for_the_arrival(tmp_path: Path) -> None:
    (envelope,) = envelopes(write(tmp_path, SEPARATOR.replace(b"2026", b"1970") + mail(1)))
    assert envelope.internal_date is None
    assert envelope.date is not None
    assert envelope.date < NOW


def test_a_separator_without_a_date_leaves_it_to_the_last_server(tmp_path: Path) -> None:
    received = "Received: by mx.acme.example; Mon, 02 Mar 2026 11:00:05 +0000"
    (envelope,) = envelopes(write(tmp_path, SEPARATOR.replace(b"2026", b"1970") + mail(1, received)))
    assert envelope.internal_date == datetime(2026, 3, 2, 11, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("line", ["From ", "From -", "From - ", "From ???@???", "From tom@widgets.example"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_separators_without_a_date(tmp_path: Path, line: str, newline: bytes) -> None:
    def separated(*messages: bytes) -> bytes:
        return b"".join(line.encode() + b"\n" + message + b"\n" for message in messages)

    prose = mail(2, body=f"Hello\n\n{line}\nwhat: is no header\n\n{line}\n\nFrom: nobody\n")
    log = write(tmp_path, separated(mail(1), prose, mail(3)).replace(b"\n", newline))
    assert log.new() == ids(1, 2, 3)
    with (tmp_path / "inbox.mbox").open("ab") as file:
        file.write(separated(mail(4)).replace(b"\n", newline))
    assert log.new() == ids(4)


@given(st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_file_with_bare_separators_may_grow_at_any_byte(cut: int) -> None:
    whole = b"".join(b"From \n" + mail(number) + b"\n" for number in (1, 2, 3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inbox.mbox"
        path.write_bytes(whole[:cut])
        just_written(path)
        log = FileLog(path)
        first = log.new()
        path.write_bytes(whole)
        assert sorted({*first, *log.new()}) == ids(1, 2, 3)


def test_new_and_old_separators_of_one_program(tmp_path: Path) -> None:
    content = b"From - Mon Mar  2 10:00:00 2026\n" + mail(1) + b"\nFrom \n" + mail(2) + b"\n"
    assert write(tmp_path, content).new() == ids(1, 2)
