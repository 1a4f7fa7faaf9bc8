"""Broken and unbounded events: bounded in time and memory, named, and their siblings go on."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from capture.calendar import guard
from capture.calendar.allowance import Allowance
from capture.calendar.content_lines import BrokenObject
from capture.calendar.first_look import first_look
from capture.calendar.objects import strip
from capture.calendar.occurrences import Expansion, expand

START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ALL_DAY_LONG = "BYHOUR={0};BYMINUTE={1};BYSECOND={1}".format(*(",".join(map(str, range(n))) for n in (24, 60)))
HOSTILE_ZONE = [
    "BEGIN:VTIMEZONE", "TZID:Evil", "BEGIN:STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0100", "RRULE:FREQ=SECONDLY", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T000000",
    "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=SECONDLY", "END:DAYLIGHT", "END:VTIMEZONE",
]  # fmt: skip
GOOD = ["BEGIN:VEVENT", "UID:good", "DTSTART:20260701T100000Z", "END:VEVENT"]


def expanded(*lines: str, before: list[str] | None = None) -> Expansion:
    bad = ["BEGIN:VEVENT", "UID:bad", *lines, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", *(before or []), *bad, *GOOD, "END:VCALENDAR", ""])
    began = time.monotonic()
    found = expand(text, START, END, BERLIN)
    assert time.monotonic() - began < 20
    return found


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["SUMMARY:x"], "no DTSTART"),
        (["DTSTART:"], "unreadable DTSTART"),
        (["DTSTART:20261332T100000Z"], "unreadable DTSTART"),
        (["DTSTART:P1D"], "unreadable DTSTART"),
        (["DTSTART:99991231T235959Z"], "a time in the year 9999"),
        (["DTSTART:00010101T000000Z"], "a time in the year 1"),
        (["DTSTART:20260101T000000Z", "DTEND:99991231T000000Z"], "a time in the year 9999"),
        (["DTSTART:20260101T000000Z", "DURATION:P999999D"], "a time in the year 4763"),
        (["DTSTART:20260101T000000Z", "DURATION:P99999999D"], "unreadable event"),
        (["DTSTART:20260101T000000Z", "SUMMARY:a\rb"], "a bare CR within a line"),
        (["DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY"], "RRULE with FREQ=SECONDLY"),
        (["DTSTART:20260101T000000Z", "RRULE:FREQ=MINUTELY;COUNT=3"], "RRULE with FREQ=MINUTELY"),
        (["DTSTART:20260101T000000Z", "RRULE:freq=daily;interval=0"], "RRULE with INTERVAL=0"),
        (["DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;INTERVAL=-1"], "RRULE with INTERVAL=-1"),
        (["DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;COUNT=0"], "RRULE with COUNT=0"),
        (["DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;UNTIL=soon"], "RRULE with an unreadable UNTIL"),
        (["DTSTART:20260101T000000Z", "RRULE:RSCALE=HEBREW;FREQ=YEARLY"], "RRULE in another calendar scale (RFC 7529)"),
        (["DTSTART:20260101T000000Z", "RRULE:nonsense"], "RRULE with FREQ="),
        (["DTSTART:20260101T000000Z", "EXDATE:nonsense", "RRULE:FREQ=DAILY"], "unreadable EXDATE"),
        (["DTSTART:20240101T000000Z", "RRULE:FREQ=HOURLY"], "more than 10000 occurrences"),
    ],
)
def test_a_broken_or_endless_event_is_named_and_the_others_go_on(lines: list[str], reason: str) -> None:
    found = expanded(*lines)
    assert [meeting.uid for meeting in found.meetings] == ["good"]
    assert [(skip.item, skip.reason) for skip in found.skipped] == [("bad", reason)]


@pytest.mark.parametrize("rule", [f"FREQ=DAILY;{ALL_DAY_LONG}", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"])
def test_an_endless_rule_is_stopped_at_one_bound_or_the_other(rule: str) -> None:
    found = expanded("DTSTART:20260101T000000Z", f"RRULE:{rule}")
    assert [meeting.uid for meeting in found.meetings] == ["good"]
    assert [skip.item for skip in found.skipped] == ["bad"]
    assert re.match("its rule (takes longer than 2 s|needs more than 200 MB) to expand", found.skipped[0].reason)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6"],
)
def test_a_rule_that_never_holds_leaves_its_start(rule: str) -> None:
    found = expanded("DTSTART:20260105T100000Z", f"RRULE:{rule}")
    assert [meeting.uid for meeting in found.meetings] == ["bad", "good"]


def test_a_daily_rule_of_a_hundred_years_is_read() -> None:
    found = expanded("DTSTART:19000101T100000Z", "RRULE:FREQ=DAILY")
    assert len(found.meetings) == 730 + 1
    assert found.skipped == []


def test_an_endless_zone_is_stopped() -> None:
    found = expanded("DTSTART;TZID=Evil:20260701T100000", before=HOSTILE_ZONE)
    assert ("bad", "its rule takes longer than 2 s to expand") in [(skip.item, skip.reason) for skip in found.skipped]


def _events(count: int, *lines: str) -> list[str]:
    return [line for n in range(count) for line in ("BEGIN:VEVENT", f"UID:{n}", *lines, "END:VEVENT")]


def _zones(count: int) -> list[str]:
    parts = "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:STANDARD"
    return [line for n in range(count) for line in ("BEGIN:VTIMEZONE", f"TZID:Z{n}", *parts, "END:VTIMEZONE")]


@pytest.mark.parametrize(
    "lines",
    [
        ["BEGIN:VEVENT", f"UID:a{' ' * 500_000}b", "DTSTART:20260701T100000Z", "END:VEVENT"],
        _events(1, "DTSTART:20260701T100000Z", f"ATTENDEE{';X=1' * 200_000}:mailto:a@b.example"),
        _events(3000, "DTSTART:20100701T100000Z", "RRULE:FREQ=DAILY"),
        [*_zones(5000), *_events(5000, "DTSTART;TZID=Z1:20260701T100000")],
        [*_zones(30_000), *_events(1, "DTSTART;TZID=Z29999:20260701T100000")],
        [*_events(1, "DTSTART:20260701T100000Z", "RRULE:FREQ=DAILY", *["EXDATE:20260801T100000Z"] * 100_000)],
        [*_events(50_000, "DTSTART:20260701T100000Z", "RECURRENCE-ID:20260701T100000Z")],
        [one for n in range(6000) for one in _events(1, "DTSTART:20260701", f"ORGANIZER:mailto:o{n}@b.example")],
    ],
    ids=["blanks", "parameters", "series", "zones", "zones of one", "exceptions", "overrides", "organizers"],
)
def test_what_is_written_to_take_long_does_not(lines: list[str]) -> None:
    """Each of these took from ten seconds to hours before it was bounded, or would if it were
    not."""
    began = time.process_time()
    text = strip("\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]))
    first_look(text)
    expand(text, START, END, BERLIN)
    assert time.process_time() - began < 20


def test_who_is_in_it_is_read_within_bounds() -> None:
    people = [f"ATTENDEE;CN={'x' * 100}:mailto:{n}@b.example" for n in range(12_000)]
    with pytest.raises(BrokenObject, match="more people"):
        strip("\r\n".join(["BEGIN:VCALENDAR", *_events(1, "DTSTART:20260701T100000Z", *people), "END:VCALENDAR", ""]))


def test_a_rule_that_eats_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SECONDS", 2.0)
    with pytest.raises(guard.Refused, match="MB"):
        guard.guarded(_series(f"RRULE:FREQ=DAILY;{ALL_DAY_LONG}"), START, END, BERLIN, 60, Allowance())


def test_after_a_stop_the_next_one_is_expanded() -> None:
    assert expanded("DTSTART:20260101T000000Z", f"RRULE:FREQ=DAILY;{ALL_DAY_LONG}").skipped
    assert len(expanded("DTSTART:20260101T000000Z", "RRULE:FREQ=HOURLY;COUNT=5").meetings) == 6


def test_threads_share_the_process() -> None:
    results: list[int] = []

    def work() -> None:
        results.append(len(expanded("DTSTART:20260101T000000Z", "RRULE:FREQ=HOURLY;COUNT=5").meetings))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [6] * 4


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """Neither by a program that ends, nor by one that is killed amid an endless rule."""
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, threading\n"
        f"sys.path.insert(0, {str(Path(guard.__file__).parents[2])!r})\n"
        "from datetime import UTC, datetime\nfrom zoneinfo import ZoneInfo\n"
        "from capture.calendar import guard\n"
        "utc = ZoneInfo('UTC')\n"
        "start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)\n"
        f"guard.guarded({_series('RRULE:FREQ=HOURLY;COUNT=5')!r}, start, end, utc, 2, guard.Allowance())\n"
        "once = guard.Allowance()\n"
        "print(guard._worker._process.pid, flush=True)\n"
        "if sys.argv[1] == 'killed':\n"
        f"    guard.guarded({_series('RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30')!r}, start, end, utc, 2, once)\n"
    )
    for way in ("ends", "killed"):
        process = subprocess.Popen([sys.executable, str(program), way], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        worker = int(process.stdout.readline())
        if way == "killed":
            process.kill()
        process.wait(20)
        process.stdout.close()
        deadline = time.monotonic() + 20
        while _lives(worker):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def _series(rule: str) -> str:
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:u", "DTSTART:20260101T000000Z", rule, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


COSTLY = f"RRULE:FREQ=DAILY;{ALL_DAY_LONG}"


def _object(uid: str, *lines: str) -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", *GOOD, "END:VCALENDAR", ""]
    )


def test_a_pass_gives_unusual_rules_so_much_time_and_no_more() -> None:
    """What is ordinary goes on, and what was given up is looked for again."""
    allowance = Allowance(seconds=0.5)
    began = time.monotonic()
    found = [
        expand(_object(f"bad{n}", "DTSTART:20260101T000000Z", COSTLY), START, END, BERLIN, allowance) for n in range(60)
    ]
    assert time.monotonic() - began < 20
    assert all([one.uid for one in each.meetings] == ["good"] for each in found)
    assert all(each.recurring for each in found)
    reasons = {each.skipped[0].reason for each in found[1:]}
    assert reasons == {"no time left of the 20 s that a pass has for unusual rules"}


def test_what_is_unusual_and_cheap_is_free() -> None:
    allowance = Allowance(seconds=0.01)
    lines = "DTSTART:20260101T000000Z", "RRULE:FREQ=YEARLY;BYDAY=-1FR"
    for _ in range(20):
        assert expand(_object("cheap", *lines), START, END, BERLIN, allowance).skipped == []


def test_no_object_keeps_more_zones_than_there_are() -> None:
    before = _zones(20_000)
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", *before, *_events(1, "DTSTART;TZID=Z5:20260701T100000"), "END:VCALENDAR", ""]
    )
    stripped = strip(text)
    assert stripped.count("BEGIN:VTIMEZONE") == stripped.count("END:VTIMEZONE") == 1000
    (meeting,) = expand(stripped, START, END, BERLIN).meetings
    assert (meeting.start.hour, meeting.warnings) == (8, ())


def test_memory_that_is_not_there_is_a_reason_to_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> Expansion:
        raise MemoryError

    monkeypatch.setattr("capture.calendar.occurrences.expand_here", exhausted)
    found = expand(_object("large", "DTSTART:20260101T000000Z"), START, END, BERLIN)
    assert [(skip.item, skip.reason) for skip in found.skipped] == [
        ("large", "there is no memory for it"),
        ("good", "there is no memory for it"),
    ]
