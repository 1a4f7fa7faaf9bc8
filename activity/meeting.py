"""Calendar facts: an object as stored on a server, and one occurrence of a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from activity.participant import Participant

UNNUMBERED = "-"  # instead of a SEQUENCE, where the source counts none (Graph)
_ORGANIZERS = "~o"  # behind any time of a last change, which are digits


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """One calendar object resource (RFC 4791 §4.1), already stripped of what we do not keep.

    `href` names it within its calendar, `etag` is "" where the server gave none, `text` is
    iCalendar text with only the components and properties that judging a meeting needs (no
    description, location, attachment, alarm or unknown property); "" where nothing of it may be
    kept.
    """

    href: str
    etag: str
    text: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """One occurrence of an event, before any judgement.

    `uid` and `recurrence` identify it: `recurrence` is "" for an event that does not recur, else
    the RECURRENCE-ID as UTC ("20261122T090000Z", or "20261122" for all-day ones), whatever zone
    it was written in. `start` and `end` are aware UTC, end ≥ start. `status` is the STATUS in
    upper case or "", `cancelled_by` the sign by which it was cancelled, "" if it was not.
    `revision` orders copies of the same occurrence (SEQUENCE, then LAST-MODIFIED or DTSTAMP),
    comparable as text. `participants`: the organizer first, then the
    attendees that are people (no rooms, resources or groups); `invited` counts all attendees
    that are no rooms or resources. `warnings` are short sentences for `why` and `status`.
    """

    uid: str
    recurrence: str
    start: datetime
    end: datetime
    all_day: bool = False
    status: str = ""
    cancelled_by: str = ""
    private: bool = False
    summary: str = ""
    participants: tuple[Participant, ...] = ()
    invited: int = 0
    revision: str = ""
    warnings: tuple[str, ...] = ()


def comparable(revision: str, other: str) -> tuple[str, str]:
    """Two revisions as texts whose order tells which is newer.

    Where one of them has no number, the last change decides; the organizer's own goes before others.
    """
    numbers = revision.partition("|")[0], other.partition("|")[0]
    if numbers[0] == numbers[1] or UNNUMBERED not in numbers:
        return revision, other
    return revision.partition("|")[2], other.partition("|")[2]


def is_of_same_number(revision: str, other: str) -> bool:
    """Are these of one SEQUENCE, as far as both tell it?"""
    numbers = {revision.partition("|")[0], other.partition("|")[0]}
    return len(numbers) == 1 or UNNUMBERED in numbers


def of_organizer(revision: str) -> str:
    """The revision of the organizer's own copy: newer than any other of its SEQUENCE."""
    sequence, _, changed = revision.partition("|")
    return f"{sequence}|{_ORGANIZERS}{changed}"


def is_of_organizer(revision: str) -> bool:
    return revision.partition("|")[2].startswith(_ORGANIZERS)
