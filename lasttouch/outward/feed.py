"""Whom to get back to today, as reminders: those of `today` who are contacts, and of whom that can be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from deliver.calendar_text import Reminder, feed_text
from lasttouch.answers.attention import Whom, attention
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


def feed(zone: tzinfo, house: str) -> Callable[[Log, list[Person], datetime], str]:
    def made(view: Log, shown: list[Person], now: datetime) -> str:
        return feed_text(reminders(view, {one.id for one in shown}, now, zone, house))

    return made
