"""Whom to get back to, as a calendar (RFC 5545): an event of the whole day each, that takes nobody's time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from icalendar import Calendar, Component, Event, Todo


class Reminder(NamedTuple):
    """`uid` is the same every day, until it is done with."""

    uid: str
    contact: int
    day: date
    summary: str
    description: str


def feed_text(reminders: Sequence[Reminder]) -> str:
    """What stands in it changes only with the reminders."""
    events = [event(one.uid, _stamp(one), one.day, one.summary, one.description or None) for one in reminders]
    for one in events:
        one.add("class", "PRIVATE")
    return calendar({"method": "PUBLISH", "x-wr-calname": "Get back to"}, events)


def task_text(one: Reminder) -> str:
    """The same as a task (RFC 5545 §3.6.2)."""
    task = Todo()
    _fill(
        task,
        {
            "uid": one.uid, "dtstamp": _stamp(one), "due": one.day, "summary": one.summary,
            "description": one.description, "status": "NEEDS-ACTION",
        },
    )  # fmt: skip
    return calendar({}, [task])


def event(uid: str, stamp: datetime, day: date, summary: str, description: str | None) -> Event:
    """Of this day, beside whatever else is on it; None: nothing describes it."""
    made = Event()
    end = day + timedelta(days=1)  # the first day that it is not (RFC 5545 §3.6.1)
    _fill(made, {"uid": uid, "dtstamp": stamp, "dtstart": day, "dtend": end, "summary": summary})
    if description is not None:
        _fill(made, {"description": description})
    made.add("transp", "TRANSPARENT")
    return made


def calendar(head: Mapping[str, str], parts: Iterable[Component]) -> str:
    """Of these events or tasks, with further properties of its own."""
    made = Calendar()
    _fill(made, {"version": "2.0", "prodid": "-//lasttouch//whom to get back to//EN", **head})
    made.subcomponents.extend(parts)
    text: bytes = made.to_ical(sorted=False)
    return text.decode()


def _fill(component: Component, values: Mapping[str, str | date]) -> None:
    """What controls a terminal or a line is no text (RFC 5545 §3.3.11)."""
    for name, value in values.items():
        component.add(name, _printable(value) if isinstance(value, str) else value)


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)


def _stamp(one: Reminder) -> datetime:
    return datetime.combine(one.day, time(), UTC)
