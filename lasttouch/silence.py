"""Who has been silent for longer than usual, or than was asked for; and of whom that cannot be said."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from store.people import Person
from store.rhythm import Blind, blind_sources, seen_in, usual_gaps

FRESH = timedelta(days=1)
"""A source read through this long ago is up to date."""
TIMES_USUAL = 2.0
"""By the own rhythm somebody is stale after this many usual gaps …"""
SHORTEST_SILENCE = timedelta(days=7)
"""… and never within a week."""
EXCHANGES = ("imap", "caldav", "files")
"""The kinds of source that tell of touches."""

State = Literal["stale", "never", "unknown"]


@dataclass(frozen=True, slots=True)
class Silence:
    """A contact one should look at.

    `usual` is the contact's usual gap, None where there are too few gaps. `unknown_since` is up to when the sources
    that matter were read, for "unknown" ones; None there means that one of them never was.
    """

    person: Person
    state: State
    silent: timedelta | None
    usual: timedelta | None
    unknown_since: datetime | None = None

    @property
    def ratio(self) -> float | None:
        """How many usual gaps the silence is long."""
        return self.silent / self.usual if self.silent is not None and self.usual else None


@dataclass(frozen=True, slots=True)
class Silences:
    """Whom to look at, and of how many nothing can be said because they have no rhythm yet."""

    found: list[Silence]
    without_rhythm: int


def silences(
    connection: sqlite3.Connection, people: Sequence[Person], now: datetime, longer_than: timedelta | None
) -> Silences:
    """Those silent for `longer_than`, or (None) past their own rhythm; unknown ones; those never touched."""
    usual = usual_gaps(connection, [one.id for one in people if one.last_touch is not None], now)
    found: list[Silence] = []
    without_rhythm = 0
    for person in people:
        gap = usual.get(person.id)
        silent = None if person.last_touch is None else now - person.last_touch
        if silent is None:
            found.append(Silence(person, "never", None, None))
        elif longer_than is None and gap is None:
            without_rhythm += 1
        elif is_stale(silent, gap, longer_than):
            found.append(Silence(person, "stale", silent, gap))
    return Silences(_with_doubts(connection, found, now), without_rhythm)


def is_stale(silent: timedelta, usual: timedelta | None, longer_than: timedelta | None) -> bool:
    if longer_than is not None:
        return silent > longer_than
    return usual is not None and silent > max(usual * TIMES_USUAL, SHORTEST_SILENCE)


def _with_doubts(connection: sqlite3.Connection, found: list[Silence], now: datetime) -> list[Silence]:
    """Those for whom a source that matters was not read up to date are unknown."""
    blind = blind_sources(connection, now - FRESH, EXCHANGES)
    if not blind:
        return found
    concerned = {
        account: seen_in(connection, account, (one.person.id for one in found))
        for account in {one.account_id for one in blind}
    }
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
    return Silence(one.person, "unknown", one.silent, one.usual, since)
