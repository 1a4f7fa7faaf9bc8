"""Who an object names, found without parsing it: the same people as parsing finds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar.parser import Contentline

from capture.calendar import attendees
from capture.calendar.attendees import people_in, read_participants
from capture.calendar.content_lines import read
from capture.calendar.objects import strip

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
        (["ATTENDEE;CUTYPE=ROOM:mailto:room@b.example", "ATTENDEE;CUTYPE=GROUP:mailto:team@b.example"], set()),
        (["DESCRIPTION:x\\nATTENDEE:mailto:a@b.example", "SUMMARY:x", " ATTENDEE:mailto:a@b.example"], set()),
        (["BEGIN:VALARM", "ATTENDEE:mailto:a@b.example", "END:VALARM"], set()),
    ],
)  # fmt: skip
def test_people_are_found_however_the_line_is_written(lines: list[str], found: set[str]) -> None:
    assert {one.email for one in people_in(strip(calendar(*lines)))} == found


@given(st.lists(st.builds(lambda n, p: n + "".join(p), st.sampled_from(["ATTENDEE", "ORGANIZER"]), st.lists(_PIECES))))
def test_nobody_is_missed_that_parsing_would_find(lines: list[str]) -> None:
    text = strip(calendar(*lines))
    parsed = {
        person.address.email for one in read(text) for event in one.events for person in read_participants(event, [])[0]
    }
    assert parsed <= {one.email for one in people_in(text)}
