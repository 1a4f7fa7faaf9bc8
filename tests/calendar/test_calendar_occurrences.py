"""When meetings are, who is in them, and which occurrence is which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from icalendar.timezone import tzp

from activity.meeting import Meeting
from capture.calendar.occurrences import Expansion, expand

BERLIN = ZoneInfo("Europe/Berlin")
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
OWN_ZONE = [
    "BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0500",
    "TZOFFSETTO:+0400", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000", "TZOFFSETFROM:+0400", "TZOFFSETTO:+0500", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT", "END:VTIMEZONE",
]  # fmt: skip


def calendar(*events: list[str], before: list[str] | None = None) -> str:
    lines = [line for event in events for line in event]
    return "\r\n".join(["BEGIN:VCALENDAR", *(before or []), *lines, "END:VCALENDAR", ""])


def vevent(*lines: str, uid: str = "u") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]


def expanded(*events: list[str], before: list[str] | None = None, zone: ZoneInfo = BERLIN) -> list[Meeting]:
    found = expand(calendar(*events, before=before), START, END, zone)
    assert found.skipped == []
    return sorted(found.meetings, key=lambda meeting: meeting.start)


def one(*lines: str, before: list[str] | None = None) -> Meeting:
    (meeting,) = expanded(vevent(*lines), before=before)
    return meeting


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


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
    ],
)
def test_ends(lines: list[str], end: datetime) -> None:
    meeting = one(*lines)
    assert meeting.end == end
    assert meeting.all_day == ("VALUE=DATE:" in lines[0])


def test_a_single_event_has_no_recurrence_and_takes_the_revision() -> None:
    meeting = one("DTSTART:20260701T100000Z", "SEQUENCE:3", "LAST-MODIFIED:20260601T000000Z", "STATUS:tentative")
    assert (meeting.uid, meeting.recurrence, meeting.status) == ("u", "", "TENTATIVE")
    assert meeting.revision == "0000000003|20260601T000000Z"
    assert one("DTSTART:20260701T100000Z").revision == "0000000000|20260101T000000Z"


def test_of_equals_an_override_is_newer_than_its_series() -> None:
    series = one("DTSTART:20260701T100000Z")
    override = one("DTSTART:20260701T120000Z", "RECURRENCE-ID:20260701T100000Z")
    assert series.revision < override.revision < one("DTSTART:20260701T100000Z", "SEQUENCE:1").revision


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
    """An hour later in local time is the same clock reading as the override's plan in UTC, and another occurrence."""
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


def participants(*lines: str) -> list[tuple[str, str, str, str]]:
    found = one("DTSTART:20260701T100000Z", *lines).participants
    return [(person.address.email, person.address.name, person.role, person.answer) for person in found]


def test_the_organizer_comes_first_and_once() -> None:
    assert participants(
        "ATTENDEE;CN=Ana;PARTSTAT=accepted:mailto:ana@b.example",
        "ATTENDEE:MAILTO:Bob@B.example",
        'ORGANIZER;CN="Kim, Ana":Mailto:ANA@b.example',
    ) == [
        ("ana@b.example", "Kim, Ana", "organizer", "ACCEPTED"),
        ("bob@b.example", "", "attendee", "NEEDS-ACTION"),
    ]
    assert participants("ORGANIZER:mailto:ana@b.example") == [("ana@b.example", "", "organizer", "")]


def test_attendees_that_are_no_people_and_those_without_mailto() -> None:
    lines = [
        "ATTENDEE;CUTYPE=ROOM:mailto:room@b.example",
        "ATTENDEE;cutype=resource:mailto:beamer@b.example",
        "ATTENDEE;CUTYPE=GROUP:mailto:team@b.example",
        "ATTENDEE;EMAIL=c@b.example:urn:uuid:1",
        "ATTENDEE;CN=d@b.example:invalid:nomail",
        "ATTENDEE:mailto:e%2Bx@b.example",
        "ATTENDEE:mailto:e+x@b.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:f@b.example",
        'ATTENDEE;CN="x:mailto:y@b.example',
    ]
    meeting = one("DTSTART:20260701T100000Z", *lines)
    assert [(person.address.email, person.answer) for person in meeting.participants] == [
        ("c@b.example", "NEEDS-ACTION"), ("e+x@b.example", "NEEDS-ACTION"), ("f@b.example", "ACCEPTED"),
    ]  # fmt: skip
    assert meeting.invited == 6
    assert meeting.warnings == ("an ATTENDEE could not be read",)


def test_texts_are_unescaped_and_hold_no_control_characters() -> None:
    assert one("DTSTART:20260701T100000Z", r"SUMMARY:a\, b\nc" + "\x1b[31m\0d").summary == "a, b c [31m d"


def test_scheduling_messages_are_told_from_events() -> None:
    assert one("DTSTART:20260701T100000Z", before=["METHOD:CANCEL"]).status == "CANCELLED"
    found = expand(calendar(vevent("DTSTART:20260701T100000Z"), before=["METHOD:REPLY"]), START, END, BERLIN)
    assert (found.meetings, len(found.skipped)) == ([], 1)


def test_tasks_and_the_like_are_no_meetings() -> None:
    others = [
        [line.replace("VEVENT", kind) for line in vevent("DTSTART:20260701T100000Z")] for kind in ("VTODO", "VJOURNAL")
    ]
    assert expanded(*others) == []


def test_recurring_and_ahead_tell_when_to_expand_again() -> None:
    def told(*lines: str) -> tuple[bool, bool]:
        found: Expansion = expand(calendar(vevent(*lines)), START, END, BERLIN)
        return found.recurring, found.ahead

    assert told("DTSTART:20260701T100000Z") == (False, False)
    assert told("DTSTART:20270701T100000Z") == (False, True)
    assert told("DTSTART:20260701T100000Z", "RRULE:FREQ=DAILY;COUNT=2") == (True, False)


def test_an_event_without_uid_gets_the_same_one_each_time() -> None:
    def uid(summary: str) -> str:
        event = [line for line in vevent("DTSTART:20260701T100000Z", f"SUMMARY:{summary}") if "UID" not in line]
        return expanded(event)[0].uid

    assert uid("a") == uid("a") != uid("b")


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
