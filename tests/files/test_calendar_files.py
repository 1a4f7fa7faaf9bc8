"""Calendar files: an object a UID, changed ones again, and removals only where they are certain."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest
from file_log import FileLog, skips
from hypothesis import given
from hypothesis import strategies as st

from activity.meeting import CalendarObject
from capture.files import calendar_files

ZONE = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE"""


def event(uid: str, *lines: str, summary: str = "Lunch of {uid}", start: str = "DTSTART:20260302T100000Z") -> str:
    uid_line = [f"UID:{uid}"] if uid else []
    return "\n".join(
        [
            "BEGIN:VEVENT",
            *uid_line,
            start,
            f"SUMMARY:{summary.format(uid=uid)}",
            "DESCRIPTION:never kept",
            *lines,
            "END:VEVENT",
        ]
    )


def calendar(*parts: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]).replace("\r\n", "\n")


def write(path: Path, *parts: str) -> Path:
    """Write a calendar, such that its time tells that it changed."""
    path.write_text(calendar(*parts))
    return path


def many(count: int) -> list[str]:
    return [event(f"{n}@x") for n in range(count)]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work.ics"


def test_a_published_calendar_is_one_object_a_uid(work: Path) -> None:
    weekly = event("b@x", "RRULE:FREQ=WEEKLY", start="DTSTART;TZID=Here:20260302T100000")
    moved = event("b@x", "RECURRENCE-ID;TZID=Here:20260309T100000", start='DTSTART;TZID="There":20260309T110000')
    zones = [ZONE.format(name=name) for name in ("Here", "There", "Elsewhere")]
    write(work, "X-WR-TIMEZONE:Europe/Berlin", *zones, event("a@x"), weekly, event("c@x"), moved)
    log = FileLog(work)
    (batch,) = log.sync()
    assert batch.place == "work.ics"
    assert log.objects.keys() == {"work.ics#a@x", "work.ics#b@x", "work.ics#c@x"}
    series = log.objects["work.ics#b@x"].text
    assert series.count("BEGIN:VEVENT") == 2
    assert re.findall("TZID:(.*)\r", series) == ["Here", "There"]
    assert "X-WR-TIMEZONE:Europe/Berlin" in series
    assert "VTIMEZONE" not in log.objects["work.ics#a@x"].text
    assert "never kept" not in series
    assert log.sync() == []


def test_several_calendars_in_one_file(work: Path) -> None:
    work.write_text(
        calendar(ZONE.format(name="Here"), event("a@x"))
        + calendar(
            event("a@x", "RECURRENCE-ID:20260302T100000Z"), event("b@x", start="DTSTART;TZID=Here:20260302T100000")
        )
    )
    log = FileLog(work)
    log.sync()
    assert log.objects["work.ics#a@x"].text.count("BEGIN:VEVENT") == 2
    assert "TZID:Here" in log.objects["work.ics#b@x"].text


def test_only_what_changed_comes_again(work: Path) -> None:
    write(work, *many(10))
    log = FileLog(work)
    log.sync()
    write(work, *many(9), event("9@x", summary="Supper"), event("10@x"))
    (batch,) = log.sync()
    assert [item.href for item in batch.items] == ["work.ics#9@x", "work.ics#10@x"]
    assert batch.removed == []
    work.touch()
    assert [batch.items for batch in log.sync()] == [[]]


def test_a_meeting_that_is_gone_from_its_file_is_removed(work: Path) -> None:
    write(work, *many(10))
    log = FileLog(work)
    log.sync()
    write(work, *many(3))
    log.sync()
    assert log.objects.keys() == {f"work.ics#{n}@x" for n in range(3)}
    write(work)
    log.sync()
    assert log.objects == {}


def test_private_meetings_are_dropped_or_lose_their_summary(work: Path) -> None:
    write(work, event("a@x", summary="Secret"), event("b@x"))
    log = FileLog(work)
    log.sync()
    write(work, event("a@x", "CLASS:PRIVATE", summary="Secret"), event("b@x"))
    (batch,) = log.sync()
    assert [(item.href, item.text) for item in batch.items if isinstance(item, CalendarObject)] == [
        ("work.ics#a@x", "")
    ]
    assert batch.removed == []  # nor does it say that it was deleted
    assert log.objects.keys() == {"work.ics#b@x"}
    assert log.sync() == []
    log.private_events = "time-only"
    log.sync()
    assert log.objects.keys() == {"work.ics#a@x", "work.ics#b@x"}
    assert "Secret" not in log.objects["work.ics#a@x"].text


@pytest.mark.parametrize("uid", ["", "u" * 5000])
def test_events_without_a_usable_uid_stay_apart(work: Path, uid: str) -> None:
    write(work, event(uid, summary="Lunch"), event(uid + "b" if uid else "", summary="Supper"))
    log = FileLog(work)
    log.sync()
    assert len(log.objects) == 2
    assert all(len(href) < 300 for href in log.objects)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>Sign in</html>", "no VCALENDAR in it"),
        (b"", "no VCALENDAR in it"),
        (b"\x00" * 10_000, "no VCALENDAR in it"),
        (calendar(*many(2))[:-20].encode(), "it breaks off before its end"),
    ],
)
def test_what_is_no_whole_calendar_removes_nothing(work: Path, content: bytes, reason: str) -> None:
    write(work, *many(10))
    log = FileLog(work)
    log.sync()
    work.write_bytes(content)
    assert ("work.ics", reason) in skips(log.sync())
    assert len(log.objects) == 10
    assert log.sync() == []
    write(work, *many(9))
    log.sync()
    assert len(log.objects) == 9


def test_a_file_that_lost_all_its_many_meetings_is_an_error(work: Path) -> None:
    write(work, *many(10))
    log = FileLog(work)
    log.sync()
    for _ in range(2):
        write(work)
        (batch,) = log.sync()
        assert batch.error is not None
        assert batch.error.message == "work.ics holds no meeting where there were 10; none was removed"
        assert batch.error.hint
    assert len(log.objects) == 10


def test_a_folder_that_lost_all_its_files_is_an_error(tmp_path: Path) -> None:
    for n in range(5):
        write(tmp_path / f"{n}.ics", event(f"{n}@x"))
    log = FileLog(tmp_path)
    log.sync()
    for n in range(5):
        (tmp_path / f"{n}.ics").unlink()
    (batch,) = log.sync()
    assert batch.error is not None
    assert "where there were 5 meetings; none was removed" in batch.error.message
    assert len(log.objects) == 5


def test_files_of_a_folder_come_change_and_go(tmp_path: Path) -> None:
    folder = tmp_path / "Calendars"
    (folder / "home").mkdir(parents=True)
    write(folder / "a.ics", event("a@x"))
    write(folder / "home/b.ICS", event("b@x"))
    log = FileLog(folder)
    (batch,) = log.sync()
    assert batch.place == "Calendars/*.ics"
    assert log.objects.keys() == {"a.ics#a@x", "home/b.ICS#b@x"}
    (folder / "a.ics").unlink()
    write(folder / "c.ics", event("c@x"))
    (batch,) = log.sync()
    assert ([item.href for item in batch.items], batch.removed) == (["c.ics#c@x"], ["a.ics#a@x"])


def test_a_meeting_another_file_still_shows_is_shown_there_before_it_is_removed(tmp_path: Path) -> None:
    write(tmp_path / "a.ics", event("a@x"), event("b@x"))
    write(tmp_path / "b.ics", event("a@x"))
    log = FileLog(tmp_path)
    log.sync()
    (tmp_path / "a.ics").unlink()
    (batch,) = log.sync()
    assert [item.href for item in batch.items] == ["b.ics#a@x"]
    assert batch.removed == ["a.ics#a@x", "a.ics#b@x"]


def test_what_an_interrupted_pass_found_gone_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_files, "BATCH_OBJECTS", 1)
    write(tmp_path / "a.ics", event("a@x"), event("b@x"))
    log = FileLog(tmp_path)
    log.sync()
    write(tmp_path / "a.ics", event("a@x"))
    write(tmp_path / "b.ics", event("c@x"), event("d@x"))
    log.sync(stop_after=1)
    log.sync()
    assert log.objects.keys() == {"a.ics#a@x", "b.ics#c@x", "b.ics#d@x"}


def test_one_broken_event_does_not_harm_the_others(work: Path) -> None:
    broken = event("b@x", "BEGIN:VALARM").replace("END:VEVENT", "")
    write(work, event("a@x"), broken, event("c@x"))
    log = FileLog(work)
    assert [item for item, _ in skips(log.sync())] == ["work.ics#b@x"]
    assert log.objects.keys() == {"work.ics#a@x", "work.ics#c@x"}


def test_a_file_over_the_cap_is_named(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_files, "FILE_BYTES", 1 << 20)
    write(work, event("a@x"), "X-LONG:" + "a" * (1 << 20))
    log = FileLog(work)
    assert skips(log.sync()) == [("work.ics", "it is larger than 1 MB")]
    assert log.sync() == []


def test_zones_are_not_copied_without_bound(work: Path) -> None:
    huge = ZONE.format(name="Here").replace("END:STANDARD", "RDATE:19710101T000000\n" * 20_000 + "END:STANDARD")
    write(work, huge, *(event(f"{n}@x", start="DTSTART;TZID=Here:20260302T100000") for n in range(500)))
    log = FileLog(work)
    log.sync()
    assert len(log.objects) == 500
    assert sum(len(one.text) for one in log.objects.values()) < 1 << 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_charsets(work: Path, encoding: str) -> None:
    work.write_bytes(calendar(event("a@x", summary="Brötchen")).encode(encoding))
    log = FileLog(work)
    log.sync()
    assert "SUMMARY:Brötchen" in log.objects["work.ics#a@x"].text


def test_a_calendar_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_text(calendar(event("a@x")))
    log = FileLog(path)
    log.sync()
    assert log.objects.keys() == {"export#a@x"}


_CONTENTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["Lunch of {uid}", "Supper of {uid}"]))


@given(
    states=st.lists(
        st.tuples(st.dictionaries(st.sampled_from(["1", "2", "3"]), _CONTENTS), st.integers(0, 4)), max_size=5
    ),
    at_once=st.integers(1, 3),
)
def test_after_a_whole_pass_the_log_holds_what_the_files_hold(
    states: list[tuple[dict[str, dict[str, str]], int]], at_once: int
) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendar_files, "BATCH_OBJECTS", at_once)
        patch.setattr(calendar_files, "MANY", 1000)
        folder = Path(name)
        log = FileLog(folder)
        tick = 0
        for files, stop in [*states, *[(files, 0) for files, _ in states[-1:]]]:
            for path in folder.iterdir():
                path.unlink()
            for file, contents in files.items():
                tick += 1
                write(folder / f"{file}.ics", *(event(uid, summary=summary) for uid, summary in contents.items()))
                os.utime(folder / f"{file}.ics", ns=(tick, tick))
            log.sync(stop or None)
        held = {href: re.findall("SUMMARY:(.*)\r", item.text)[0] for href, item in log.objects.items()}
        expected = states[-1][0] if states else {}
        assert held == {
            f"{file}.ics#{uid}": s.format(uid=uid) for file, contents in expected.items() for uid, s in contents.items()
        }


@pytest.mark.parametrize(
    ("defined", "named"),
    [
        ("GMT+05:30", "GMT+05:30"),
        ("(UTC-03:00) Here", "(UTC-03:00) Here"),
        (r"(UTC-03:00) Here\, There", '"(UTC-03:00) Here, There"'),
        ("Here", '"Here"'),
    ],
)
def test_an_object_keeps_the_zones_it_names_however_they_are_written(work: Path, defined: str, named: str) -> None:
    write(work, ZONE.format(name=defined), event("a@x", start=f"DTSTART;TZID={named}:20260302T100000"))
    log = FileLog(work)
    log.sync()
    assert f"TZID:{defined}" in log.objects["work.ics#a@x"].text


def test_what_an_earlier_version_read_is_read_once_more(work: Path) -> None:
    """It may have kept what is no meeting, or left out somebody."""
    write(work, event("a@x"))
    log = FileLog(work)
    log.sync()
    (place,) = log.cursors
    earlier = log.cursors[place].replace('"private_events=drop;2"', '"drop"')
    assert earlier != log.cursors[place]
    log.cursors[place] = re.sub('(?<="a@x":)"[^"]*"', '"of other content"', earlier)
    (batch,) = log.sync()
    assert [item.href for item in batch.items if isinstance(item, CalendarObject)] == ["work.ics#a@x"]
    assert batch.removed == []
    assert log.sync() == []
