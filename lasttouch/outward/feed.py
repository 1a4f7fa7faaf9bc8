"""Whom to get back to today, as reminders: those of `today` who are contacts, and of whom that can be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from deliver.calendar_text import Reminder, feed_text
from lasttouch.answers.attention import Whom, attention
from lasttouch.outward.file_pass import Made
from lasttouch.outward.outcome import Row
from store.log import Log
from store.people import Person

MOST = 50
_TOLD = frozenset(("met", "cadence", "rhythm", "series-over"))
"""Reasons whose sentences speak of dates alone; those of the others may hold what somebody wrote."""
_SUMMARIES = {"owed": "Answer {}", "pending": "Ask {} again"}


def reminders(view: Log, known: set[int], now: datetime, zone: tzinfo, house: str) -> list[Reminder]:
    """One a contact, on the local day that it is now; `house` tells this log's from others'."""
    day = now.astimezone(zone).date()
    return [
        Reminder(
            f"lasttouch-{one.contact}@{house}",
            one.contact,
            day,
            _SUMMARIES.get(one.kind, "Get back to {}").format(one.name),
            one.because if one.kind in _TOLD else "",
        )
        for one in attention(view, now, Whom(), MOST).reasons
        if one.contact is not None and one.contact in known
    ]


def feed(zone: tzinfo, house: str) -> Callable[[Log, list[Person], datetime], Made]:
    def made(view: Log, shown: list[Person], now: datetime) -> Made:
        names = {one.id: one.name for one in shown}
        found = reminders(view, set(names), now, zone, house)
        rows = [Row(one.contact, names[one.contact], None, None, None, f"an event: {one.summary}") for one in found]
        return Made(feed_text(found), rows)

    return made
