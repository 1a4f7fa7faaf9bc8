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


NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Sa, 14 Mär 2026 13:00:00 +0100",
        "Samstag, 14. März 2026 13:00:00 +0100",
        "sam. 14 mars 2026 à 13:00:00 +0100",
        "sáb, 14 de marzo de 2026 13:00:00 +0100",
        "sáb, 14 mar 2026 09:00:00 -0300",
        "sabato 14 marzo 2026 13:00:00 CET",
        "za 14 mrt 2026 13:00:00 +0100",
        "sob, 14 marca 2026 13:00:00 +0100",
        "so 14 bře 2026 13:00:00 +0100",
        "lör 14 mars 2026 kl. 13.00 +0100",
        "la 14. maaliskuuta 2026 klo 14.00.00 +0200",
        "lør. 14. marts 2026 13:00:00 +0100",
        "2026. március 14. 13:00:00 +0100",
        "14 Mart 2026 Cumartesi 15:00:00 +0300",
        "Сб, 14 мар 2026 15:00:00 +0300",
        "субота, 14 березня 2026 р. 14:00:00 +0200",
        "Σάβ, 14 Μαρ 2026 14:00:00 +0200",
        "L, 14 märts 2026 14:00:00 +0200",
        "2026 m. kovo 14 d. 14:00:00 +0200",
        "sâmbătă, 14 martie 2026 14:00:00 +0200",
        "Thứ Bảy, 14 thg 3 2026 19:00:00 +0700",
        "Sabtu, 14 Maret 2026 19:00:00 +0700",
        "2026年3月14日(土) 午後9:00:00 +0900",
        "2026年3月14日 20:00:00 +0800",
        "2026년 3월 14일 오후 9:00 KST",
        "السبت، 14 مارس 2026 15:00:00 +0300",
        "=?utf-8?q?Sa=2C_14_M=C3=A4r_2026_13:00:00_+0100?=",
        "14 Mrz 2026 13:00:00 +0100",
    ],
)
def test_months_in_the_languages_of_mail_programs(written: str) -> None:
    assert parse_date(written) == NOON


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # a weekday that is a month elsewhere: Tuesday in French, Spanish, Italian
        ("mar. 12 mai 2026 10:00:00 +0000", datetime(2026, 5, 12, 10, tzinfo=UTC)),
        ("mar, 12 may 2026 10:00:00 +0000", datetime(2026, 5, 12, 10, tzinfo=UTC)),
        # zones in words
        ("Sat, 14 Mar 2026 13:00:00 MEZ", NOON),
        ("Sat, 14 Mar 2026 13:00:00 Mitteleuropäische Zeit", NOON),
        ("Sat, 14 Mar 2026 08:00:00 Eastern Daylight Time", NOON),
        ("Sat Mar 14 13:00:00 CET 2026", NOON),
        ("Sat Mar 14 2026 13:00:00 GMT+0100 (Central European Standard Time)", NOON),
        ("Sat, 14 Mar 2026 13:00:00 GMT+1", NOON),
        ("Sat, 14 Mar 2026 12:00:00 H0500", NOON),
        # capitals, dashes, halves of the day, other orders
        ("14-MAR-2026 12:00:00", NOON),
        ("14 Mar 26 12:00:00 PM", NOON),
        ("14 Mar 2026 12:00:00 AM", NOON.replace(hour=0)),
        ("March 14, 2026, 12:00 p.m. UTC", NOON),
        ("am 14. März 2026 12:00", NOON),
        ("2026/03/14 12:00:00", NOON),
        ("2026-03-14 13:00:00 +0100 (CET)", NOON),
        ("14.03.2026 12:00:00", NOON),
        ("14/03/2026 12:00:00", NOON),
        ("03/14/2026 12:00:00", NOON),
        ("05/05/2026 12:00:00", datetime(2026, 5, 5, 12, tzinfo=UTC)),
        # which of the two is the month?
        ("05/06/2026 12:00:00", None),
        ("05-06-2026 12:00:00", None),
        ("14 Mar 2026", None),
        ("14 15 Mar 2026 12:00", None),
        ("14 Mar 2026 1 12:00", None),
    ],
)
def test_unusual_dates(written: str, meant: datetime | None) -> None:
    assert parse_date(written) == meant
