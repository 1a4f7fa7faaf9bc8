"""Who and what is in a meeting, and which objects are meetings."""

from __future__ import annotations

from event_lines import BERLIN, END, START, at, calendar, expanded, one, vevent

from activity.batch import Skip
from capture.calendar.occurrences import expand


def test_a_single_event_has_no_recurrence_and_takes_the_revision() -> None:
    meeting = one("DTSTART:20260701T100000Z", "SEQUENCE:3", "LAST-MODIFIED:20260601T000000Z", "STATUS:tentative")
    assert (meeting.uid, meeting.recurrence, meeting.status) == ("u", "", "TENTATIVE")
    assert meeting.revision == "0000000003|20260601T000000Z"
    assert one("DTSTART:20260701T100000Z").revision == "0000000000|20260101T000000Z"


def test_of_equals_an_override_is_newer_than_its_series() -> None:
    series = one("DTSTART:20260701T100000Z")
    override = one("DTSTART:20260701T120000Z", "RECURRENCE-ID:20260701T100000Z")
    assert series.revision < override.revision < one("DTSTART:20260701T100000Z", "SEQUENCE:1").revision


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
        "ATTENDEE:mailto:one@b.example,two@b.example",
    ]
    found = expand(calendar(vevent("DTSTART:20260701T100000Z", *lines)), START, END, BERLIN)
    (meeting,) = found.meetings
    assert [(person.address.email, person.answer) for person in meeting.participants] == [
        ("c@b.example", "NEEDS-ACTION"), ("e+x@b.example", "NEEDS-ACTION"), ("f@b.example", "ACCEPTED"),
        ("y@b.example", "NEEDS-ACTION"),
    ]  # fmt: skip
    assert meeting.invited == 7
    assert meeting.warnings == ("an ATTENDEE could not be read",)
    assert found.unread == [Skip("u", "an ATTENDEE could not be read")]
    assert found.skipped == []


def test_texts_are_unescaped_and_hold_no_control_characters() -> None:
    assert one("DTSTART:20260701T100000Z", r"SUMMARY:a\, b\nc" + "\x1b[31m\0d").summary == "a, b c [31m d"


def test_scheduling_messages_are_told_from_events() -> None:
    assert one("DTSTART:20260701T100000Z", before=["METHOD:CANCEL"]).cancelled_by == "METHOD:CANCEL"
    found = expand(calendar(vevent("DTSTART:20260701T100000Z"), before=["METHOD:REPLY"]), START, END, BERLIN)
    assert (found.meetings, len(found.skipped)) == ([], 1)


def test_tasks_and_the_like_are_no_meetings() -> None:
    others = [
        [line.replace("VEVENT", kind) for line in vevent("DTSTART:20260701T100000Z")] for kind in ("VTODO", "VJOURNAL")
    ]
    assert expanded(*others) == []


def test_an_event_without_uid_gets_the_same_one_each_time() -> None:
    def uid(summary: str) -> str:
        event = [line for line in vevent("DTSTART:20260701T100000Z", f"SUMMARY:{summary}") if "UID" not in line]
        return expanded(event)[0].uid

    assert uid("a") == uid("a") != uid("b")


def test_method_and_zone_are_those_of_an_events_own_calendar() -> None:
    asked = vevent("DTSTART:20260701T100000", "SEQUENCE:0", uid="a")
    paris = calendar(
        asked, vevent("DTSTART:20260702T100000", uid="b"), before=["METHOD:REQUEST", "X-WR-TIMEZONE:Europe/Paris"]
    )
    cancel = calendar(
        vevent("DTSTART:20260701T100000", "SEQUENCE:1", uid="a"), before=["METHOD:CANCEL", "X-WR-TIMEZONE:Asia/Tokyo"]
    )
    for text in (paris + cancel, cancel + paris):
        met = {one.uid: (one.cancelled_by, one.start) for one in expand(text, START, END, BERLIN).meetings}
        assert met == {"a": ("METHOD:CANCEL", at(7, 1, 1)), "b": ("", at(7, 2, 8))}


def test_one_occurrence_is_cancelled_by_a_calendar_of_its_own() -> None:
    series = calendar(vevent("DTSTART:20260701T100000Z", "RRULE:FREQ=DAILY;COUNT=3"), before=["METHOD:REQUEST"])
    cancel = calendar(vevent("DTSTART:20260702T100000Z", "RECURRENCE-ID:20260702T100000Z"), before=["METHOD:CANCEL"])
    met = sorted(expand(series + cancel, START, END, BERLIN).meetings, key=lambda one: one.start)
    assert [one.cancelled_by for one in met] == ["", "METHOD:CANCEL", ""]


def test_the_calendars_of_an_unusual_rule_are_told_apart_as_well() -> None:
    series = calendar(vevent("DTSTART:20260701T100000Z", "RRULE:FREQ=HOURLY;COUNT=2"), before=["METHOD:REQUEST"])
    cancel = calendar(vevent("DTSTART:20260701T110000Z", "RECURRENCE-ID:20260701T110000Z"), before=["METHOD:CANCEL"])
    met = sorted(expand(series + cancel, START, END, BERLIN).meetings, key=lambda one: one.start)
    assert [one.cancelled_by for one in met] == ["", "METHOD:CANCEL"]


def test_a_reply_beside_its_invitation_is_named_and_takes_nothing_away() -> None:
    asked = calendar(vevent("DTSTART:20260701T100000Z"), before=["METHOD:REQUEST"])
    reply = calendar(vevent("DTSTART:20260701T100000Z"), before=["METHOD:REPLY"])
    for text in (asked + reply, reply + asked):
        found = expand(text, START, END, BERLIN)
        assert [one.uid for one in found.meetings] == ["u"]
        assert [skip.reason for skip in found.skipped] == ["a scheduling message (METHOD:REPLY), not an event"]
