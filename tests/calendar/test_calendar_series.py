"""Which occurrence of a series is which, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events
from event_lines import BERLIN, END, START, at, calendar, expanded, vevent

from capture.calendar.occurrences import Expansion, expand


def test_occurrences_keep_the_time_of_day_over_the_change_of_clocks() -> None:
    found = expanded(vevent("DTSTART;TZID=Europe/Berlin:20261023T100000", "RRULE:FREQ=DAILY;COUNT=4"))
    assert [meeting.recurrence for meeting in found] == [
        "20261023T080000Z", "20261024T080000Z", "20261025T090000Z", "20261026T090000Z",
    ]  # fmt: skip


def test_only_what_overlaps_the_window_is_given() -> None:
    series = vevent("DTSTART:20250101T230000Z", "DURATION:PT2H", "RRULE:FREQ=DAILY")
    found = expanded(series)
    assert found[0].start == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert found[-1].start == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert len(found) == 366


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("EXDATE;TZID=Europe/Berlin:20260602T100000", 2),
        ("EXDATE:20260602T080000Z", 2),
        ("EXDATE:20260602T100000", 2),
        ("EXDATE;VALUE=DATE:20260602", 2),
        ("EXDATE:20260602T080000Z,20260603T080000Z", 1),
        ("EXDATE:20260602T090000Z", 3),
        ("EXDATE:", 3),
        ("RDATE:20260610T080000Z", 4),
        ("RDATE;VALUE=PERIOD:20260610T080000Z/PT3H", 4),
        ("RDATE:nonsense", 3),
    ],
)
def test_dates_taken_out_and_added(line: str, left: int) -> None:
    series = ["DTSTART;TZID=Europe/Berlin:20260601T100000", "RRULE:FREQ=DAILY;COUNT=3"]
    assert len(expanded(vevent(*series, line))) == left


def test_an_added_period_has_its_own_length() -> None:
    found = expanded(vevent("DTSTART:20260601T080000Z", "RDATE;VALUE=PERIOD:20260610T080000Z/PT3H"))
    assert [(meeting.recurrence, meeting.end - meeting.start) for meeting in found] == [
        ("20260601T080000Z", timedelta(0)),
        ("20260610T080000Z", timedelta(hours=3)),
    ]


@pytest.mark.parametrize(
    ("until", "count"),
    [("20260603T080000Z", 3), ("20260603T075959Z", 2), ("20260603", 3), ("20260603T100000", 3), ("99991231", 214)],
)
def test_until_in_all_its_forms(until: str, count: int) -> None:
    found = expanded(vevent("DTSTART;TZID=Europe/Berlin:20260601T100000", f"RRULE:FREQ=DAILY;UNTIL={until}"))
    assert len(found) == count


def test_a_local_until_is_in_the_zone_of_the_series() -> None:
    series = vevent("DTSTART;TZID=America/New_York:20260601T100000", "RRULE:FREQ=DAILY;UNTIL=20260603T100000")
    assert len(expanded(series)) == 3


SERIES = vevent(
    "DTSTART;TZID=Europe/Berlin:20260601T100000", "DTEND;TZID=Europe/Berlin:20260601T110000",
    "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Standup", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example",
)  # fmt: skip


@pytest.mark.parametrize("planned", [";TZID=Europe/Berlin:20260608T100000", ":20260608T080000Z", ":20260608T100000"])
def test_an_override_is_the_occurrence_it_names(planned: str) -> None:
    override = vevent(
        f"RECURRENCE-ID{planned}", "DTSTART:20260610T120000Z", "DTEND:20260610T123000Z", "STATUS:CANCELLED",
        "SUMMARY:Moved", "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example", "SEQUENCE:1",
    )  # fmt: skip
    found = expanded(SERIES, override)
    assert [meeting.recurrence for meeting in found] == [
        "20260601T080000Z", "20260608T080000Z", "20260615T080000Z", "20260622T080000Z",
    ]  # fmt: skip
    moved = found[1]
    assert (moved.start, moved.end, moved.status, moved.summary) == (
        at(6, 10, 12), at(6, 10, 12, 30), "CANCELLED", "Moved",
    )  # fmt: skip
    assert moved.participants[0].answer == "DECLINED"
    assert found[2].participants[0].answer == "ACCEPTED"


def test_an_override_hides_no_other_occurrence_of_its_day() -> None:
    """An hour later in local time is the same clock reading as the override's plan in UTC, and
    another occurrence."""
    series = vevent("DTSTART;TZID=Europe/Berlin:20261201T100000", "RRULE:FREQ=DAILY;BYHOUR=10,11;COUNT=4")
    override = vevent("RECURRENCE-ID;TZID=Europe/Berlin:20261201T110000", "DTSTART:20261201T150000Z")
    assert [meeting.start.hour for meeting in expanded(series, override)] == [9, 15, 9, 10]


def test_an_override_of_an_override_is_the_newer_one() -> None:
    versions = [
        vevent("RECURRENCE-ID:20260608T080000Z", f"DTSTART:20260610T{hour}0000Z", f"SEQUENCE:{sequence}")
        for hour, sequence in ((12, 2), (15, 1))
    ]
    assert expanded(SERIES, *versions)[1].start == at(6, 10, 12)


def test_this_and_future_moves_what_follows() -> None:
    onwards = vevent(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260608T100000",
        "DTSTART;TZID=Europe/Berlin:20260609T140000", "DTEND;TZID=Europe/Berlin:20260609T160000", "SUMMARY:New time",
    )  # fmt: skip
    single = vevent("RECURRENCE-ID:20260622T080000Z", "DTSTART:20260622T060000Z", "SUMMARY:Once")
    found = expanded(SERIES, onwards, single)
    assert [(meeting.recurrence[:8], meeting.start, meeting.summary) for meeting in found] == [
        ("20260601", at(6, 1, 8), "Standup"),
        ("20260608", at(6, 9, 12), "New time"),
        ("20260615", at(6, 16, 12), "New time"),
        ("20260622", at(6, 22, 6), "Once"),
    ]
    assert found[2].end - found[2].start == timedelta(hours=2)


def test_an_override_without_its_series_counts_by_itself() -> None:
    (meeting,) = expanded(vevent("RECURRENCE-ID:20260608T080000Z", "DTSTART:20260610T120000Z"))
    assert (meeting.recurrence, meeting.start) == ("20260608T080000Z", at(6, 10, 12))


WEEKLY = ["DTSTART:20260302T100000Z", "DURATION:PT1H"]  # Mondays


def weeks(until: str, *lines: str, override: list[str]) -> list[str]:
    series = vevent(*WEEKLY, f"RRULE:FREQ=WEEKLY;UNTIL={until}", *lines)
    return [f"{one.recurrence[4:8]} {one.summary}".strip() for one in expanded(series, vevent(*override))]


MOVED = ["RECURRENCE-ID:20260316T100000Z", "DTSTART:20260317T100000Z", "SUMMARY:moved"]


@pytest.mark.parametrize(
    ("series", "override", "held"),
    [
        (["SEQUENCE:2"], ["SEQUENCE:1"], False),
        (["SEQUENCE:1"], ["SEQUENCE:1"], True),
        (["SEQUENCE:1"], ["SEQUENCE:2"], True),
        (["SEQUENCE:1", "LAST-MODIFIED:20260201T000000Z"], ["SEQUENCE:1", "LAST-MODIFIED:20260130T000000Z"], False),
        (["SEQUENCE:1", "LAST-MODIFIED:20260201T000000Z"], ["SEQUENCE:1", "LAST-MODIFIED:20260202T000000Z"], True),
        (["SEQUENCE:1", "LAST-MODIFIED:20260201T000000Z"], ["SEQUENCE:2", "LAST-MODIFIED:20260130T000000Z"], True),
    ],
)
def test_a_newer_series_overrules_what_it_does_not_plan_any_more(
    series: list[str], override: list[str], held: bool
) -> None:
    assert weeks("20260310", *series, override=[*MOVED, *override]) == [
        "0302",
        "0309",
        *(["0316 moved"] if held else []),
    ]


def test_an_older_override_of_what_is_planned_still_holds() -> None:
    assert weeks("20260317", "SEQUENCE:2", override=[*MOVED, "SEQUENCE:1"]) == ["0302", "0309", "0316 moved"]


def test_a_series_that_was_cancelled_cancels_what_was_changed_before() -> None:
    series = vevent(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3", "STATUS:CANCELLED", "SEQUENCE:2")
    met = expanded(
        series, vevent(*MOVED, "SEQUENCE:1"), vevent(*MOVED[1:], "RECURRENCE-ID:20260309T100000Z", "SEQUENCE:3")
    )
    assert [(one.recurrence[4:8], bool(one.cancelled_by)) for one in met] == [
        ("0302", True),
        ("0316", True),
        ("0309", False),
    ]


def test_an_override_from_far_away_is_not_looked_for() -> None:
    """What a rule gives in centuries takes too long to list."""
    far = ["RECURRENCE-ID:24500316T100000Z", "DTSTART:20260317T100000Z", "SUMMARY:moved", "SEQUENCE:1"]
    assert weeks("20260310", "SEQUENCE:2", override=far) == ["0302", "0309", "0316 moved"]


def test_an_override_that_cannot_be_read_takes_its_occurrence_out() -> None:
    found = expand(calendar(SERIES, vevent("RECURRENCE-ID:20260608T080000Z", "DTSTART:?")), START, END, BERLIN)
    assert [meeting.recurrence[:8] for meeting in found.meetings] == ["20260601", "20260615", "20260622"]
    assert [skip.reason for skip in found.skipped] == ["unreadable DTSTART"]


def test_all_day_series_are_known_by_their_day() -> None:
    series = vevent("DTSTART;VALUE=DATE:20260601", "RRULE:FREQ=DAILY;UNTIL=20260602T000000Z")
    override = vevent("RECURRENCE-ID;VALUE=DATE:20260602", "DTSTART;VALUE=DATE:20260612")
    assert [(meeting.recurrence, meeting.start, meeting.all_day) for meeting in expanded(series, override)] == [
        ("20260601", at(5, 31, 22), True),
        ("20260602", at(6, 11, 22), True),
    ]


def test_recurring_and_ahead_tell_when_to_expand_again() -> None:
    def told(*lines: str) -> tuple[bool, bool]:
        found: Expansion = expand(calendar(vevent(*lines)), START, END, BERLIN)
        return found.recurring, found.ahead

    assert told("DTSTART:20260701T100000Z") == (False, False)
    assert told("DTSTART:20270701T100000Z") == (False, True)
    assert told("DTSTART:20260701T100000Z", "RRULE:FREQ=DAILY;COUNT=2") == (True, False)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2;WKST=SU",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=3,11;BYDAY=2SU",
        "FREQ=HOURLY;INTERVAL=36",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        None,
    ],
)
def test_the_library_gives_the_same(rule: str | None) -> None:
    lines = ["DTSTART;TZID=Europe/Berlin:20260105T100000", "DURATION:PT90M", *([f"RRULE:{rule}"] if rule else [])]
    text = calendar(vevent(*lines))
    reference = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(START, END)
    assert [(meeting.start, meeting.end) for meeting in expanded(vevent(*lines))] == sorted(
        (event["DTSTART"].dt, event["DTEND"].dt) for event in reference
    )
