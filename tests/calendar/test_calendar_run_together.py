"""Lines of a calendar that ran together, in every place where one component ends or begins."""

from __future__ import annotations

import re

import pytest
from event_lines import END, PARIS, START, calendar, vevent
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.calendar.content_lines import BrokenObject
from capture.calendar.objects import strip
from capture.calendar.occurrences import expand
from capture.calendar.text import apart

ALARM = ["BEGIN:VALARM", "TRIGGER:-PT5M", "ATTENDEE:mailto:alarm@noise.example", "END:VALARM"]
ZONE = [
    *("BEGIN:VTIMEZONE", "TZID:Here", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE"),
]


def met(uid: str, guest: str, *more: str) -> list[str]:
    return vevent("DTSTART:20260310T090000Z", f"ATTENDEE:mailto:{guest}@globex.example", *more, uid=uid)


def people(text: str) -> dict[str, list[str]]:
    """By UID; what was skipped is named instead."""
    found = expand(text, START, END, PARIS)
    named = {skip.item: [skip.reason] for skip in found.skipped}
    return named | {
        one.uid: [person.address.email.partition("@")[0] for person in one.participants] for one in found.meetings
    }


@pytest.mark.parametrize(
    "text",
    [
        calendar(met("one", "olga")) + "\r\n".join([*met("two", "pia"), ""]),
        "\r\n".join([*met("two", "pia"), ""]) + calendar(met("one", "olga")),
        calendar(met("one", "olga"), ["END:VCALENDAR", *met("two", "pia"), "BEGIN:VCALENDAR"]),
        calendar(met("one", "olga"), ["BEGIN:VEVENTEVENT", *met("two", "pia")[1:]]),
        calendar(["BEGIN:VTODO", *met("two", "pia")[1:]], met("one", "olga")),
    ],
)
def test_an_event_that_stands_nowhere_is_named(text: str) -> None:
    found = expand(text, START, END, PARIS)
    assert [one.uid for one in found.meetings] == ["one"]
    (skip,) = found.skipped
    assert skip.reason.startswith("an event ")
    assert "one" in strip(text)


TWO = calendar(met("one", "olga"), met("two", "pia"))
BOTH = {"one": ["olga"], "two": ["pia"]}


@pytest.mark.parametrize(
    ("ends", "instead"),
    [
        ("END:VEVENT\r\nBEGIN:VEVENT", "END:VEVENTBEGIN:VEVENT"),
        ("END:VEVENT\r\nBEGIN:VEVENT", "END:VEVENT\r\n BEGIN:VEVENT"),
        ("END:VEVENT\r\nBEGIN:VEVENT", "end:vevent \tbegin:vevent"),
        ("END:VEVENT\r\nBEGIN:VEVENT", "END:VEVENT\rBEGIN:VEVENT"),
        ("END:VEVENT\r\nBEGIN:VEVENT\r\n", "END:VEVENTBEGIN:VEVENT"),
        ("\r\nEND:VEVENT\r\nBEGIN:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT"),
        ("\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n", "END:VEVENTBEGIN:VEVENT"),
        ("\r\nEND:VEVENT", "\rEND:VEVENT"),
        ("BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDARVERSION:2.0"),
        ("END:VEVENT\r\nEND:VCALENDAR", "END:VEVENTEND:VCALENDAR"),
        ("END:VEVENT\r\nEND:VCALENDAR", "END:VEVENTEND:VCALENDARBEGIN:VCALENDARVERSION:2.0\r\nEND:VCALENDAR"),
        ("BEGIN:VEVENT\r\nUID:two", "BEGIN:VTODO\r\nUID:t\r\nEND:VTODOBEGIN:VEVENT\r\nUID:two"),
        ("BEGIN:VEVENT\r\nUID:two", "BEGIN:X-NOTE\r\nX-A:1\r\nEND:X-NOTEBEGIN:VEVENT\r\nUID:two"),
        ("BEGIN:VEVENT\r\nUID:one", "X-WR-CALNAME:NewsBEGIN:VEVENT\r\nUID:one"),
        ("END:VEVENT\r\nBEGIN:VEVENT", "\r\n".join([*ALARM[:-1], "END:VALARMEND:VEVENTBEGIN:VEVENT"])),
        ("END:VEVENT\r\nBEGIN:VEVENT", "\r\n".join([*ALARM[:-1], "X-B:1END:VALARM", "END:VEVENT", "BEGIN:VEVENT"])),
    ],
)  # fmt: skip
def test_two_events_are_two_each_with_its_own_people(ends: str, instead: str) -> None:
    assert ends in TWO
    text = TWO.replace(ends, instead)
    assert people(text) == BOTH
    assert people(strip(text)) == BOTH


def test_a_zone_that_ran_into_the_events_is_one() -> None:
    there = vevent("DTSTART;TZID=Here:20260310T120000", uid="one")
    text = calendar(there, before=ZONE).replace("END:STANDARD\r\nEND:VTIMEZONE\r\n", "END:STANDARDEND:VTIMEZONE")
    (meeting,) = expand(strip(text), START, END, PARIS).meetings
    assert meeting.start.hour == 9


@pytest.mark.parametrize(
    "words", ["it said END:VEVENT", r"forwarded\nEND:VEVENT", r"x\nEND:VEVENT\nEND:VCALENDAR", "END:VALARM"]
)
@pytest.mark.parametrize("before", [[], ALARM])
def test_words_in_a_text_end_nothing(words: str, before: list[str]) -> None:
    """Else what follows them, as a CLASS, would be cut off."""
    text = calendar(
        met("one", "olga", f"DESCRIPTION:{words}", *before, "SUMMARY:After", "CLASS:PRIVATE"), met("two", "pia")
    )
    assert people(strip(text)) == {"two": ["pia"]}
    torn = text.replace("END:VEVENT\r\nBEGIN:VEVENT", "END:VEVENTBEGIN:VEVENT")
    assert people(strip(torn)) == {"two": ["pia"]}


def test_what_stands_apart_stays_as_it_is() -> None:
    assert apart(TWO) == TWO


_BORDER_ENDS = re.compile(r"\r\n(?=BEGIN:|END:)|(?<=VEVENT)\r\n|(?<=VALARM)\r\n|(?<=VTODO)\r\n|(?<=VCALENDAR)\r\n(?=.)")
_SECRET = "zxq"


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["", "PRIVATE", "CONFIDENTIAL"]), st.integers(0, 3)), min_size=1, max_size=5),
    st.data(),
)
def test_nothing_of_a_private_event_is_kept_whatever_ran_together(
    kinds: list[tuple[str, int]], data: st.DataObject
) -> None:
    events = []
    for number, (kind, shape) in enumerate(kinds):
        word = _SECRET if kind else "open"
        lines = [f"SUMMARY:{word}", f"ATTENDEE:mailto:{word}{number}@globex.example", "DTSTART:20260310T090000Z"]
        mark = [f"CLASS:{kind}"] if kind else []
        lines = [*mark, *lines] if shape % 2 else [*lines, *mark]
        events += ["BEGIN:VEVENT", f"UID:{word}{number}", *(ALARM if shape > 1 else []), *lines, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    lost = data.draw(st.sets(st.sampled_from([found.start() for found in _BORDER_ENDS.finditer(text)])))
    for at in sorted(lost, reverse=True):
        text = text[:at] + text[at + 2 :]
    try:
        kept = strip(text)
    except BrokenObject:
        return
    for number, (kind, _) in enumerate(kinds):
        assert f"{_SECRET}{number}" not in re.sub(r"UID:.*", "", kept)
        # an alarm whose end ran into its own last line is not seen to end, which is named
        assert kind or people(kept)[f"open{number}"] in ([f"open{number}"], ["VALARM is not ended"])
    assert f"SUMMARY:{_SECRET}" not in kept
