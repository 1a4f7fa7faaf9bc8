"""Series of whole days whose exceptions and ends are written as instants."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from event_lines import expanded, one, vevent
from hypothesis import given, settings
from hypothesis import strategies as st

AUCKLAND, NEW_YORK, BERLIN = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
DAILY = ["DTSTART;VALUE=DATE:20260309", "RRULE:FREQ=DAILY;COUNT=5"]  # 9 to 13 March, over New York's change of clocks


def days(*lines: str, zone: ZoneInfo = BERLIN, before: list[str] | None = None) -> list[str]:
    return [meeting.recurrence for meeting in expanded(vevent(*lines), zone=zone, before=before)]


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        (BERLIN, "20260310T230000Z"),
        (AUCKLAND, "20260310T110000Z"),
        (NEW_YORK, "20260311T040000Z"),
        (BERLIN, "20260311T090000Z"),
    ],
)
def test_an_instant_is_the_day_in_the_accounts_zone(zone: ZoneInfo, instant: str) -> None:
    assert days(*DAILY, f"EXDATE:{instant}", zone=zone) == ["20260309", "20260310", "20260312", "20260313"]
    assert days(DAILY[0], f"RRULE:FREQ=DAILY;UNTIL={instant}", zone=zone) == ["20260309", "20260310", "20260311"]
    assert days(DAILY[0], f"RDATE:{instant}", zone=zone) == ["20260309", "20260311"]


def test_a_local_midnight_is_its_own_day() -> None:
    for zone in (BERLIN, NEW_YORK):
        assert "20260311" not in days(*DAILY, "EXDATE;TZID=Asia/Tokyo:20260311T000000", zone=zone)
        assert "20260311" not in days(*DAILY, "EXDATE:20260311T000000", zone=zone)
        assert days(DAILY[0], "RRULE:FREQ=DAILY;UNTIL=20260310T000000", zone=zone) == ["20260309", "20260310"]


def test_the_last_second_of_a_day_of_utc_is_that_day() -> None:
    for zone in (BERLIN, NEW_YORK, AUCKLAND):
        assert days(DAILY[0], "RRULE:FREQ=DAILY;UNTIL=20260310T235959Z", zone=zone) == ["20260309", "20260310"]


def test_where_the_calendar_names_its_zone_it_is_the_day_there() -> None:
    before = ["X-WR-TIMEZONE:America/New_York"]
    assert "20260311" not in days(*DAILY, "EXDATE:20260312T030000Z", before=before)


def test_an_override_of_a_day_may_name_it_by_an_instant() -> None:
    moved = vevent("RECURRENCE-ID:20260310T230000Z", "DTSTART:20260311T100000Z", "SUMMARY:moved")
    met = expanded(vevent(*DAILY), moved)
    assert [(one.recurrence, one.all_day) for one in met if one.recurrence == "20260311"] == [("20260311", False)]
    assert len(met) == 5


def test_a_single_day_may_end_at_an_instant() -> None:
    meeting = one("DTSTART;VALUE=DATE:20260309", "DTEND:20260310T230000Z")
    assert meeting.end - meeting.start == timedelta(days=2)


@settings(deadline=None)
@given(
    st.sampled_from(["Pacific/Auckland", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Pago_Pago"]),
    st.integers(0, 110),
    st.integers(0, 23),
)
def test_whatever_hour_of_a_day_is_taken_out_that_day_is(name: str, number: int, hour: int) -> None:
    zone = ZoneInfo(name)
    day = date(2026, 1, 5) + timedelta(days=number)
    instant = datetime(day.year, day.month, day.day, hour, 20, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    found = days(
        "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;COUNT=120", f"EXDATE:{instant:%Y%m%dT%H%M%SZ}", zone=zone
    )
    assert f"{day:%Y%m%d}" not in found
    assert len(found) == 119
