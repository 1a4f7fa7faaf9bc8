"""Nothing of a person that must not be kept stays in a calendar object."""

from __future__ import annotations

import pytest

from capture.calendar.redaction import redacted

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"


def _event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:u", "DTSTART:20260101T100000Z", *lines, "END:VEVENT", ""])


def _lawyer(email: str) -> bool:
    return email == "lawyer@x.example"


ANA, BOB = "ATTENDEE;CN=Ana:mailto:ana@acme.example", "ATTENDEE:MAILTO:bob@globex.example"
LAWYER = 'ATTENDEE;CN="The lawyer";PARTSTAT=ACCEPTED:mailto:Lawyer@X.example'


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["SUMMARY:talk", ANA, BOB], ["SUMMARY:talk", ANA, BOB]),
        (["SUMMARY:case", ANA, BOB, LAWYER], [ANA, BOB]),
        (["SUMMARY:case", ANA, LAWYER], None),
        (["SUMMARY:case", LAWYER.replace("ATTENDEE", "ORGANIZER"), ANA, BOB], None),
        (["SUMMARY:case", ANA, BOB, "ATTENDEE;EMAIL=lawyer@x.example:urn:uuid:1"], [ANA, BOB]),
        (["SUMMARY:case", ANA, BOB, "ATTENDEE:mailto:eve@x.example,Lawyer@X.example"], [ANA, BOB]),
    ],
)
def test_who_is_forbidden_goes_and_takes_the_summary_along(lines: list[str], kept: list[str] | None) -> None:
    text = redacted(f"{_HEAD}{_event(*lines)}END:VCALENDAR\r\n", _lawyer, keep_summary=True)
    assert "lawyer" not in text.lower()
    if kept is None:
        assert text == ""
    else:
        assert [line for line in text.splitlines() if line.startswith(("SUMMARY", "ATTENDEE"))] == kept


def test_an_override_that_goes_does_not_bring_the_planned_occurrence_back() -> None:
    series = _event("RRULE:FREQ=DAILY;COUNT=3", ANA, BOB)
    override = _event("RECURRENCE-ID:20260102T100000Z", "SUMMARY:case", ANA, LAWYER)
    text = redacted(f"{_HEAD}{series}{override}END:VCALENDAR\r\n", _lawyer, keep_summary=True)
    assert "case" not in text
    assert "RECURRENCE-ID:20260102T100000Z" in text


def test_summaries_go_where_they_are_not_kept() -> None:
    assert "talk" not in redacted(f"{_HEAD}{_event('SUMMARY:talk', ANA, BOB)}END:VCALENDAR\r\n", _lawyer, False)
    assert redacted("no calendar at all", _lawyer, True) == ""
