"""Who needs attention, and why: one list of reasons, in one order, each a sentence with its
evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from typing import Literal, NamedTuple

from lasttouch.answers.expectations import patience
from lasttouch.answers.settling import settling_words
from lasttouch.answers.silence import Silence, most_overdue_first, silences
from lasttouch.answers.silence_words import CADENCE_OF, arithmetic
from lasttouch.answers.waiting import Wanted, awaiting
from lasttouch.moments import ago
from store import reasons, said
from store.awaiting import Correspondent, Waiting, told
from store.choosing import of_owner
from store.log import Log
from store.people import Person, people
from store.silence import past_cadence, past_rhythm

Kind = Literal["owed", "pending", "flagged", "met", "cadence", "rhythm", "series-over"]
_WAITING = ("owed", "pending")
KINDS: tuple[Kind, ...] = ("owed", "pending", "flagged", "met", "cadence", "rhythm", "series-over")
"""In the order in which they are told; who is there for one is not told of for a later one."""

OWED_FOR = timedelta(days=45)
PENDING_FOR = timedelta(days=60)
MET_AFTER, MET_FOR = timedelta(days=2), timedelta(days=21)
SERIES_FOR = timedelta(days=45)
COUNTED = 40
FEW = 500  # contacts, who are looked at sooner than a list of all


class Whom(NamedTuple):
    """Of whom alone one asks: of what is the colleague's (`owner`), and of `only` these contacts;
    None for all."""

    owner: str | None = None
    only: frozenset[int] | None = None

    def contacts(self, log: Log) -> frozenset[int] | None:
        """The contacts that are left; None for all."""
        if self.owner is None:
            return self.only
        theirs = frozenset(of_owner(log, self.owner))
        return theirs if self.only is None else theirs & self.only


class Reason(NamedTuple):
    """Why somebody needs attention: `contact` (None for who is no contact) with `name`, the
    `activity` that shows it (None only where nothing ever happened), and the sentence."""

    kind: Kind
    contact: int | None
    name: str
    activity: int | None
    because: str


class Attention(NamedTuple):
    """The first reasons, and how many more there are, COUNTED at most; `owed` and `silent` are
    behind some of them."""

    reasons: list[Reason]
    more: int
    owed: list[Waiting]
    silent: list[Silence]


def attention(log: Log, now: datetime, whom: Whom, limit: int) -> Attention:
    """As of now."""
    reader = _Reader(log, now, whom, limit + COUNTED)
    found: list[Reason] = []
    named: set[int | None] = set()
    for kind in KINDS:
        for one in reader.of(kind):
            if one.contact is None or one.contact not in named:
                named.add(one.contact)
                found.append(one)
        if len(found) >= limit + COUNTED:
            break
    shown = reader.worded(found[:limit])
    activities = {one.activity for one in shown}
    contacts = {one.contact for one in shown if one.kind in ("rhythm", "cadence")}
    return Attention(
        shown,
        min(COUNTED, max(0, len(found) - limit)),
        [one for one in reader.waiting if one.side == "us" and one.activity_id in activities],
        [one for one in reader.silent if one.person.id in contacts],
    )


class _Reader:
    """Reads the reasons of each kind, at most so many."""

    def __init__(self, log: Log, now: datetime, whom: Whom, most: int) -> None:
        self._log = log
        self._now = now
        self._whom = whom
        self._theirs = whom.contacts(log)
        self._most = most
        self.waiting: list[Waiting] = []
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

    def worded(self, shown: Sequence[Reason]) -> list[Reason]:
        """These, with the names and sentences of what waits: of most of that only the number is told. What was erased
        since it was read is left out."""
        activities = {one.activity for one in shown if one.kind in _WAITING}
        self.waiting = list(told(self._log, [one for one in self.waiting if one.activity_id in activities]))
        waiting = {one.activity_id: one for one in self.waiting}
        there = [one for one in shown if one.kind not in _WAITING or one.activity in waiting]
        return [self._told(one, waiting[one.activity or 0]) if one.kind in _WAITING else one for one in there]

    def _told(self, reason: Reason, one: Waiting) -> Reason:
        other = self._meant(one)
        return reason._replace(name=other.name or other.address, because=self._waits(one))

    def _waits(self, one: Waiting) -> str:
        said_ = "wrote" if one.side == "us" else "has not answered what you wrote"
        return f"{said_} {ago(one.at, self._now)}{_about(one.subject)}; {one.because}"

    def _owed(self) -> Iterator[Reason]:
        wanted = self._wanted(OWED_FOR)
        yield from self._waiting("owed", awaiting(self._log, self._now, "us", wanted, self._most, bare=True))

    def _pending(self) -> Iterator[Reason]:
        wanted = self._wanted(PENDING_FOR)._replace(until=self._now - patience(self._log))
        yield from self._waiting("pending", awaiting(self._log, self._now, "them", wanted, self._most, bare=True))

    def _flagged(self) -> Iterator[Reason]:
        rows = reasons.flagged(self._log, self._now)
        for row in self._wanted_rows(rows):
            yield Reason(
                "flagged",
                row.contact,
                row.name,
                row.activity,
                f"you flagged what came {ago(row.at, self._now)}{_about(row.subject)}, and nothing followed",
            )

    def _met(self) -> Iterator[Reason]:
        rows = reasons.met(self._log, self._now - MET_FOR, self._now - MET_AFTER, self._now)
        for row in self._wanted_rows(rows):
            said_ = f"you met {ago(row.at, self._now)}{_about(row.subject)}, and there was no word since"
            yield Reason("met", row.contact, row.name, row.activity, said_)

    def _cadence(self) -> Iterator[Reason]:
        for one in self._silences(partial(past_cadence, self._log, self._now), "cadence"):
            if one.cadence is not None and one.silent is not None:  # as those past one have
                past = f"past the {one.cadence.days} days you set{CADENCE_OF[one.cadence.of]}"
                yield _of_person("cadence", one.person, f"silent for {one.silent.days} days, {past}")

    def _rhythm(self) -> Iterator[Reason]:
        # a page of every morning begins with who fell silent last, not with whom one has let go long ago
        for one in self._silences(partial(past_rhythm, self._log, self._now, latest_first=True), "rhythm"):
            yield _of_person("rhythm", one.person, arithmetic(one))

    def _series_over(self) -> Iterator[Reason]:
        rows = reasons.last_of_series(self._log, self._now - SERIES_FOR, self._now)
        for row in self._wanted_rows(rows):
            said_ = f"the last of your meetings{_about(row.subject)} was {ago(row.at, self._now)}, and none is ahead"
            yield Reason("series-over", row.contact, row.name, row.activity, said_)

    def _wanted(self, for_: timedelta) -> Wanted:
        """What has waited for no longer than that, and is likelier to be expected than not."""
        owner, only = self._whom
        return Wanted(contacts=only, owner=owner, since=self._now - for_, order="likely", likely=True, probable=True)

    def _waiting(self, kind: Kind, found: Sequence[Waiting]) -> Iterator[Reason]:
        """Their reasons, as yet without the names and sentences; see `worded`."""
        self.waiting += found
        for one in found:
            yield Reason(kind, self._meant(one).contact_id, "", one.activity_id, "")

    def _meant(self, one: Waiting) -> Correspondent:
        """Of the other side whoever was asked for, else whoever is listed, else the first."""
        listed = [other for other in one.others if other.contact_id is not None]
        meant = [other for other in listed if self._theirs is None or other.contact_id in self._theirs]
        return [*meant, *listed, *one.others][0]

    def _silences(self, read: Callable[[int], Sequence[tuple[int, int]]], kind: str) -> Iterator[Silence]:
        """Of the first contacts that `read` gives, those who are silent by this kind of measure."""
        for silent in self._candidates(read):
            found = [one for one in silent if (one.cadence is not None) == (kind == "cadence")]
            found.sort(key=_latest_first if kind == "rhythm" else most_overdue_first)
            self.silent += found
            yield from found
            if self._theirs is None:
                return  # the others come later

    def _candidates(self, read: Callable[[int], Sequence[tuple[int, int]]]) -> Iterator[list[Silence]]:
        """Who is silent of the contacts that `read` gives and who are wanted; where these are few,
        of them all."""
        if self._theirs is not None and len(self._theirs) <= FEW:
            yield self._silent_of_few
            return
        for page in _pages(read, self._most + said.count_put_off(self._log)):
            yield self._stale([contact for contact, _ in page if self._theirs is None or contact in self._theirs])

    @cached_property
    def _silent_of_few(self) -> list[Silence]:
        """By whatever measure: looked up once for both."""
        return self._stale(sorted(self._theirs or ()))

    def _stale(self, ids: Sequence[int]) -> list[Silence]:
        persons = people(self._log, self._now, ids)
        return [one for one in silences(self._log, persons, self._now, None) if one.state == "stale"]

    def _wanted_rows(self, rows: Iterator[reasons.Row]) -> Iterator[reasons.Row]:
        while page := list(islice(rows, self._most)):
            yield from self._not_settled(page)

    def _not_settled(self, rows: Sequence[reasons.Row]) -> Iterator[reasons.Row]:
        words = settling_words(self._log, [row.activity for row in rows], [row.contact for row in rows], self._now)
        for row in rows:
            if words.settle(row.activity, row.at, [row.contact]) is None and (
                self._theirs is None or row.contact in self._theirs
            ):
                yield row


def _latest_first(one: Silence) -> float:
    return -one.person.overdue_at.timestamp() if one.person.overdue_at else 0


def _pages(read: Callable[[int], Sequence[tuple[int, int]]], size: int) -> Iterator[Sequence[tuple[int, int]]]:
    """All that `read` gives when asked for so many, a few at first."""
    given = 0
    while True:
        rows = read(size)
        yield rows[given:]
        if len(rows) < size:
            return
        given, size = size, size * 8


def _of_person(kind: Kind, person: Person, because: str) -> Reason:
    return Reason(kind, person.id, person.name, person.last_touch_activity, because)


def _about(subject: str) -> str:
    return f" (“{subject}”)" if subject else ""
