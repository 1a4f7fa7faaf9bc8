"""Bytes of calendars: folded within characters, of several charsets in one file, with marks of byte
order anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_lines import END, PARIS, START, calendar, vevent

from capture.calendar.objects import strip
from capture.calendar.occurrences import expand
from capture.calendar.text import decoded
from capture.files.calendar_files import calendar_file, read_calendar_files

THREE = calendar(
    *(vevent("DTSTART:20260310T090000Z", f"SUMMARY:{title}", uid=title) for title in ("Größe", "Déjà", "Łódź"))
)


def titles(raw: bytes) -> list[str]:
    return [one.summary for one in expand(strip(decoded(raw)), START, END, PARIS).meetings]


def test_a_line_folded_within_a_character_is_whole_again() -> None:
    raw = THREE.encode()
    for at in range(len(raw)):
        if raw[at] & 0xC0 == 0x80:
            for fold in (b"\r\n ", b"\n\t", b"\r\r\n "):
                assert titles(raw[:at] + fold + raw[at:]) == ["Größe", "Déjà", "Łódź"]


def test_a_foreign_line_leaves_the_others_as_they_are() -> None:
    raw = THREE.encode().replace("Déjà".encode(), "Déjà".encode("cp1252"))
    assert titles(raw) == ["Größe", "Déjà", "Łódź"]
    assert titles(raw.replace("Größe".encode(), b"\x81\x9d")) == ["\ufffd\ufffd", "Déjà", "Łódź"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_of_another_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(THREE.encode(encoding))
    (batch,) = read_calendar_files("a", [calendar_file("a.ics", str(path), "drop")], None, "drop", True)
    assert [item.href for item in batch.items] == ["a.ics#Größe", "a.ics#Déjà", "a.ics#Łódź"]
    assert batch.skipped == []


def test_files_put_together_keep_their_marks_at_any_line() -> None:
    mark = "\ufeff"
    assert titles((mark + THREE + mark + THREE.replace("Größe", "Zwei")).encode()) == ["Größe", "Déjà", "Łódź", "Zwei"]
    assert titles(THREE.replace("\r\n", f"\r\n{mark}").encode()) == ["Größe", "Déjà", "Łódź"]
    assert titles(THREE.replace("SUMMARY", f"{mark}SUMMARY").encode()) == ["Größe", "Déjà", "Łódź"]


def test_a_file_of_bare_carriage_returns_with_one_line_feed_is_read() -> None:
    assert titles((THREE.replace("\r\n", "\r") + "\n").encode()) == ["Größe", "Déjà", "Łódź"]
