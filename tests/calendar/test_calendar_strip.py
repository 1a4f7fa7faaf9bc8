"""What is kept of a calendar object, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.calendar.content_lines import BrokenObject
from capture.calendar.objects import strip
from capture.calendar.occurrences import expand

BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*lines: str, newline: str = "\r\n") -> str:
    return newline.join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def vevent(*lines: str, uid: str = "u") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]


def planned(text: str) -> list[tuple[str, str, str]]:
    found = expand(text, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), BERLIN)
    assert found.skipped == []
    return [(meeting.recurrence, meeting.status, meeting.summary) for meeting in found.meetings]


FULL = calendar(
    "X-WR-CALNAME:secret name", "METHOD:PUBLISH", "X-WR-TIMEZONE:Europe/Paris",
    "BEGIN:VTIMEZONE", "TZID:Own", "X-LIC-LOCATION:secret", "BEGIN:STANDARD", "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD", "END:VTIMEZONE",
    *vevent(
        "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Own:20261122T100000", "DURATION:PT1H", "SUMMARY:Lunch",
        "CLASS:PUBLIC", "DESCRIPTION:secret", "LOCATION:secret", "ATTACH:secret", "URL:secret", "X-FOO:secret",
        "ORGANIZER:mailto:o@b.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", "STATUS:CONFIRMED",
        "SEQUENCE:2", "LAST-MODIFIED:20260102T000000Z",
        "BEGIN:VALARM", "SUMMARY:secret", "ATTENDEE:mailto:secret@b.example", "TRIGGER:-PT5M", "END:VALARM",
    ),
    "BEGIN:VTODO", "UID:secret", "SUMMARY:secret", "END:VTODO",
)  # fmt: skip


def test_only_what_judging_needs_is_kept() -> None:
    assert strip(FULL) == "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:PUBLISH", "X-WR-TIMEZONE:Europe/Paris",
        "BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Own:20261122T100000", "DURATION:PT1H", "SUMMARY:Lunch", "CLASS:PUBLIC",
        "ORGANIZER:mailto:o@b.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", "STATUS:CONFIRMED",
        "SEQUENCE:2", "LAST-MODIFIED:20260102T000000Z", "END:VEVENT", "END:VCALENDAR", "",
    ]).replace("UID:u\r\n", "UID:u\r\nDTSTAMP:20260101T000000Z\r\n")  # fmt: skip


def test_stripping_twice_changes_nothing() -> None:
    assert strip(strip(FULL)) == strip(FULL)


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\r\r\n"])
def test_any_line_ends_and_folds_and_a_mark_of_byte_order_are_read(newline: str) -> None:
    text = "\ufeff" + calendar(*vevent("DTSTART:20261122T10", " 0000Z", "SUMMARY:Grü", "\tße"), newline=newline)
    assert planned(strip(text)) == [("", "", "Grüße")]


def test_without_events_nothing_is_left() -> None:
    assert strip(calendar("BEGIN:VTODO", "UID:t", "END:VTODO")) == ""
    assert expand("", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), BERLIN).skipped == []


@pytest.mark.parametrize("text", ["", "<html>", "BEGIN:VEVENT\nEND:VEVENT\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\n"])
def test_text_that_is_no_calendar_is_named(text: str) -> None:
    with pytest.raises(BrokenObject):
        strip(text)


def test_a_cut_event_is_not_trusted_and_its_siblings_are_kept() -> None:
    text = calendar(*vevent("DTSTART:20261122T100000Z", uid="a"))
    text = text.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:maybe private\r\nDTSTART:20261123T100000Z")
    stripped = strip(text)
    assert "maybe private" not in stripped
    found = expand(stripped, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), BERLIN)
    assert [meeting.uid for meeting in found.meetings] == ["a"]
    assert [(skip.item, skip.reason) for skip in found.skipped] == [("b", "VEVENT is not ended")]


@pytest.mark.parametrize("kind", ["PRIVATE", "confidential", "X-SECRET"])
def test_what_is_not_public_is_dropped(kind: str) -> None:
    private = vevent("DTSTART:20261122T100000Z", "SUMMARY:Doctor", f"CLASS:{kind}")
    public = vevent("DTSTART:20261122T120000Z", "SUMMARY:Lunch", uid="v")
    assert strip(calendar(*private)) == ""
    assert planned(strip(calendar(*private, *public))) == [("", "", "Lunch")]


def test_time_only_keeps_participants_and_drops_the_summary() -> None:
    lines = vevent("DTSTART:20261122T100000Z", "SUMMARY:Doctor", "CLASS:PRIVATE", "ATTENDEE:mailto:a@b.example")
    stripped = strip(calendar(*lines), "time-only")
    assert "Doctor" not in stripped
    found = expand(stripped, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), BERLIN)
    assert found.meetings[0].private
    assert [person.address.email for person in found.meetings[0].participants] == ["a@b.example"]


SERIES = vevent("DTSTART;TZID=Europe/Berlin:20260601T100000", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:Standup")


def test_a_private_override_of_a_public_series_leaves_a_gap() -> None:
    override = vevent(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260602T100000", "DTSTART;TZID=Europe/Berlin:20260602T150000",
        "CLASS:PRIVATE", "SUMMARY:Doctor", "ATTENDEE:mailto:doctor@b.example",
    )  # fmt: skip
    stripped = strip(calendar(*SERIES, *override))
    assert "octor" not in stripped
    assert "150000" not in stripped
    assert [recurrence for recurrence, _, _ in planned(stripped)] == [
        "20260601T080000Z", "20260603T080000Z", "20260604T080000Z",
    ]  # fmt: skip


def test_a_series_that_is_private_from_some_day_on_ends_there() -> None:
    override = vevent(
        "RECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE:20260603T100000",
        "DTSTART;TZID=Europe/Berlin:20260603T150000", "CLASS:PRIVATE", "SUMMARY:Doctor",
    )  # fmt: skip
    assert [recurrence for recurrence, _, _ in planned(strip(calendar(*SERIES, *override)))] == [
        "20260601T080000Z", "20260602T080000Z",
    ]  # fmt: skip


def test_an_override_of_a_private_series_is_private_unless_it_says_otherwise() -> None:
    series = [*SERIES[:-1], "CLASS:PRIVATE", SERIES[-1]]
    override = ["RECURRENCE-ID:20260602T080000Z", "DTSTART:20260602T130000Z", "SUMMARY:Moved"]
    assert strip(calendar(*series, *vevent(*override))) == ""
    assert planned(strip(calendar(*series, *vevent(*override, "CLASS:PUBLIC")))) == [("20260602T080000Z", "", "Moved")]


_LINES = st.sampled_from(
    [line for line in FULL.split("\r\n") if line] + ["BEGIN:", "END:VEVENT", " folded", "\r", ";:"]
)


@given(st.lists(_LINES, max_size=30), st.sampled_from(["\r\n", "\n", "\r"]))
def test_lines_in_any_order_never_crash(lines: list[str], newline: str) -> None:
    try:
        stripped = strip(newline.join(lines))
    except BrokenObject:
        return
    found = expand(stripped, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), BERLIN)
    assert all(meeting.start <= meeting.end for meeting in found.meetings)


_ZONE = FULL[FULL.index("BEGIN:VTIMEZONE") : FULL.index("BEGIN:VEVENT")].rstrip()
_PARTS = [*_ZONE.split("\r\n"), _ZONE, "\r\n".join(vevent("DTSTART:20261122T100000Z")), "BEGIN:VEVENT", "END:VEVENT"]


@given(st.lists(st.sampled_from([*_PARTS, _ZONE, "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTODO"]), max_size=12))
def test_zones_that_are_remembered_are_read_as_any_other(parts: list[str]) -> None:
    """One whose end is followed by a blank is not remembered."""
    text = calendar(*parts)
    plain = text.replace("END:VTIMEZONE\r", "END:VTIMEZONE \r")
    found = [_stripped(one).replace("END:VTIMEZONE ", "END:VTIMEZONE") for one in (text, plain)]
    assert found[0] == found[1]


def _stripped(text: str) -> str:
    try:
        return strip(text)
    except BrokenObject as error:
        return str(error)


def test_components_nested_without_end_are_refused_at_once() -> None:
    text = "BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 300_000 + "END:Y\n" * 300_000
    with pytest.raises(BrokenObject, match="nested without end"):
        strip(text)
