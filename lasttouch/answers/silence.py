"""Who has been silent for longer than usual, or than was asked for; and of whom that cannot be
said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from store import said
from store.blindness import Blind, blind_sources, seen_in
from store.log import Log
from store.people import Person
from store.read_back import read_back
from store.said import Cadence
from store.silence import longest_silent, never_touched, past_cadence, past_rhythm

State = Literal["stale", "never", "unknown"]


class Silence(NamedTuple):
    """A contact one should look at.

    `usual` is the contact's usual gap, None where there is no rhythm. `unknown_since` is up to when
    the sources that matter were read, for "unknown" ones; None there means that one of them never
    was. `cadence` is set where the contact is past what was set by hand.
    """

    person: Person
    state: State
    silent: timedelta | None
    usual: timedelta | None
    unknown_since: datetime | None = None
    cadence: Cadence | None = None

    @property
    def ratio(self) -> float | None:
        """How many usual gaps, or spans that were set, the silence is long."""
        if self.cadence is not None and self.silent is not None:
            return self.silent / timedelta(days=max(1, self.cadence.days))
        return self.silent / self.usual if self.silent is not None and self.usual else None


def most_overdue_first(one: Silence) -> float:
    """The key of an order."""
    return -(one.ratio or 0)


class Calm(NamedTuple):
    """Why a contact is none to look at: by what was said, by a meeting ahead, or as it is not
    silent for long enough.

    `until` is the end of it where that is known, `days` the cadence that holds. "series": the last
    touch was the last of a series of meetings.
    """

    why: Literal["ignored", "snoozed", "meeting", "cadence", "rhythm", "no-rhythm", "series"]
    until: datetime | None = None
    days: int | None = None


class _Words(NamedTuple):
    """What the user has said of some contacts, by id."""

    ignored: set[int]
    snoozed: Mapping[int, datetime]
    cadences: Mapping[int, Cadence]


def candidates(log: Log, now: datetime, longer_than: timedelta | None, limit: int) -> list[int]:
    """The first `limit` contacts that are silent for so long, or past their cadence or rhythm, and
    of those never touched; and as many more as `silences` may pass over.
    """
    limit += said.count_put_off(log)
    if longer_than is None:
        found = past_cadence(log, now, limit) + past_rhythm(log, now, limit)
        silent = list(dict(found).items())
    else:
        silent = longest_silent(log, now, limit, now - longer_than)
    return [contact_id for contact_id, _ in silent] + never_touched(log, now, limit)


def silences(log: Log, people: Sequence[Person], now: datetime, longer_than: timedelta | None) -> list[Silence]:
    """Those silent for `longer_than`, or (None) past the cadence that was set, else past their own
    rhythm; unknown ones; those never touched. Not who is met soon, was put off or put aside.
    """
    words = _words(log, people, now, longer_than)
    judged = (_judged(person, words, now, longer_than) for person in people)
    return _with_doubts(log, [one for one in judged if isinstance(one, Silence)], now)


def silence_of(log: Log, person: Person, now: datetime) -> Silence | Calm:
    """What `silences` says of one contact, or why it says nothing; by the cadence that was set,
    else by its rhythm."""
    one = _judged(person, _words(log, [person], now, None), now, None)
    return one if isinstance(one, Calm) else _with_doubts(log, [one], now)[0]


def _words(log: Log, people: Sequence[Person], now: datetime, longer_than: timedelta | None) -> _Words:
    ids = [person.id for person in people]
    cadences = said.cadences(log, ids) if longer_than is None else {}
    return _Words(said.ignored(log, ids), said.snoozed(log, ids, now), cadences)


def _judged(person: Person, words: _Words, now: datetime, longer_than: timedelta | None) -> Silence | Calm:
    if person.id in words.ignored:
        return Calm("ignored")
    if person.id in words.snoozed:
        return Calm("snoozed", words.snoozed[person.id])
    if person.next_meeting is not None:
        return Calm("meeting", person.next_meeting)
    if person.last_touch is None:
        return Silence(person, "never", None, None)
    silent, cadence = now - person.last_touch, words.cadences.get(person.id)
    if cadence is not None:
        if silent > timedelta(days=cadence.days):
            return Silence(person, "stale", silent, person.usual_gap, None, cadence)
        return Calm("cadence", days=cadence.days)
    overdue = person.overdue_at
    if silent > longer_than if longer_than is not None else overdue is not None and overdue < now:
        return Silence(person, "stale", silent, person.usual_gap)
    if overdue is not None:
        return Calm("rhythm", overdue)
    if person.usual_gap is None:
        return Calm("no-rhythm")
    return Calm("series")


def _with_doubts(log: Log, found: list[Silence], now: datetime) -> list[Silence]:
    """Those for whom a source that matters was not read up to date, or not as far back as to their
    last touch."""
    back = read_back(log)
    found = [one if back.vouches_for(one.person.last_touch) else one._replace(state="unknown") for one in found]
    blind = blind_sources(log, now)
    if not blind:
        return found
    touched = [one.person.id for one in found if one.state != "never"]
    concerned = seen_in(log, {one.account_id for one in blind}, touched)
    return [_doubted(one, [b for b in blind if _matters(b, one, concerned)]) for one in found]


def _matters(blind: Blind, one: Silence, concerned: Mapping[int, set[int]]) -> bool:
    """Would this account know of a newer touch?

    It has exchanged with them, they are its owner's, or nobody has yet.
    """
    person = one.person
    return (
        one.state == "never"
        or person.id in concerned.get(blind.account_id, ())
        or (bool(person.owner) and person.owner == blind.owner)
    )


def _doubted(one: Silence, blind: Sequence[Blind]) -> Silence:
    if not blind:
        return one
    moments = [b.seen_through for b in blind]
    since = None if None in moments else min(moment for moment in moments if moment is not None)
    return Silence(one.person, "unknown", one.silent, one.usual, since, one.cadence)
