"""Of what waits for an answer: is one really expected, and how do we know?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from activity.mark import ANSWERED, FLAGGED
from lasttouch.keeping.learning import rates, standings_of
from lasttouch.keeping.lessons_due import LISTED
from matchers.expectation import DAY, SUREST, Case, Rates, Standing, as_reply, is_first
from store import letters, marks
from store.awaiting import Waiting, answering_elsewhere
from store.log import Log
from store.rows import timestamp

LIKELY_OWED, LIKELY_PENDING = 0.15, 0.14
"""From here on it makes a line. In the mean of many mailboxes half of the lines are right then, and
three in four found, of somebody who files nothing, and more of somebody who does (see
docs/decisions/2026-11-30-lists.md); five mailboxes differ by ten points and more."""
PROBABLE = 0.5
"""Likelier than not: from here on it makes a line of a morning's page."""
_ENOUGH = 60
"""Letters that teach something; with fewer the bar is as much lower, for a young log cannot tell.
"""
_FILED_OWED = 0.15  # of what is owed so much is filed all the same
_FILES = 0.3  # who files a larger share has a reason where they do not
_TELLS = 0.7
_ROUNDED = 0.005  # by as much a chance in percent may be off


class Expectation(NamedTuple):
    """How likely an answer is expected (0 to 1), whether that makes a line, and the evidence in a
    sentence's end."""

    chance: float
    likely: bool
    because: str
    settled: bool = False


class Past(NamedTuple):
    """What was learned of what waits for us, or for them: the `rates`, the share that one is
    `filing` out of the inbox, and the `bar`, the chance from which on it makes a line."""

    for_us: bool
    rates: Rates
    filing: float
    bar: float


def past(log: Log, for_us: bool, probable: bool = False) -> Past:
    """Read once for a whole list: the rates keep what they have worked out. `probable`: a line is
    only what is likelier than not."""
    known = letters.learned(log)
    least = LIKELY_OWED if for_us else LIKELY_PENDING
    bar = (PROBABLE if probable else least) * min(1.0, known.get("letters", 0) / _ENOUGH)
    return Past(for_us, rates(log, known)[not for_us], known.get("filed", 0.0), bar)


def expectations(log: Log, known: Past, waiting: Sequence[Waiting], now: datetime) -> dict[int, Expectation]:
    """Activity → what to think of it."""
    standings = standings_of(log, {one.activity_id: one.conversation for one in waiting})
    ids = [one.activity_id for one in waiting]
    bits = marks.bits_of(log, ids) if known.for_us else {}
    filed = marks.filed(log, ids) if _is_telling(known) else {}
    first = [one for one in waiting if one.activity_id in standings and is_first(standings[one.activity_id])]
    answers = answering_elsewhere(log, first, "us" if known.for_us else "them")
    found = {}
    for one_waiting in waiting:
        activity = one_waiting.activity_id
        if activity not in standings:
            found[activity] = Expectation(0.0, False, "nothing is known of it")
            continue
        age = timestamp(now) - timestamp(one_waiting.at)
        stands = as_reply(standings[activity]) if activity in answers else standings[activity]
        one = _expectation(stands, known, age, bits.get(activity, 0), filed.get(activity))
        if age > LISTED:
            one = one._replace(because=f"{one.because}; for longer than {LISTED // DAY} days")
        found[activity] = one._replace(likely=not one.settled and one.chance >= known.bar and age <= LISTED)
    return found


def has_as_answered(log: Log, for_us: bool, ids: Sequence[int]) -> set[int]:
    """Those of these activities that the owner's mail program has as answered."""
    bits = marks.bits_of(log, ids) if for_us else {}
    return {one for one in ids if bits.get(one, 0) & ANSWERED}


def hopeful(log: Log, known: Past, kept: Mapping[int, float]) -> set[int]:
    """Of these activities, with the chance that is kept of each, those that may be likely."""
    bits = marks.bits_of(log, list(kept)) if known.for_us else {}
    return {one for one, chance in kept.items() if bits.get(one, 0) & FLAGGED or at_best(known, chance) >= known.bar}


def at_best(known: Past, chance: float) -> float:
    """What is not flagged is no likelier than that, whatever else is looked at, with this chance
    kept of it."""
    wanted = min(SUREST, chance + _ROUNDED)
    odds = wanted / (1 - wanted)
    if _is_telling(known):
        odds *= (1 - _FILED_OWED) / (1 - known.filing)
    return odds / (1 + odds) + _ROUNDED


def patience(log: Log) -> timedelta:
    """For how long one waits before it is late: within that, four in five of their answers came;
    two days at least."""
    return max(timedelta(days=2), timedelta(seconds=rates(log)[1].usual_delay(0.8)))


def _is_telling(known: Past) -> bool:
    """Does what one files, and what not, tell anything?"""
    return known.for_us and known.filing > _FILES


def _expectation(one: Standing, known: Past, age: int, bits: int, filed: bool | None) -> Expectation:
    if bits & ANSWERED:
        return Expectation(0.0, False, "your mail program has it as answered", True)
    for_us, learned, filing, _ = known
    case = one.cases[0]
    reliability = learned.reliability(one.reader)
    wanted = learned.wanted(one)
    odds = wanted / (1 - wanted) * (1 - reliability * learned.arrived_by(age))
    given, number = learned.counted(case)
    who = "you answered" if for_us else "they answered"
    said = [f"{who} {given} of {number} like this: {case.said}" if number else f"nothing like it yet: {case.said}"]
    said += case.also
    said += _of_subject(learned, case)
    if filed is not None:
        odds *= _FILED_OWED / filing if filed else (1 - _FILED_OWED) / (1 - filing)
        said.append("filed out of the inbox" if filed else f"still in the inbox, out of which you file {filing:.0%}")
    chance = odds / (1 + odds)
    if bits & FLAGGED:
        chance = max(chance, 0.9)
        said.insert(0, "you flagged it")
    return Expectation(round(chance, 2), True, "; ".join(said))


def _of_subject(learned: Rates, case: Case) -> list[str]:
    """What its subject tells, where that is much."""
    word, ratio = learned.telling_word(case)
    if _TELLS <= ratio <= 1 / _TELLS:
        return []
    how_often = f"is answered {'less' if ratio < 1 else 'more'} often"
    if word:
        return [f"“{word}” in the subject {how_often}"]
    others = " or ".join([f"“{one}”" for one in learned.telling_words(case)])
    return [f"what has no {others} in the subject {how_often}"]
