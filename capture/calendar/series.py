"""The occurrences of one event with all its overrides, as planned and as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, cast

from icalendar import Event as Component
from icalendar.prop import vDDDLists, vDDDTypes, vRecur
from recurring_ical_events import EventAdapter, Series

from capture.calendar.events import Event, Span
from capture.calendar.rules import Moment
from capture.calendar.times import in_utc

_FAR = timedelta(days=366)
_MARGIN = timedelta(days=2)  # dates and zones differ by a day at most


class Occurrence(NamedTuple):
    """`planned` is the start that identifies it within its series, None for an event that does not
    recur."""

    event: Event
    planned: Moment | None
    span: Span


def occurrences(events: Sequence[Event], start: datetime, end: datetime, account: tzinfo) -> Iterator[Occurrence]:
    """All occurrences that `events`, which share a UID, have between two instants, and some around
    them.

    An override takes the place of the occurrence it names, one with RANGE=THISANDFUTURE moves and
    changes what follows too (RFC 5545 §3.8.4.4); an override without its series stands by itself. A
    series that is newer than an override overrules it where it plans nothing at that time any more,
    and where it is cancelled.
    """
    series = latest([event for event in events if event.recurrence_id is None])
    overrides = _overrides(events, series)
    if series is not None:
        for key in _overruled(series, overrides, (start, end), account):
            del overrides[key]
    if series is None:
        excluded: set[str] = set()
    elif not series.repeats and not overrides:
        yield Occurrence(series, None, series.span)
        return
    else:
        excluded = {identity(_typed_like(moment, series.span.start)) for moment in series.exdates}
        excluded |= {moment.strftime("%Y%m%d") for moment in series.exdates if not isinstance(moment, datetime)}
        yield from _planned(series, overrides, excluded, (start, end), account)
    for key, override in overrides.items():
        if key not in excluded:
            yield Occurrence(override, override.recurrence_id, override.span)


def latest(events: Sequence[Event]) -> Event | None:
    """The newest of several versions of the same."""
    return max(events, key=lambda event: (event.sequence, event.meeting.revision), default=None)


def identity(moment: Moment | None) -> str:
    """A planned start as text, the same whatever zone it was written in; "" for None."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return moment.strftime("%Y%m%d")


def _overrides(events: Sequence[Event], series: Event | None) -> dict[str, Event]:
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.recurrence_id is not None:
            like = series.span.start if series else event.recurrence_id
            found.setdefault(identity(_typed_like(event.recurrence_id, like)), []).append(event)
    return {key: cast("Event", latest(versions)) for key, versions in found.items()}


def _overruled(
    series: Event, overrides: dict[str, Event], window: tuple[datetime, datetime], account: tzinfo
) -> list[str]:
    """Of those that were not moved to, or from, far beyond the window.

    An override that is older by its number alone holds otherwise: most programs count up the
    series' SEQUENCE only.
    """
    first, last = window[0] - _FAR, window[1] + _FAR
    older = {
        key: in_utc(cast("Moment", event.recurrence_id), account)
        for key, event in overrides.items()
        if _is_older(event, series) and in_utc(event.span.start, account) <= last
    }
    near = {key: planned for key, planned in older.items() if first <= planned <= last}
    if not near or series.meeting.cancelled_by:
        return list(near)
    spans = _expanded(series, min(near.values()) - _MARGIN, max(near.values()) + _MARGIN)
    return sorted(near.keys() - {identity(span.start) for span in spans})


def _is_older(event: Event, series: Event) -> bool:
    """By its SEQUENCE, or where that is the same by its last change, if both tell it."""
    changed, since = (one.meeting.revision.partition("|")[2].rstrip("~") for one in (event, series))
    return event.sequence < series.sequence or (event.sequence == series.sequence and "" < changed < since)


def _planned(
    series: Event, overrides: dict[str, Event], excluded: set[str], window: tuple[datetime, datetime], account: tzinfo
) -> Iterator[Occurrence]:
    """What the series' own rule gives and no override replaces."""
    onwards = sorted((key, event) for key, event in overrides.items() if event.onwards)
    longest = max(_length(event.span) for event in [series, *(event for _, event in onwards)])
    shifts = [_shift(event, account) for _, event in onwards] or [timedelta()]
    first = window[0] - longest - max(timedelta(), *shifts) - _MARGIN
    last = window[1] - min(timedelta(), *shifts) + _MARGIN
    for span in _expanded(series, first, last):
        key = identity(span.start)
        day = span.start.strftime("%Y%m%d")
        if key in overrides or key in excluded or day in excluded:
            continue
        changed = next((event for since, event in reversed(onwards) if since < key), None)
        if changed is None:
            yield Occurrence(series, span.start, span)
        else:
            yield Occurrence(changed, span.start, _moved(changed, span.start))


def _expanded(series: Event, first: datetime, last: datetime) -> Iterator[Span]:
    component = Component()
    component["UID"] = series.meeting.uid
    component["DTSTART"] = vDDDTypes(series.span.start)
    component["DTEND"] = vDDDTypes(series.span.end)
    component["RRULE"] = [vRecur.from_ical(rule) for rule in series.rules]
    if series.rdates:
        component["RDATE"] = vDDDLists([start if end is None else (start, end) for start, end in series.rdates])
    for occurrence in Series([EventAdapter(component)]).between(first, last):
        yield Span(occurrence.start, occurrence.end)


def _typed_like(moment: Moment, like: Moment) -> Moment:
    """Exceptions ought to be of the type of DTSTART; where they are not, the day decides."""
    if isinstance(like, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, like.timetz())
    if isinstance(moment, datetime) and not isinstance(like, datetime):
        return moment.date()
    return moment


def _moved(changed: Event, planned: Moment) -> Span:
    """The span of a later occurrence, moved by days and time of day as `changed` moved its own."""
    since, start = cast("Moment", changed.recurrence_id), changed.span.start
    if isinstance(start, datetime) and isinstance(since, datetime) and isinstance(planned, datetime):
        local = planned.astimezone(start.tzinfo).replace(tzinfo=None)
        shift = start.replace(tzinfo=None) - since.astimezone(start.tzinfo).replace(tzinfo=None)
        begins: Moment = (local + shift).replace(tzinfo=start.tzinfo)
    else:
        days = timedelta(days=planned.toordinal() - since.toordinal())
        begins = start + days
    return Span(begins, begins + _length(changed.span))


def _length(span: Span) -> timedelta:
    return span.end - span.start


def _shift(event: Event, account: tzinfo) -> timedelta:
    return in_utc(event.span.start, account) - in_utc(cast("Moment", event.recurrence_id), account)
