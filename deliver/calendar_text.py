"""Whom to get back to, as a calendar (RFC 5545): an event of the whole day each, that takes nobody's time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_LINE_OCTETS = 75


class Reminder(NamedTuple):
    """`uid` is the same every day, until it is done with."""

    uid: str
    contact: int
    day: date
    summary: str
    description: str


def feed_text(reminders: Sequence[Reminder]) -> str:
    """What stands in it changes only with the reminders."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//lasttouch//whom to get back to//EN", "METHOD:PUBLISH",
             "X-WR-CALNAME:Get back to"]  # fmt: skip
    for one in reminders:
        end = one.day + timedelta(days=1)  # the first day that it is not (RFC 5545 §3.6.1)
        lines += [
            "BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{_stamp(one.day)}", f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{end:%Y%m%d}", f"SUMMARY:{_text(one.summary)}", f"DESCRIPTION:{_text(one.description)}",
            "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT",
        ]  # fmt: skip
    return _folded([*lines, "END:VCALENDAR"])


def task_text(one: Reminder) -> str:
    """The same as a task (RFC 5545 §3.6.2)."""
    return _folded(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//lasttouch//whom to get back to//EN", "BEGIN:VTODO",
            f"UID:{one.uid}", f"DTSTAMP:{_stamp(one.day)}", f"DUE;VALUE=DATE:{one.day:%Y%m%d}",
            f"SUMMARY:{_text(one.summary)}", f"DESCRIPTION:{_text(one.description)}", "STATUS:NEEDS-ACTION",
            "END:VTODO", "END:VCALENDAR",
        ]
    )  # fmt: skip


def _stamp(day: date) -> str:
    return f"{datetime(day.year, day.month, day.day, tzinfo=UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """RFC 5545 §3.3.11; what controls a terminal or a line is no text."""
    kept = "".join(one if one.isprintable() or one == "\n" else " " for one in value)
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(lines: Sequence[str]) -> str:
    """RFC 5545 §3.1: in lines of at most 75 octets, no character cut in two."""
    out: list[str] = []
    for line in lines:
        part, room = "", _LINE_OCTETS
        for character in line:
            size = len(character.encode())
            if size > room:
                out.append(part)
                part, room = " ", _LINE_OCTETS - 1
            part += character
            room -= size
        out.append(part)
    return "\r\n".join(out) + "\r\n"
