"""Who an object names, found without parsing it: the same people as parsing finds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar.parser import Contentline

from capture.calendar import attendees
from capture.calendar.attendees import people_in, read_participants
from capture.calendar.content_lines import read
from capture.calendar.first_look import first_look
from capture.calendar.objects import strip
from capture.calendar.occurrences import expand

_PIECES = st.sampled_from(
    [
        *(";", ":", "=", '"', ",", " ", "  ", "\t", "'", "\\", "\\,", "%2C", "^n", "^'"),
        *("CN=", ";CN=A B", ';CN="Kim, Ana"', ';cn="K;:"', ";EMAIL=c@d.example", ";PARTSTAT=accepted", ";CUTYPE=GROUP"),
        *(";CUTYPE=room", ":mailto:a@b.example", ":MAILTO:Ü@b.example", ":urn:uuid:1", "a@b.example", "x", "ü"),
    ]
)


def _by_the_library(line: str) -> tuple[str, dict[str, str]] | None:
    try:
        _, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    return value, {k.upper(): ",".join(v) if isinstance(v, list) else str(v) for k, v in parameters.items()}


@given(st.sampled_from(["ATTENDEE", "organizer"]), st.lists(_PIECES, max_size=8))
@example("ATTENDEE", [';CN="Kim, Ana"', ":mailto:a@b.example"])
@example("ATTENDEE", [";CN=A B", ";CN=A B", ":x"])
def test_lines_are_read_as_the_library_reads_them(name: str, pieces: list[str]) -> None:
    line = name + "".join(pieces)
    read_here = attendees._parts(line)
    assert (read_here and (read_here[0], dict(read_here[1]))) == _by_the_library(line)


def calendar(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:u", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["ATTENDEE:mailto:a@b.example"], {"a@b.example"}),
        (["ATTENDEE:MAILTO:A@B.example"], {"a@b.example"}),
        (["attendee;cn=x:Mailto:a@b.example"], {"a@b.example"}),
        (["ATTENDEE;CN=\"a:b;c@d.example", " \":mailto:a", " @b.example"], {"a@b.example"}),
        (["ATTENDEE;EMAIL=a@b.example:urn:uuid:1"], {"a@b.example"}),
        (['ATTENDEE;EMAIL="a@b.example":/principals/a/'], {"a@b.example"}),
        (["ORGANIZER;CN=a@b.example:invalid:nomail"], set()),
        (["ORGANIZER:mailto:c_1f@group.calendar.google.com", "ATTENDEE:mailto:d@b.example"], {"d@b.example"}),
        (["ATTENDEE;CUTYPE=INDIVIDUAL:mailto:c_188x@resource.calendar.google.com"], set()),
        (["ORGANIZER:mailto:unknownorganizer@calendar.google.com"], set()),
        (["ORGANIZER;CUTYPE=ROOM:mailto:room@b.example"], set()),
        (["ATTENDEE:mailto:a@mycalendar.google.com.example"], {"a@mycalendar.google.com.example"}),
        (["ATTENDEE;CUTYPE=ROOM:mailto:room@b.example", "ATTENDEE;CUTYPE=GROUP:mailto:team@b.example"], set()),
        (["DESCRIPTION:x\\nATTENDEE:mailto:a@b.example", "SUMMARY:x", " ATTENDEE:mailto:a@b.example"], set()),
        (["BEGIN:VALARM", "ATTENDEE:mailto:a@b.example", "END:VALARM"], set()),
    ],
)  # fmt: skip
def test_people_are_found_however_the_line_is_written(lines: list[str], found: set[str]) -> None:
    assert {one.email for one in people_in(strip(calendar(*lines)))[0]} == found


@given(st.lists(st.builds(lambda n, p: n + "".join(p), st.sampled_from(["ATTENDEE", "ORGANIZER"]), st.lists(_PIECES))))
def test_nobody_is_missed_that_parsing_would_find(lines: list[str]) -> None:
    text = strip(calendar(*lines))
    parsed = {
        person.address.email for one in read(text) for event in one.events for person in read_participants(event, [])[0]
    }
    assert parsed <= {one.email for one in people_in(text)[0]}


@pytest.mark.parametrize(
    ("line", "email", "answer"),
    [
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:MAILTO: mailto:a@b.example", "a@b.example", "ACCEPTED"),
        ('ATTENDEE;EMAIL="mailto:a@b.example";PARTSTAT=DECLINED:urn:uuid:1', "a@b.example", "DECLINED"),
        ("ATTENDEE;PARTSTAT=DECLINED;EMAIL=mailto:a@b.example:urn:uuid:1", "a@b.example", "DECLINED"),
        ("ATTENDEE;;PARTSTAT=TENTATIVE;:mailto:a@b.example", "a@b.example", "TENTATIVE"),
        ('ATTENDEE;CN="Kim: Ana";;ROLE=CHAIR; ;:mailto:a@b.example', "a@b.example", "NEEDS-ACTION"),
        ('ATTENDEE;CN="Kim "Kimmy" Ana;PARTSTAT=DECLINED:mailto:a@b.example', "a@b.example", "DECLINED"),
        ('ATTENDEE;PARTSTAT="ACCEPTED;CN=Kim:mailto:a@b.example', "a@b.example", "ACCEPTED"),
        ('ATTENDEE;X-N="a:mailto:c@d.example"e";PARTSTAT=ACCEPTED:mailto:a@b.example', "a@b.example", "ACCEPTED"),
        ("ATTENDEE;CN=Kim: the boss;PARTSTAT=ACCEPTED:mailto:a@b.example", "a@b.example", "ACCEPTED"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:Kim <a@b.example>", "a@b.example", "ACCEPTED"),
        ("ORGANIZER;CN=;:mailto:a@b.example", "a@b.example", ""),
    ],
)  # fmt: skip
def test_nobody_is_lost_by_a_line_that_is_written_badly(line: str, email: str, answer: str) -> None:
    text = strip(calendar("DTSTART:20260310T090000Z", line))
    assert first_look(text).sound
    (meeting,) = expand(
        text, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), ZoneInfo("UTC")
    ).meetings
    assert [(one.address.email, one.answer) for one in meeting.participants] == [(email, answer)]


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE:mailto:a@b.example,c@d.example",
        'ATTENDEE;CN="x";y":x',
        "ORGANIZER;CN=x:mailto:a@b@c",
        "ATTENDEE:a b@c d",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    text = strip(calendar("DTSTART:20260310T090000Z", line, "ATTENDEE:mailto:e@f.example"))
    assert not first_look(text).sound
    found = expand(text, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    assert [skip.reason for skip in found.unread] == [
        f"an {line.partition(':')[0].partition(';')[0]} could not be read"
    ]
    assert [one.address.email for one in found.meetings[0].participants] == ["e@f.example"]


@pytest.mark.parametrize(
    "line", ["ATTENDEE:urn:uuid:1", "ATTENDEE:/principals/a@b/", "ORGANIZER:invalid:nomail", "ATTENDEE:mailto:"]
)
def test_who_has_no_address_is_nobody_and_no_mistake(line: str) -> None:
    assert first_look(strip(calendar("DTSTART:20260310T090000Z", line)))[:3] == ("u", (), True)
