"""The proof of a contact's dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.moments import ago, local, utc
from lasttouch.views.activities import not_counted_because, verdict_at
from lasttouch.views.own_words import said_json, said_lines
from lasttouch.views.people import READ, how_of, read_back_lines
from store.people import DATES, Person
from store.read_back import ReadBack
from store.said import Said
from store.timeline import Activity

if TYPE_CHECKING:
    from lasttouch.answers.listings import Listing
    from lasttouch.answers.why import OfContact


def contact_json(one: OfContact, back: ReadBack, now: datetime) -> dict[str, Any]:
    """An object of the array of `why WHO --json`; see docs/json.md."""
    person = one.person
    return {
        "contact": person.id,
        "name": person.name,
        "emails": list(person.emails),
        "last_touch": utc(person.last_touch),
        "last_touch_kind": person.last_touch_kind,
        "last_touch_activity": person.last_touch_activity,
        "last_touch_by": person.last_touch_by,
        "last_touch_account": person.last_touch_account,
        "read_back_to": utc(back.since),
        "dates": {date: _date(person, date, one.behind, now) for date in DATES},
        "not_counted": not_counted_json(one.recent, now),
        "said": said_json(one.said),
        "lists": [listing._asdict() for listing in one.lists],
    }


def contact_text(
    person: Person,
    behind: Mapping[int, Activity],
    recent: Sequence[Activity],
    now: datetime,
    zone: tzinfo,
    words: Sequence[Said] = (),
    back: ReadBack = READ,
    lists: Sequence[Listing] = (),
) -> list[str]:
    """The same for people."""
    lines = [f"{person.name} <{', '.join(person.emails)}>", *read_back_lines([person], back, zone)]
    if person.last_touch_by:
        lines.append(
            f"  last touch    {how_of(person)}, by {person.last_touch_by} (account {person.last_touch_account})"
        )
    for date in DATES:
        moment = getattr(person, date)
        one = behind.get(person.activities.get(date, 0))
        if moment is None or one is None:
            lines.append(f"  {date:<13} {'none planned' if date == 'next_meeting' else 'never'}")
            continue
        lines.append(f"  {date:<13} {local(moment, zone)} ({ago(moment, now)}), activity {one.id}{_subject(one)}")
        lines.append(f"                {verdict_at(one, now)}: {one.reason}")
    return lines + said_lines(words, zone) + _lists_text(lists) + not_counted_text(recent, now, zone)


def _lists_text(lists: Sequence[Listing]) -> list[str]:
    """On which lists they are, and why not on the others."""
    lines = [
        f"    {one.list:<9} {'yes' if one.listed else 'no'}: {one.because}"
        + (f" [{one.activity}]" if one.activity is not None else "")
        for one in lists
    ]
    return ["  on the lists:", *lines] if lines else []


def not_counted_json(recent: Sequence[Activity], now: datetime) -> list[dict[str, Any]]:
    return [
        {"activity": one.id, "at": utc(one.at), "verdict": verdict_at(one, now), "because": because}
        for one, because in _not_counted(recent, now)
    ]


def not_counted_text(recent: Sequence[Activity], now: datetime, zone: tzinfo) -> list[str]:
    lines = [
        f"    {local(one.at, zone)} activity {one.id}{_subject(one)}: {because}"
        for one, because in _not_counted(recent, now)
    ]
    return ["  recent, but no touch:", *lines] if lines else []


def _subject(activity: Activity) -> str:
    return f" “{activity.subject}”" if activity.subject else ""


def _date(person: Person, date: str, behind: Mapping[int, Activity], now: datetime) -> dict[str, Any] | None:
    one = behind.get(person.activities.get(date, 0))
    if one is None:
        return None
    return {
        "at": utc(getattr(person, date)),
        "activity": one.id,
        "verdict": verdict_at(one, now),
        "reason": one.reason,
    }


def _not_counted(recent: Sequence[Activity], now: datetime) -> list[tuple[Activity, str]]:
    return [(one, because) for one in recent if (because := not_counted_because(one, now)) is not None]
