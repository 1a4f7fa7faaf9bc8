"""Dates as they stand in mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.mail.dates import parse_date

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sun, 22 Nov 2026 10:00:00 +0000", TEN),
        ("Sun, 22 Nov 2026 11:30:00 +0130", TEN),
        ("Sun, 22 Nov 2026 02:30:00 -0730", TEN),
        ("Sun, 22 Nov 2026 09:45:00 -0015", TEN),
        ("22 Nov 2026 10:00 +0000", TEN),
        ("Sunday, 22 November 2026 10:00:00 +0000", TEN),
        ("sun, 22 NOV 2026 10:00:00 gmt", TEN),
        ("Sun,22 Nov 2026 10:00:00 +0000", TEN),
        ("Sun, 22 Nov 2026 10:00:00 +0000 (UTC)", TEN),
        ("22-Nov-2026 10:00:00 +0000", TEN),  # INTERNALDATE
        (" 2-Nov-2026 10:00:00 +0000", TEN.replace(day=2)),
        # zones
        ("Sun, 22 Nov 2026 10:00:00 -0000", TEN),
        ("Sun, 22 Nov 2026 10:00:00", TEN),
        ("Sun, 22 Nov 2026 10:00:00 Z", TEN),
        ("Sun, 22 Nov 2026 10:00:00 UT", TEN),
        ("Sun, 22 Nov 2026 05:00:00 EST", TEN),
        ("Sun, 22 Nov 2026 03:00:00 PDT", TEN),
        ("Sun, 22 Nov 2026 10:00:00 J", TEN),  # military zones were defined the wrong way round: unknown (§4.3)
        ("Sun, 22 Nov 2026 10:00:00 A", TEN),
        ("Sun, 22 Nov 2026 10:00:00 XYZT", TEN),
        ("Sun, 22 Nov 2026 12:00:00 GMT+0200", TEN),
        ("Sun, 22 Nov 2026 15:30:00 +05:30", TEN),
        ("Sun, 22 Nov 2026 10:00:00 +9959", None),
        ("Sun, 22 Nov 2026 10:00:00 +2400", None),
        # years
        ("22 Nov 26 10:00:00 +0000", TEN),
        ("22 Nov 99 10:00:00 +0000", TEN.replace(year=1999)),
        ("22 Nov 126 10:00:00 +0000", TEN),  # §4.3: a year of three digits counts from 1900
        ("Thu, 1 Jan 0000 00:00:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
        ("Fri, 31 Dec 9999 23:59:59 +0000", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("1 Jan 0001 00:00:00 +0100", None),
        ("1 Jan 99999 00:00:00 +0000", None),
        # times
        ("Sun, 22 Nov 2026 24:00:00 +0000", None),
        ("Sun, 22 Nov 2026 10:60:00 +0000", None),
        ("Sat, 31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:00:61 +0000", None),
        ("Sun, 31 Feb 2026 10:00:00 +0000", None),
        ("Sun, 22 Nov 2026 10.00.00 +0000", TEN),
        ("Sun Nov 22 10:00:00 2026", TEN),  # asctime
        # as RFC 5322 §A.6.3 still shows it
        ("Sun, 22 Nov 2026 11(comment):   30  :  00 +0130", TEN),
        ("Sun (day of rest), 22 Nov 2026 10:00:00 +0000", TEN),
        # ISO 8601
        ("2026-11-22T10:00:00Z", TEN),
        ("2026-11-22T11:30:00.123+01:30", TEN),
        ("2026-11-22 10:00:00", TEN),
        ("2026-13-22T10:00:00Z", None),
        # no date
        ("", None),
        ("yesterday", None),
        ("Sun, 22 Foo 2026 10:00:00 +0000", None),
        ("\0" * 1000, None),
    ],
)
def test_reading(written: str, meant: datetime | None) -> None:
    assert parse_date(written) == meant


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 4_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_agrees_with_the_standard_library(seconds: int, minutes: int) -> None:
    local = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    written = format_datetime(local)
    assert parse_date(written) == parsedate_to_datetime(written).astimezone(UTC) == local


TOKENS = [*"- ()é٢", "Sun,", "22", "Nov", "2026", "10:00", ":00", "+0100", "99999999999", "EST"]


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=120),
        st.lists(st.sampled_from(TOKENS), max_size=25).map("".join),
    )
)
def test_never_raises_and_is_aware(written: str) -> None:
    moment = parse_date(written)
    assert moment is None or moment.utcoffset() == timedelta(0)
