"""The content lines of iCalendar text (RFC 5545 §3.1) that judging a meeting needs, in their
components."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from capture.calendar.text import apart, unfolded

# Marks what is left of an occurrence that is private while its series is not: nothing but the fact that the
# series' own rule does not hold there. Without RECURRENCE-ID, of a series that is private while an override is not.
WITHHELD = "X-LASTTOUCH-WITHHELD"
# Marks an event that cannot be trusted as read, with the reason.
BROKEN = "X-LASTTOUCH-BROKEN"
# Marks an event that its title calls off, while its time is shown as free.
CALLED_OFF = "X-LASTTOUCH-CALLED-OFF"
# Marks an event of a source that counts no versions, so that its copies are compared by their last change alone.
NO_SEQUENCE = "X-LASTTOUCH-NO-SEQUENCE"


def _lines_of(*names: str) -> re.Pattern[str]:
    """Finds the lines of these properties in unfolded text that begins with a line end: their
    names, and they whole."""
    return re.compile(rf"\n(?=[ \t]*({'|'.join(names)})[ \t]*[;:])(.*)", re.IGNORECASE | re.ASCII)


_EVENT = _lines_of(
    *("ATTENDEE", "ORGANIZER", "UID", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED"),
    *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"),
    *("STATUS", "CLASS", "SUMMARY", WITHHELD, BROKEN, CALLED_OFF, NO_SEQUENCE),
    *(r"TRANSP(?=[^\n]*:[ \t]*TRANSPARENT)", r"X-MICROSOFT-CDO-BUSYSTATUS(?=[^\n]*:[ \t]*FREE)"),
)
_ZONE_NAMES = ("TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE")
_ZONE = _lines_of(*_ZONE_NAMES)
_CALENDAR = _lines_of("METHOD", "X-WR-TIMEZONE")
_BORDERS = re.compile(r"\n(?=[BEbe \t])([ \t]*(?:BEGIN|END)[ \t]*[;:].*)", re.IGNORECASE | re.ASCII)
_WHOLE_ZONE = _lines_of("BEGIN", "END", *_ZONE_NAMES)
_PARTS_OF_ZONES = (("BEGIN:STANDARD", "END:STANDARD"), ("BEGIN:DAYLIGHT", "END:DAYLIGHT"))
_END_OF_ZONE = "\nEND:VTIMEZONE\n"
_LONGEST_ZONE, _LONGEST_BORDER = 8192, 80  # characters of what is remembered
_DEEPEST = 50
MOST_ZONES = 1000  # of one VCALENDAR, where IANA knows some 600; what comes after them is passed over
_COUNTED = re.compile(":(?:VEVENT|VCALENDAR|VALARM)", re.IGNORECASE)
_OTHER_COMPONENTS = frozenset(("VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT"))


class BrokenObject(ValueError):
    """Text that cannot be read as an iCalendar object at all; the message says why in a few words."""


Lines = list[tuple[str, str]]
"""Content lines, unfolded, as (upper-case property name, line)."""


@dataclass(slots=True)
class EventLines:
    """The kept lines of one VEVENT."""

    lines: Lines = field(default_factory=list)

    def line(self, name: str) -> str:
        """The first line of this property, "" if there is none."""
        for key, line in self.lines:
            if key == name:
                return line
        return ""

    def value(self, name: str) -> str:
        """What stands behind the colon of the first line of this property, "" if there is none."""
        return value_of(self.line(name))


@dataclass(slots=True)
class CalendarLines:
    """One VCALENDAR: its own kept properties, its VTIMEZONEs as lines, its VEVENTs."""

    properties: dict[str, str] = field(default_factory=dict)
    zones: list[list[str]] = field(default_factory=list)
    events: list[EventLines] = field(default_factory=list)


def read(text: str) -> list[CalendarLines]:
    """The VCALENDARs of a text (RFC 5545 §3.4 allows several), only the kept lines.

    Raises BrokenObject.
    """
    text = unfolded(text)
    reader = _read(text)
    if (reader.is_odd or reader.counted < len(_COUNTED.findall(text))) and (separated := apart(text)) != text:
        reader = _read(separated)
    if not (calendars := reader.finish()):
        raise BrokenObject("no VCALENDAR in it")
    return calendars


def _read(text: str) -> _Reader:
    reader = _Reader()
    text, at = "\n" + text, 0
    while (zone := _usual_zone(text, at)) is not None:
        reader.read(text[at : zone.start])
        reader.read_zone(text[zone])
        at = zone.stop
    reader.read(text[at:])
    reader.end()
    return reader


class _Reader:
    """Where we are among the nested components. What is not properly ended may have lost lines that
    matter.

    `is_odd`: some component did not begin or end as it should, or is of an unknown kind. `counted`
    is how often a VEVENT, VCALENDAR or VALARM began or ended: where the text names them more often,
    lines ran together. `kept` finds the properties kept where we are, and `lines` is what they are
    added to.
    """

    def __init__(self) -> None:
        self.is_odd = False
        self.counted = 0
        self._kept: re.Pattern[str] | None = None
        self._lines: Lines = []
        self._found: list[tuple[Lines, list[Lines], list[EventLines]]] = []  # of each calendar: its own, zones, events
        self._within: list[str] = []
        self._around: list[tuple[re.Pattern[str] | None, Lines]] = []  # `_kept` and `_lines` outside of each of those

    def read(self, text: str) -> None:
        """Take lines, each with the line end before it."""
        first, *rest = _BORDERS.split(text)
        self._keep(first)
        for line, run in zip(rest[::2], rest[1::2], strict=True):
            name, component = _border(line) if len(line) < _LONGEST_BORDER else _parsed_border(line)
            if component in ("VEVENT", "VCALENDAR", "VALARM"):
                self.counted += 1
            elif component not in _OTHER_COMPONENTS:
                self.is_odd = True
            if name == "BEGIN":
                self._begin(component)
            if self._kept is _ZONE:
                self._lines.append((name, line))
            if name == "END":
                self._end(component)
            if run and self._kept is not None:
                self._keep(run)

    def read_zone(self, text: str) -> None:
        """Take a VTIMEZONE. The same ones come again and again."""
        if self._found and len(self._found[-1][1]) >= MOST_ZONES:
            return
        lines = _zone_lines(text) if self._within == ["VCALENDAR"] else []
        if lines:
            self._found[-1][1].append(lines)
        else:
            self.read(text)

    def end(self) -> None:
        """No line follows."""
        self._leave(0)

    def finish(self) -> list[CalendarLines]:
        calendars = []
        for own, zones, events in self._found:
            calendar = CalendarLines(zones=[[line for _, line in zone] for zone in zones], events=events)
            for name, line in own:
                calendar.properties.setdefault(name, value_of(line))
            calendars.append(calendar)
        return calendars

    def _keep(self, run: str) -> None:
        if self._kept is not None:
            self._lines += [(name.upper(), line) for name, line in self._kept.findall(run)]

    def _begin(self, component: str) -> None:
        if component in ("VCALENDAR", "VEVENT", "VTIMEZONE"):  # these never stand in anything but a VCALENDAR
            self._leave(0 if component == "VCALENDAR" else 1)
        if len(self._within) == _DEEPEST:
            raise BrokenObject("components nested without end")
        kept = self._kept
        self._within.append(component)
        self._around.append((kept, self._lines))
        if component == "VEVENT" and kept is _CALENDAR:
            self._kept, self._lines = _EVENT, []
            self._found[-1][2].append(EventLines(self._lines))
        elif component == "VEVENT" and "VCALENDAR" not in self._within:
            self.is_odd = True
            self._kept, self._lines = _EVENT, [(BROKEN, f"{BROKEN}:an event outside of a VCALENDAR")]
            self._found.append(([], [], [EventLines(self._lines)]))
        elif component == "VTIMEZONE" and kept is _CALENDAR and len(self._found[-1][1]) < MOST_ZONES:
            self._kept, self._lines = _ZONE, []
            self._found[-1][1].append(self._lines)
        elif component == "VCALENDAR":
            self._kept, self._lines = _CALENDAR, []
            self._found.append((self._lines, [], []))
        elif kept is not _ZONE:
            self._kept = None

    def _end(self, component: str) -> None:
        if component not in self._within:
            self.is_odd = True
            if component == "VEVENT" and self._found and self._within and self._within[-1] != "VCALENDAR":
                broken = f"{BROKEN}:an event that begins as {self._within[-1][:40]}"
                self._found[-1][2].append(EventLines([(BROKEN, broken)]))
        else:
            while self._within[-1] != component:
                self._leave(len(self._within) - 1)
            self._within.pop()
            self._kept, self._lines = self._around.pop()

    def _leave(self, depth: int) -> None:
        """Leave components that are not ended, until only `depth` are open."""
        while len(self._within) > depth:
            self.is_odd = True
            if self._within[:2] == ["VCALENDAR", "VEVENT"]:
                broken = f"{BROKEN}:{self._within[-1][:40]} is not ended"
                self._found[-1][2][-1].lines.append((BROKEN, broken))
            self._within.pop()
            self._kept, self._lines = self._around.pop()


def _parsed_border(line: str) -> tuple[str, str]:
    """What begins or ends there: "BEGIN" or "END", and the component's name."""
    head, _, component = line.partition(":")
    return head.partition(";")[0].strip().upper(), component.strip().upper()


_border = lru_cache(maxsize=256)(_parsed_border)


def _usual_zone(text: str, at: int) -> slice | None:
    """Where the next VTIMEZONE stands, if it is one that may be remembered."""
    first = text.find("\nBEGIN:VTIMEZONE\n", at)
    end = text.find(_END_OF_ZONE, first, first + _LONGEST_ZONE) if first >= 0 else -1
    return slice(first, end + len(_END_OF_ZONE) - 1) if end >= 0 else None


@lru_cache(maxsize=256)
def _zone_lines(block: str) -> Lines:
    """What is kept of a VTIMEZONE; nothing where there is more in it than zones have, so that it
    must be looked at."""
    lines = [(name.upper(), line) for name, line in _WHOLE_ZONE.findall(block)]
    borders = [line for name, line in lines if name in ("BEGIN", "END")]
    inner = [pair for pair in zip(borders[1:-1:2], borders[2:-1:2], strict=False) if pair not in _PARTS_OF_ZONES]
    is_usual = borders[0] == "BEGIN:VTIMEZONE" and len(borders) % 2 == 0 and not inner
    return lines if is_usual else []


def value_of(line: str) -> str:
    """What stands behind the first colon outside of quotes."""
    if '"' not in line:
        return line.partition(":")[2].strip()
    quoted = False
    for position, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[position + 1 :].strip()
    return ""


def written(calendar: CalendarLines) -> str:
    """The lines of one calendar as iCalendar text."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    lines += [f"{name}:{value}" for name, value in calendar.properties.items()]
    for zone in calendar.zones:
        lines += zone
    for event in calendar.events:
        lines += ["BEGIN:VEVENT", *(line for _, line in event.lines), "END:VEVENT"]
    lines += ["END:VCALENDAR", ""]
    return "\r\n".join(lines)
