"""An mbox that is read again: only what is new, and nothing missing, whatever happened to it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from file_log import NOW, SEPARATOR, FileLog, ids, in_mbox, just_written, mail
from hypothesis import given
from hypothesis import strategies as st

from capture.files import mbox, pacing


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox.mbox"


def test_an_unchanged_file_yields_nothing(inbox: Path) -> None:
    inbox.write_bytes(in_mbox(mail(1), mail(2)))
    log = FileLog(inbox)
    log.sync()
    assert log.sync() == []
    inbox.touch()
    assert log.new() == []


def test_only_what_was_added_is_read(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.write_bytes(in_mbox(*map(mail, range(100))))
    log = FileLog(inbox)
    log.sync()
    with inbox.open("ab") as file:
        file.write(in_mbox(mail(100), mail(101)))
    starts: list[int] = []
    original = mbox.MboxScan.__init__

    def noted(self: mbox.MboxScan, file: object, offset: int) -> None:
        starts.append(offset)
        original(self, file, offset)  # type: ignore[arg-type]

    monkeypatch.setattr(mbox.MboxScan, "__init__", noted)
    assert log.new() == ids(100, 101)
    assert starts[0] > len(in_mbox(*map(mail, range(99))))


@pytest.mark.parametrize("ending", [b"Hello", b"Hello\n", b"Hello\n\n", b"", b"Hello\n\nFrom", SEPARATOR[:40]])
def test_a_last_message_that_breaks_off_is_read_and_what_follows_is_not_lost(inbox: Path, ending: bytes) -> None:
    header = mail(2, body="")
    inbox.write_bytes(in_mbox(mail(1)) + SEPARATOR + header + ending)
    log = FileLog(inbox)
    assert log.new() == ids(1, 2)
    with inbox.open("ab") as file:
        file.write(b" and more\n\n" + in_mbox(mail(3)))
    assert log.new() == ids(3)


def test_prose_that_is_added_behind_empty_lines_is_no_message(inbox: Path) -> None:
    inbox.write_bytes(in_mbox(mail(1)) + b"\n" * 20)
    log = FileLog(inbox)
    log.sync()
    with inbox.open("ab") as file:
        file.write(b"From here on it is downhill\nMessage-ID: <9@x>\n\n")
    assert log.new() == []


def test_a_separator_that_was_half_written(inbox: Path) -> None:
    whole = in_mbox(mail(1), mail(2))
    for cut in range(len(in_mbox(mail(1))) - 3, len(in_mbox(mail(1))) + len(SEPARATOR)):
        log = FileLog(inbox)
        inbox.write_bytes(whole[:cut])
        just_written(inbox)
        log.sync()
        inbox.write_bytes(whole)
        assert log.new() == ids(2), cut


def test_half_a_header_waits_until_it_is_written(inbox: Path) -> None:
    whole = in_mbox(mail(1), mail(2))
    inbox.write_bytes(whole[: whole.index(b"<2@x>") + 2])
    just_written(inbox)
    log = FileLog(inbox)
    assert log.new() == ids(1)
    assert log.new() == []
    inbox.write_bytes(whole)
    assert log.new() == ids(2)


def test_half_a_header_that_stays_so_is_read(inbox: Path) -> None:
    inbox.write_bytes(in_mbox(mail(1)) + SEPARATOR + b"From: tom@widgets.example\nMessage-ID: <2@x>\nSubject: Lu")
    just_written(inbox)
    log = FileLog(inbox)
    assert log.new() == ids(1)
    log.now = NOW.replace(hour=13)
    assert log.new() == ids(2)
    assert log.new() == []


def test_a_compacted_file_is_read_from_its_start(inbox: Path) -> None:
    messages = [mail(n, body="x" * 3000 + "\n") for n in range(10)]
    inbox.write_bytes(in_mbox(*messages))
    log = FileLog(inbox)
    log.sync()
    inbox.write_bytes(in_mbox(*messages[:3], *messages[5:], mail(10), mail(11), mail(12, body="x" * 9000 + "\n")))
    assert set(ids(10, 11, 12)) <= set(log.new())


def test_a_truncated_file_is_read_from_its_start(inbox: Path) -> None:
    inbox.write_bytes(in_mbox(*map(mail, range(10))))
    log = FileLog(inbox)
    log.sync()
    inbox.write_bytes(in_mbox(mail(20)))
    assert log.new() == ids(20)
    inbox.write_bytes(b"")
    assert log.new() == []
    inbox.write_bytes(in_mbox(mail(21)))
    assert log.new() == ids(21)


def test_the_window_moves_on_and_nothing_is_read_twice(inbox: Path) -> None:
    inbox.write_bytes(in_mbox(mail(1)))
    log = FileLog(inbox)
    log.sync()
    log.since = date(2026, 1, 1)
    with inbox.open("ab") as file:
        file.write(in_mbox(mail(2)))
    assert log.new() == ids(2)


@pytest.mark.parametrize("cursor", ["", "x", "[]", '["files","2024-01-01",""]', "{}", "null", "3"])
def test_a_cursor_that_is_not_ours_begins_anew(inbox: Path, cursor: str) -> None:
    inbox.write_bytes(in_mbox(mail(1)))
    log = FileLog(inbox)
    log.cursors["inbox.mbox"] = cursor
    assert log.new() == ids(1)


_LINES = st.sampled_from(
    ["Hello", "", "", "From here on", ">From a@b.example Mon Mar 02 10:00:00 2026", "Fro", "Subject: x", "\x00", "é"]
)
_BODIES = st.lists(_LINES, max_size=8).map("\n".join)


@given(
    bodies=st.lists(_BODIES, min_size=1, max_size=8),
    newline=st.sampled_from([b"\n", b"\r\n"]),
    piece=st.sampled_from([60, 97, 1 << 20]),
    data=st.data(),
)
def test_a_file_read_while_it_grows_gives_every_message_once(
    bodies: list[str], newline: bytes, piece: int, data: st.DataObject
) -> None:
    whole = in_mbox(*(mail(n, body=body + "\n") for n, body in enumerate(bodies))).replace(b"\n", newline)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "PIECE", piece)
        inbox = Path(folder) / "inbox.mbox"
        log = FileLog(inbox)
        for cut in [*cuts, len(whole)]:
            inbox.write_bytes(whole[:cut])
            just_written(inbox)
            log.sync()
    assert log.messages == ids(*range(len(bodies)))


@given(count=st.integers(1, 40), at_once=st.integers(1, 7), stops=st.lists(st.integers(0, 5), max_size=4))
def test_a_pass_that_is_interrupted_goes_on_where_it_was(count: int, at_once: int, stops: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing, "BATCH_MESSAGES", at_once)
        inbox = Path(folder) / "inbox.mbox"
        inbox.write_bytes(in_mbox(*map(mail, range(count))))
        log = FileLog(inbox)
        for stop in stops:
            assert all(len(batch.items) <= at_once for batch in log.sync(stop))
        log.sync()
    assert log.messages == ids(*range(count))
