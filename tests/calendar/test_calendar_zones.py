"""When single meetings begin and end, in whatever way that is written."""

from __future__ import annotations

from datetime import datetime

import pytest
from event_lines import at, one
from icalendar.timezone import tzp

OWN_ZONE = [
    "BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0500",
    "TZOFFSETTO:+0400", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000", "TZOFFSETFROM:+0400", "TZOFFSETTO:+0500", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT", "END:VTIMEZONE",
]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "instant"),
    [
        ("DTSTART:20260701T100000Z", at(7, 1, 10)),
        ("DTSTART:20260701T100000", at(7, 1, 8)),
        ("DTSTART;TZID=America/New_York:20260701T100000", at(7, 1, 14)),
        ("DTSTART;TZID=america/new_york:20260701T100000", at(7, 1, 14)),
        ('DTSTART;TZID="Eastern Standard Time":20260701T100000', at(7, 1, 14)),
        ("DTSTART;TZID=/example.org/20260101/America/New_York:20260701T100000", at(7, 1, 14)),
        ("DTSTART;TZID=Office:20260701T100000", at(7, 1, 5)),
        ("DTSTART;TZID=Office:20261201T100000", at(12, 1, 6)),
        ("DTSTART;VALUE=DATE-TIME;TZID=Office:20261201T100000", at(12, 1, 6)),
        ("dtstart;tzid=Office:20261201T100000", at(12, 1, 6)),
    ],
)
def test_zones(start: str, instant: datetime) -> None:
    meeting = one(start, before=OWN_ZONE)
    assert (meeting.start, meeting.warnings) == (instant, ())


def named(name: str, offset: str = "-0730") -> list[str]:
    """The zone of this name has this offset the year round."""
    return [
        "BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["GMT", "EST", "cet", "Israel", "GMT+01:00"])
def test_what_a_bare_name_means_is_the_objects_to_say(name: str) -> None:
    assert one(f'DTSTART;TZID="{name}":20260701T100000', before=named(name)).start == at(7, 1, 17, 30)


@pytest.mark.parametrize("name", ["Europe/Berlin", "/Europe/Berlin", "europe/berlin", "W. Europe Standard Time"])
def test_a_definition_does_not_change_a_well_known_name(name: str) -> None:
    assert one(f"DTSTART;TZID={name}:20260701T100000", before=named(name)).start == at(7, 1, 8)


def test_a_bare_name_whose_definition_is_not_understood_is_ianas() -> None:
    broken = [line for line in named("EST") if "OFFSET" not in line]
    assert one("DTSTART;TZID=EST:20260701T100000", before=broken).start == at(7, 1, 15)


@pytest.mark.parametrize(
    ("definition", "parameter"),
    [
        (r"(UTC-07:30) Here\, There", '"(UTC-07:30) Here, There"'),
        (r"(UTC-07:30) Here\, There", r'"(UTC-07:30) Here\, There"'),
        (r"(UTC-07:30) Here\, There", r"(UTC-07:30) Here\, There"),
        ("(UTC-07:30) Here, There", r'"(UTC-07:30) Here\, There"'),
        (r"a\;b\\c", r'"a;b\c"'),
        ("Local:Office", "Local:Office"),
    ],
)
def test_a_zone_is_known_by_its_name_however_it_is_escaped_or_quoted(definition: str, parameter: str) -> None:
    meeting = one(f"DTSTART;TZID={parameter}:20260701T100000", before=named(definition))
    assert (meeting.start, meeting.warnings) == (at(7, 1, 17, 30), ())


@pytest.mark.parametrize(("name", "hour"), [("GMT+05:30", 4), ("UTC-3", 13), ("gmt+0530", 4), ("UTC+14:00", -4)])
def test_a_name_that_is_an_offset_means_it(name: str, hour: int) -> None:
    minute = 30 if "30" in name else 0
    start = at(7, 1, hour, minute) if hour >= 0 else at(6, 30, 24 + hour)
    for written in (name, f'"{name}"'):
        assert one(f"DTSTART;TZID={written}:20260701T100000").start == start


def test_two_objects_may_mean_different_zones_by_one_name() -> None:
    other = [line.replace("+0400", "-0400").replace("+0500", "-0300") for line in OWN_ZONE]
    line = "DTSTART;TZID=Office:20261201T100000"
    assert [one(line, before=zone).start.hour for zone in (OWN_ZONE, other, OWN_ZONE)] == [6, 14, 6]
    assert tzp.timezone("Office") is None  # nothing of it is left in the library


def test_an_unreadable_zone_is_the_accounts_with_a_warning() -> None:
    meeting = one("DTSTART;TZID=Nowhere:20260701T100000", "DTEND;TZID=Nowhere:20260701T110000")
    assert (meeting.start, meeting.end) == (at(7, 1, 8), at(7, 1, 9))
    assert meeting.warnings == ("time zone 'Nowhere' is unknown; the account's was taken",)


def test_floating_times_are_in_the_zone_the_calendar_names() -> None:
    assert one("DTSTART:20260701T100000", before=["X-WR-TIMEZONE:America/New_York"]).start == at(7, 1, 14)


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (["DTSTART:20260701T100000Z", "DTEND:20260701T103000Z"], at(7, 1, 10, 30)),
        (["DTSTART:20260701T100000Z", "DURATION:PT45M"], at(7, 1, 10, 45)),
        (["DTSTART:20260701T100000Z"], at(7, 1, 10)),
        (["DTSTART:20260701T100000Z", "DTEND:nonsense"], at(7, 1, 10)),
        (["DTSTART:20260701T100000Z", "DTEND:20260701T090000Z"], at(7, 1, 10)),
        (["DTSTART:20260701T100000Z", "DURATION:-PT45M"], at(7, 1, 10)),
        (["DTSTART;TZID=Europe/Berlin:20260701T100000", "DTEND:20260701T110000"], at(7, 1, 9)),
        (["DTSTART;TZID=Europe/Berlin:20261024T220000", "DURATION:P1D"], at(10, 25, 21)),
        (["DTSTART;TZID=Europe/Berlin:20261024T220000", "DURATION:PT24H"], at(10, 25, 20)),
        (["DTSTART;VALUE=DATE:20260701"], at(7, 1, 22)),
        (["DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260701"], at(7, 1, 22)),
        (["DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260703"], at(7, 2, 22)),
        (["DTSTART;VALUE=DATE:20260701", "DURATION:P2D"], at(7, 2, 22)),
        (["DTSTART;VALUE=DATE:20260701", "DTEND:20260702T000000Z"], at(7, 1, 22)),
        (["DTSTART;VALUE=DATE:20260701", "DTEND:20260702T220000Z"], at(7, 2, 22)),
    ],
)
def test_ends(lines: list[str], end: datetime) -> None:
    meeting = one(*lines)
    assert meeting.end == end
    assert meeting.all_day == ("VALUE=DATE:" in lines[0])
