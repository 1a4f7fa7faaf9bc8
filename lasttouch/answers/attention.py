"""Who needs attention, and why: one list of reasons, in one order, each a sentence with its evidence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal, NamedTuple

from lasttouch.answers.awaiting import Wanted, awaiting
from lasttouch.answers.expectations import patience
from lasttouch.answers.silence import Silence, silences
from lasttouch.answers.silence_words import CADENCE_OF, arithmetic
from lasttouch.moments import ago
from store import reasons as log
from store import said
from store.awaiting import Waiting
from store.people import Person, people
from store.silence import past_rhythm

Kind = Literal["owed", "pending", "flagged", "met", "cadence", "rhythm", "series-over"]
KINDS: tuple[Kind, ...] = ("owed", "pending", "flagged", "met", "cadence", "rhythm", "series-over")
"""In the order in which they are told; who is there for one is not told of for a later one."""

OWED_FOR = timedelta(days=45)
PENDING_FOR = timedelta(days=60)
MET_AFTER, MET_FOR = timedelta(days=2), timedelta(days=21)
SERIES_FOR = timedelta(days=45)
COUNTED = 40


class Reason(NamedTuple):
    """Why somebody needs attention: `contact` (None for who is no contact) with `name`, the `activity` that shows it
    (None only where nothing ever happened), and the sentence."""

    kind: Kind
    contact: int | None
    name: str
    activity: int | None
    because: str


@dataclass(frozen=True, slots=True)
class Attention:
    """The first reasons, and how many more there are, COUNTED at most; `owed` and `silent` are behind some of them."""

    reasons: list[Reason]
    more: int
    owed: list[Waiting]
    silent: list[Silence]


def attention(
    connection: sqlite3.Connection, now: datetime, owner: str | None, theirs: set[int] | None, limit: int
) -> Attention:
    """As of now; of the contacts of one colleague (`owner`, whose contacts are `theirs`), if named."""
    reader = _Reader(connection, now, owner, theirs, limit + COUNTED)
    found: list[Reason] = []
    told: set[int | None] = set()
    for kind in KINDS:
        for one in reader.of(kind):
            if one.contact is None or one.contact not in told:
                told.add(one.contact)
                found.append(one)
        if len(found) >= limit + COUNTED:
            break
    shown = found[:limit]
    activities = {one.activity for one in shown}
    contacts = {one.contact for one in shown if one.kind in ("rhythm", "cadence")}
    return Attention(
        shown,
        min(COUNTED, len(found) - len(shown)),
        [one for one in reader.owed if one.activity_id in activities],
        [one for one in reader.silent if one.person.id in contacts],
    )


class _Reader:
    """Reads the reasons of each kind, at most so many."""

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, owner: str | None, theirs: set[int] | None, most: int
    ) -> None:
        self._connection = connection
        self._now = now
        self._owner = owner
        self._theirs = theirs
        self._most = most
        self.owed: list[Waiting] = []
        self.silent: list[Silence] = []

    def of(self, kind: Kind) -> Iterator[Reason]:
        read: dict[Kind, Callable[[], Iterator[Reason]]] = {
            "owed": self._owed,
            "pending": self._pending,
            "flagged": self._flagged,
            "met": self._met,
            "cadence": self._cadence,
            "rhythm": self._rhythm,
            "series-over": self._series_over,
        }
        return islice(read[kind](), self._most)

    def _owed(self) -> Iterator[Reason]:
        wanted = Wanted(owner=self._owner, since=self._now - OWED_FOR, order="likely", likely=True)
        self.owed = awaiting(self._connection, self._now, "us", wanted, self._most)
        for one in self.owed:
            yield _of_waiting("owed", one, f"wrote {ago(one.at, self._now)}{_about(one.subject)}; {one.because}")

    def _pending(self) -> Iterator[Reason]:
        until = self._now - patience(self._connection)
        wanted = Wanted(owner=self._owner, since=self._now - PENDING_FOR, until=until, order="likely", likely=True)
        for one in awaiting(self._connection, self._now, "them", wanted, self._most):
            yield _of_waiting(
                "pending", one, f"has not answered since {ago(one.at, self._now)}{_about(one.subject)}; {one.because}"
            )

    def _flagged(self) -> Iterator[Reason]:
        rows = log.flagged(self._connection, self._now, self._most)
        for row in self._wanted_rows(rows):
            yield Reason(
                "flagged",
                row.contact,
                row.name,
                row.activity,
                f"you flagged what came {ago(row.at, self._now)}{_about(row.subject)}, and nothing followed",
            )

    def _met(self) -> Iterator[Reason]:
        rows = log.met(self._connection, self._now - MET_FOR, self._now - MET_AFTER, self._now, self._most)
        for row in self._wanted_rows(rows):
            said_ = f"you met {ago(row.at, self._now)}{_about(row.subject)}, and there was no word since"
            yield Reason("met", row.contact, row.name, row.activity, said_)

    def _cadence(self) -> Iterator[Reason]:
        ids = log.with_cadence(self._connection, self._now, self._most)
        for one in self._silences(self._chosen(ids), "cadence"):
            if one.cadence is not None and one.silent is not None:  # as those past one have
                past = f"past the {one.cadence.days} days you set{CADENCE_OF[one.cadence.of]}"
                yield _of_person("cadence", one.person, f"silent for {one.silent.days} days, {past}")

    def _rhythm(self) -> Iterator[Reason]:
        ids = [one for one, _ in past_rhythm(self._connection, self._now, self._size())]
        for one in self._silences(self._chosen(ids), "rhythm"):
            yield _of_person("rhythm", one.person, arithmetic(one))

    def _series_over(self) -> Iterator[Reason]:
        rows = log.last_of_series(self._connection, self._now - SERIES_FOR, self._now, self._most)
        for row in self._wanted_rows(rows):
            said_ = f"the last of your meetings{_about(row.subject)} was {ago(row.at, self._now)}, and none is ahead"
            yield Reason("series-over", row.contact, row.name, row.activity, said_)

    def _size(self) -> int:
        return self._most if self._theirs is None else max(self._most, len(self._theirs) * 8)

    def _chosen(self, ids: Sequence[int]) -> list[int]:
        return [one for one in ids if self._theirs is None or one in self._theirs][: self._most]

    def _silences(self, ids: Sequence[int], kind: str) -> list[Silence]:
        persons = people(self._connection, self._now, list(ids))
        found = [one for one in silences(self._connection, persons, self._now, None) if one.state == "stale"]
        found = [one for one in found if (one.cadence is not None) == (kind == "cadence")]
        found.sort(key=lambda one: -(one.ratio or 0))
        self.silent += found
        return found

    def _wanted_rows(self, rows: Sequence[log.Row]) -> Iterator[log.Row]:
        contacts = [row.contact for row in rows]
        ignored, snoozed = (
            said.ignored(self._connection, contacts),
            said.snoozed(self._connection, contacts, self._now),
        )
        done = said.done(self._connection, contacts)
        done_one_by_one = said.done_activities(self._connection, [row.activity for row in rows])
        for row in rows:
            is_done = row.activity in done_one_by_one or (row.contact in done and row.at <= done[row.contact].through)
            if row.contact in ignored or row.contact in snoozed or is_done:
                continue
            if self._theirs is None or row.contact in self._theirs:
                yield row


def _of_waiting(kind: Kind, one: Waiting, because: str) -> Reason:
    other = next((other for other in one.others if other.contact_id is not None), one.others[0])
    return Reason(kind, other.contact_id, other.name or other.address, one.activity_id, because)


def _of_person(kind: Kind, person: Person, because: str) -> Reason:
    return Reason(kind, person.id, person.name, person.last_touch_activity, because)


def _about(subject: str) -> str:
    return f" (“{subject}”)" if subject else ""
