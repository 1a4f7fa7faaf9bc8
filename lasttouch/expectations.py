"""Of what waits for an answer: is one really expected, and how do we know?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from activity.envelope import ANSWERED, FLAGGED
from activity.letter import Letter
from matchers.expectation import DAY, NEAR, Hand, Rates, Standing, learn, standing
from store import letters as log
from store import marks
from store.rows import timestamp
from store.threads import US

LIKELY_OWED, LIKELY_PENDING = 0.22, 0.28
"""From here on it makes a line: then half of the lines are right (see bench/attention.py)."""
JUDGED = 120 * DAY
"""What has waited for longer is nobody's any more; it is told of with --all."""
_ENOUGH = 60
"""Letters that teach something; with fewer the bar is as much lower, for a young log cannot tell."""
_FRESH = 14 * DAY
_FADES_AFTER, _FADES_IN = 45 * DAY, 21 * DAY
_FILING_SEEN = 2000  # messages by which one sees whether somebody files
_FILED_OWED = 0.15  # of what is owed so much is filed all the same
_TELLS = 0.7
_FEW_NEW, _SHARE_NEW = 25, 0.02


class Expectation(NamedTuple):
    """How likely an answer is expected (0 to 1), whether that makes a line, and the evidence in a sentence's end."""

    chance: float
    likely: bool
    because: str
    settled: bool = False


class Lesson(NamedTuple):
    """What was learned: the rates and what belongs to them, and the hands by address."""

    kept: dict[str, Any]
    hands: Mapping[int, tuple[float, ...]]


def lesson_due(connection: sqlite3.Connection, now: datetime) -> Lesson | None:
    """What is to be learned anew, where enough has come for it; before a transaction, for it takes its time."""
    known = log.learned(connection)
    new = log.count_after(connection, known.get("through", 0))
    is_due = new >= max(_FEW_NEW, _SHARE_NEW * known.get("letters", 0)) or (not known and new)
    return _lesson(connection, timestamp(now)) if is_due else None


def keep_up(connection: sqlite3.Connection, now: datetime, lesson: Lesson | None) -> None:
    """Within a transaction: keep what was learned, and judge what waits and is not judged yet."""
    if lesson is not None:
        log.keep_learned(connection, *lesson)
    judge_waiting(connection, timestamp(now))


def relearn(connection: sqlite3.Connection, now: datetime) -> None:
    """Within a transaction: learn anew and judge all that waits."""
    keep_up(connection, now, _lesson(connection, timestamp(now)))


def judge_waiting(connection: sqlite3.Connection, moment: int) -> None:
    """The chance of all that waits and has none, as far as structure and past tell it; no clock in it."""
    waiting = log.unjudged(connection, moment - JUDGED)
    standings = _standing(connection, {activity: conversation for activity, conversation, _ in waiting})
    rates = _rates(connection)
    chances = {}
    for activity, conversation, side in waiting:
        if activity in standings:
            chances[conversation, activity] = round(100 * rates[side != US].chance_of(standings[activity]))
    log.keep_chances(connection, chances)


def expectations(
    connection: sqlite3.Connection, waiting: Mapping[int, int], ages: Mapping[int, int], for_us: bool, now: datetime
) -> dict[int, Expectation]:
    """Activity → what to think of it; `waiting` gives the conversation of each, `ages` its instant."""
    known = log.learned(connection)
    rates = _rates(connection, known)[not for_us]
    standings = _standing(connection, waiting)
    ids = list(waiting)
    bits = marks.bits_of(connection, ids) if for_us else {}
    filing = known.get("filed", 0.0)
    filed = marks.filed(connection, ids) if for_us and filing > 0.3 else {}
    bar = (LIKELY_OWED if for_us else LIKELY_PENDING) * min(1.0, known.get("letters", 0) / _ENOUGH)
    found = {}
    for activity in ids:
        if activity not in standings:
            found[activity] = Expectation(0.0, False, "nothing is known of it")
            continue
        age = timestamp(now) - ages[activity]
        found[activity] = _expectation(
            standings[activity], rates, age, bits.get(activity, 0), filed.get(activity), filing, for_us
        )
        likely = not found[activity].settled and found[activity].chance >= bar
        found[activity] = found[activity]._replace(likely=likely)
    return found


def patience(connection: sqlite3.Connection) -> timedelta:
    """For how long one waits before it is late: within that, four in five of their answers came; two days at least."""
    return max(timedelta(days=2), timedelta(seconds=_rates(connection)[1].usual_delay(0.8)))


def _expectation(
    one: Standing, rates: Rates, age: int, bits: int, filed: bool | None, filing: float, for_us: bool
) -> Expectation:
    if bits & ANSWERED:
        return Expectation(0.0, False, "your mail program has it as answered", True)
    case = one.cases[0]
    reliability = rates.reliability(one.reader)
    wanted = min(0.97, rates.chance_of(one) / rates.reliability())
    odds = wanted / (1 - wanted) * (1 - reliability * rates.arrived_by(age))
    given, number = rates.counted(case)
    who = "you answered" if for_us else "they answered"
    said = [f"{who} {given} of {number} like this: {case.said}" if number else f"nothing like it yet: {case.said}"]
    said += case.also
    word, ratio = rates.telling_word(case)
    if ratio < _TELLS or ratio > 1 / _TELLS:
        said.append(f"“{word}” in the subject is answered {'less' if ratio < 1 else 'more'} often")
    if filed is not None:
        odds *= _FILED_OWED / filing if filed else (1 - _FILED_OWED) / (1 - filing)
        said.append("filed out of the inbox" if filed else f"still in the inbox, out of which you file {filing:.0%}")
    if age > _FADES_AFTER:
        odds *= 0.5 ** ((age - _FADES_AFTER) / _FADES_IN)
    chance = odds / (1 + odds)
    if bits & FLAGGED:
        chance = max(chance, 0.9)
        said.insert(0, "you flagged it")
    return Expectation(round(chance, 2), True, "; ".join(said))


def _lesson(connection: sqlite3.Connection, moment: int) -> Lesson:
    letters = log.newest_letters(connection, moment)
    found = learn(letters, moment)
    old = [one.id for one in letters if not one.ours and one.at < moment - _FRESH][:_FILING_SEEN]
    filed = marks.filed(connection, old)
    share = sum(filed.values()) / len(filed) if filed else 0.0
    kept = {
        "theirs": asdict(found.theirs),
        "ours": asdict(found.ours),
        "filed": round(min(0.97, share), 3),
        "letters": len(letters),
        "through": log.newest_id(connection),
    }
    hands = {writer: (one.base, one.text, int(one.quotes), *one[3:]) for writer, one in found.hands.items() if writer}
    return Lesson(kept, hands)


def _rates(connection: sqlite3.Connection, known: Mapping[str, Any] | None = None) -> tuple[Rates, Rates]:
    """Of what they wrote, and of what we did."""
    known = log.learned(connection) if known is None else known
    return _rates_from(known.get("theirs")), _rates_from(known.get("ours"))


def _rates_from(kept: Mapping[str, Any] | None) -> Rates:
    if not kept:
        return Rates()
    return Rates(
        {case: tuple(counts) for case, counts in kept["cases"].items()},
        {trait: tuple(counts) for trait, counts in kept["traits"].items()},
        kept["delays"],
        tuple(kept["clear"]),
        {word: tuple(counts) for word, counts in kept["words"].items()},
    )


def _standing(connection: sqlite3.Connection, waiting: Mapping[int, int]) -> dict[int, Standing]:
    """Activity → how it stands; `waiting` gives the conversation of each."""
    conversations = log.conversations_of(connection, set(waiting.values()))
    found: dict[int, tuple[Letter, Sequence[Letter]]] = {}
    for letters in conversations.values():
        for number, letter in enumerate(letters):
            if letter.id in waiting:
                found[letter.id] = letter, letters[max(0, number - NEAR) : number]  # as far as what was learned looks
    people = {address for letter, _ in found.values() for address in (letter.writer, letter.reader)}
    hands = {address: Hand(*values) for address, values in log.hands(connection, people).items()}
    return {activity: standing(letter, before, hands) for activity, (letter, before) in found.items()}
