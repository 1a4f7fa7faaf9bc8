"""Whether somebody is on the lists, and why not: the proof of a line, and of one that is not given."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from lasttouch.awaiting import Wanted, awaiting
from lasttouch.silence import silences
from lasttouch.views.silence_words import arithmetic
from store import said
from store.awaiting import Side
from store.people import Person

MOST = 3  # conversations of a side that are told of, the newest first


class Standing(NamedTuple):
    """Is a contact on a list (people see it without `--all`), by which activity if by one, and why or why not."""

    list: Literal["awaiting", "stale"]
    listed: bool
    activity: int | None
    because: str


def standing(connection: sqlite3.Connection, person: Person, now: datetime) -> list[Standing]:
    """What `awaiting` and `stale` say of this contact as of now, or why they say nothing."""
    return [*_awaiting(connection, person, now), _stale(connection, person, now)]


def _awaiting(connection: sqlite3.Connection, person: Person, now: datetime) -> Iterator[Standing]:
    sides: Mapping[Side, str] = {"us": "they wrote", "them": "we wrote"}
    found = False
    for side, who in sides.items():
        wanted = Wanted(contacts=frozenset((person.id,)), settled=True)
        for one in awaiting(connection, now, side, wanted, MOST):
            found = True
            because = f"settled: {one.settled_by}" if one.settled_by else one.because
            about = f" (“{one.subject}”)" if one.subject else ""
            yield Standing("awaiting", one.likely, one.activity_id, f"{who}{about}; {because}")
    if not found:
        yield Standing("awaiting", False, None, "no conversation with them ends in a message that waits for an answer")


def _stale(connection: sqlite3.Connection, person: Person, now: datetime) -> Standing:
    found = silences(connection, [person], now, None)
    if found and found[0].state != "stale":
        unknown = found[0].state == "unknown"
        because = "unknown: a source that matters was not read far enough" if unknown else arithmetic(found[0])
        return Standing("stale", not unknown, None, because)
    if found:
        return Standing("stale", True, person.last_touch_activity, arithmetic(found[0]))
    return Standing("stale", False, None, _why_not_stale(connection, person, now))


def _why_not_stale(connection: sqlite3.Connection, person: Person, now: datetime) -> str:
    if person.id in said.ignored(connection, [person.id]):
        return "you ignore them"
    if until := said.snoozed(connection, [person.id], now).get(person.id):
        return f"you put them off until {until:%Y-%m-%d}"
    if person.next_meeting is not None:
        return f"a meeting lies ahead, on {person.next_meeting:%Y-%m-%d}"
    if cadence := said.cadences(connection, [person.id]).get(person.id):
        return f"not yet past the {cadence.days} days you set"
    if person.overdue_at is not None:
        return f"not yet past their rhythm: it will be on {person.overdue_at:%Y-%m-%d}"
    return "nothing is usual with them yet: that takes three bursts of touches ten days apart"
