"""Who has been silent for longer than usual, or than was asked for; and of whom that cannot be said."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from store import said
from store.blindness import Blind, blind_sources, seen_in
from store.people import Person
from store.read_back import read_back
from store.reasons import with_cadence
from store.said import Cadence
from store.silence import longest_silent, never_touched, past_rhythm

State = Literal["stale", "never", "unknown"]


@dataclass(frozen=True, slots=True)
class Silence:
    """A contact one should look at.

    `usual` is the contact's usual gap, None where there are too few gaps. `unknown_since` is up to when the sources
    that matter were read, for "unknown" ones; None there means that one of them never was. `cadence` is set where the
    contact is past what was set by hand.
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


def candidates(connection: sqlite3.Connection, now: datetime, longer_than: timedelta | None, limit: int) -> list[int]:
    """The first `limit` contacts that are silent for so long, or past their rhythm, and of those never touched."""
    if longer_than is None:
        with_one = with_cadence(connection, now, limit)
        silent = [(one, 0) for one in with_one]
        silent += [row for row in past_rhythm(connection, now, limit) if row[0] not in set(with_one)]
    else:
        silent = longest_silent(connection, now, limit, now - longer_than)
    return [contact_id for contact_id, _ in silent] + never_touched(connection, now, limit)


def silences(
    connection: sqlite3.Connection, people: Sequence[Person], now: datetime, longer_than: timedelta | None
) -> list[Silence]:
    """Those silent for `longer_than`, or (None) past the cadence that was set, else past their own rhythm; unknown
    ones; those never touched. Not who is met soon, was put off or put aside.
    """
    ids = [person.id for person in people]
    away = said.ignored(connection, ids) | said.snoozed(connection, ids, now).keys()
    cadences = said.cadences(connection, ids) if longer_than is None else {}
    found: list[Silence] = []
    for person in people:
        if person.id in away or person.next_meeting is not None:
            continue
        if person.last_touch is None:
            found.append(Silence(person, "never", None, None))
            continue
        silent, cadence = now - person.last_touch, cadences.get(person.id)
        if cadence is not None:
            if silent > timedelta(days=cadence.days):
                found.append(Silence(person, "stale", silent, person.usual_gap, None, cadence))
        elif is_stale(person, now, longer_than):
            found.append(Silence(person, "stale", silent, person.usual_gap))
    return _with_doubts(connection, found, now)


def is_stale(person: Person, now: datetime, longer_than: timedelta | None) -> bool:
    if longer_than is not None:
        return person.last_touch is not None and now - person.last_touch > longer_than
    return person.overdue_at is not None and person.overdue_at < now


def _with_doubts(connection: sqlite3.Connection, found: list[Silence], now: datetime) -> list[Silence]:
    """Those for whom a source that matters was not read up to date, or not as far back as to their last touch."""
    back = read_back(connection)
    found = [one if back.vouches_for(one.person.last_touch) else replace(one, state="unknown") for one in found]
    blind = blind_sources(connection, now)
    if not blind:
        return found
    touched = [one.person.id for one in found if one.state != "never"]
    concerned = {account: seen_in(connection, account, touched) for account in {one.account_id for one in blind}}
    return [_doubted(one, [b for b in blind if _matters(b, one, concerned)]) for one in found]


def _matters(blind: Blind, one: Silence, concerned: Mapping[int, set[int]]) -> bool:
    """Would this account know of a newer touch? It has exchanged with them, they are its owner's, or nobody has yet."""
    person = one.person
    return (
        one.state == "never"
        or person.id in concerned[blind.account_id]
        or (bool(person.owner) and person.owner == blind.owner)
    )


def _doubted(one: Silence, blind: Sequence[Blind]) -> Silence:
    if not blind:
        return one
    moments = [b.seen_through for b in blind]
    since = None if None in moments else min(moment for moment in moments if moment is not None)
    return Silence(one.person, "unknown", one.silent, one.usual, since, one.cadence)
