"""What was learned of who answers what: kept in the log, learned anew where enough has come, applied to what waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from activity.letter import Letter
from matchers.expectation import DAY, NEAR, Hand, Rates, Standing, learn, standing
from store import letters as log
from store import marks
from store.rows import timestamp
from store.threads import US

JUDGED = 120 * DAY
"""What has waited for longer is nobody's any more; it is told of with --all."""
_FRESH = 14 * DAY
_FILING_SEEN = 2000  # messages by which one sees whether somebody files
_FEW_NEW, _SHARE_NEW = 25, 0.02


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
    standings = standings_of(connection, {activity: conversation for activity, conversation, _ in waiting})
    learned = rates(connection)
    chances = {}
    for activity, conversation, side in waiting:
        if activity in standings:
            chances[conversation, activity] = round(100 * learned[side != US].chance_of(standings[activity]))
    log.keep_chances(connection, chances)


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


def rates(connection: sqlite3.Connection, known: Mapping[str, Any] | None = None) -> tuple[Rates, Rates]:
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


def standings_of(connection: sqlite3.Connection, waiting: Mapping[int, int]) -> dict[int, Standing]:
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
