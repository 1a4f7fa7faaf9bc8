"""Rules that pick the n-th day of a week (BYSETPOS), also of the week a series begins in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from event_lines import BERLIN, END, START, calendar, expanded, vevent
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.calendar.occurrences import expand

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def starts(first: date, rule: str) -> list[date]:
    met = expanded(vevent(f"DTSTART:{first:%Y%m%d}T100000Z", f"RRULE:FREQ=WEEKLY;{rule}"))
    return [one.start.date() for one in met]


def test_the_first_week_counts_from_its_own_start() -> None:
    thursday = date(2026, 4, 2)
    assert starts(thursday, "BYDAY=TU,TH,SA;BYSETPOS=2;COUNT=3") == [date(2026, 4, day) for day in (2, 9, 16)]
    assert starts(thursday, "BYDAY=TU,TH,SA;BYSETPOS=2,-1;COUNT=3") == [date(2026, 4, day) for day in (2, 4, 9)]


def test_the_week_starts_where_wkst_says() -> None:
    sunday = date(2026, 4, 5)
    assert starts(sunday, "WKST=SU;BYDAY=SU,WE;BYSETPOS=1;COUNT=2") == [date(2026, 4, 5), date(2026, 4, 12)]
    assert starts(sunday, "BYDAY=SU,WE;BYSETPOS=2;COUNT=2") == [date(2026, 4, 5), date(2026, 4, 12)]


@pytest.mark.parametrize("positions", ["3", "-3", "0", "x", ""])
def test_a_position_that_no_week_has_is_named(positions: str) -> None:
    text = calendar(vevent("DTSTART:20260402T100000Z", f"RRULE:FREQ=WEEKLY;BYDAY=TU,TH;BYSETPOS={positions}"))
    assert [skip.reason for skip in expand(text, START, END, BERLIN).skipped] == ["RRULE that never holds"]


@settings(deadline=None)
@given(
    st.integers(0, 200),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.sets(st.sampled_from([1, 2, 3, -1, -2]), min_size=1, max_size=2),
    st.sampled_from(DAYS),
    st.integers(1, 3),
)
def test_weeks_are_picked_from_as_by_counting_on_fingers(
    number: int, listed: set[str], positions: set[int], wkst: str, interval: int
) -> None:
    begin = date(2026, 1, 1) + timedelta(days=number)
    week = begin - timedelta(days=(begin.weekday() - DAYS.index(wkst)) % 7)
    expected: set[date] = set()
    for start in (week + timedelta(days=7 * interval * n) for n in range(6)):
        chosen = [day for n in range(7) if DAYS[(day := start + timedelta(days=n)).weekday()] in listed]
        expected |= {chosen[at - 1 if at > 0 else at] for at in positions if abs(at) <= len(chosen)}
    if not expected:
        return
    last = week + timedelta(days=7 * interval * 6 - 1)
    by = f"INTERVAL={interval};WKST={wkst};BYDAY={','.join(listed)};BYSETPOS={','.join(map(str, positions))}"
    found = set(starts(begin, f"{by};UNTIL={last:%Y%m%d}"))
    # a DTSTART that its own rule does not give is an occurrence all the same (RFC 5545 §3.8.5.3)
    assert found - {begin} == {day for day in expected if day > begin}
