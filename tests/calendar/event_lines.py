"""Events as lines of iCalendar, and the meetings that they are."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from activity.meeting import Meeting
from capture.calendar.occurrences import expand

BERLIN, PARIS = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris")
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def calendar(*events: list[str], before: list[str] | None = None) -> str:
    lines = [line for event in events for line in event]
    return "\r\n".join(["BEGIN:VCALENDAR", *(before or []), *lines, "END:VCALENDAR", ""])


def vevent(*lines: str, uid: str = "u") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]


def meetings(text: str, zone: ZoneInfo = BERLIN) -> list[Meeting]:
    found = expand(text, START, END, zone)
    assert found.skipped == []
    return sorted(found.meetings, key=lambda meeting: meeting.start)


def expanded(*events: list[str], before: list[str] | None = None, zone: ZoneInfo = BERLIN) -> list[Meeting]:
    return meetings(calendar(*events, before=before), zone)


def one(*lines: str, before: list[str] | None = None) -> Meeting:
    (meeting,) = expanded(vevent(*lines), before=before)
    return meeting


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)
