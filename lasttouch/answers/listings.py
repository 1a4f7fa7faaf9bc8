"""Whether somebody is on the lists, and why not: the proof of a line, and of one that is not given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from lasttouch.answers.silence import Calm, silence_of
from lasttouch.answers.silence_words import arithmetic
from lasttouch.answers.waiting import Wanted, awaiting
from store.awaiting import Side
from store.log import Log
from store.people import Person

_CALM = {
    "ignored": "you ignore them",
    "snoozed": "you put them off until {until:%Y-%m-%d}",
    "meeting": "a meeting lies ahead, on {until:%Y-%m-%d}",
    "cadence": "not yet past the {days} days you set",
    "rhythm": "not yet past their rhythm: it will be on {until:%Y-%m-%d}",
    "no-rhythm": "nothing is usual with them: that takes three bursts of touches ten days apart, at gaps much alike",
    "series": "the last touch was the last of a series of meetings, which was to end then",
}
MOST = 3  # conversations of a side that are told of, the newest first


class Listing(NamedTuple):
    """Is a contact on a list (people see it without `--all`), by which activity if by one, and why
    or why not."""

    list: Literal["awaiting", "stale"]
    listed: bool
    activity: int | None
    because: str


def listings(log: Log, person: Person, now: datetime) -> list[Listing]:
    """What `awaiting` and `stale` say of this contact as of now, or why they say nothing."""
    return [*_awaiting(log, person, now), _stale(log, person, now)]


def _awaiting(log: Log, person: Person, now: datetime) -> Iterator[Listing]:
    sides: Mapping[Side, str] = {"us": "they wrote", "them": "we wrote"}
    found = False
    for side, who in sides.items():
        wanted = Wanted(contacts=frozenset((person.id,)), settled=True)
        for one in awaiting(log, now, side, wanted, MOST):
            found = True
            because = f"settled: {one.settled_by}" if one.settled_by else one.because
            about = f" (“{one.subject}”)" if one.subject else ""
            yield Listing("awaiting", one.likely, one.activity_id, f"{who}{about}; {because}")
    if not found:
        yield Listing("awaiting", False, None, "no conversation with them ends in a message that waits for an answer")


def _stale(log: Log, person: Person, now: datetime) -> Listing:
    one = silence_of(log, person, now)
    if isinstance(one, Calm):
        return Listing("stale", False, None, _CALM[one.why].format(**one._asdict()))
    if one.state == "unknown":
        return Listing("stale", False, None, "unknown: a source that matters was not read far enough")
    return Listing("stale", True, person.last_touch_activity, arithmetic(one))
