"""What was learned of who answers what: kept in the log, learned anew where enough has come,
applied to what waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from activity.letter import Letter
from lasttouch.keeping.lessons_due import LESSON, LISTED, is_lesson_due
from matchers.expectation import DAY, Hand, Rates, Standing, standing
from matchers.lessons import NEAR, learn
from store import lessons, letters, marks
from store.log import Log
from store.rows import timestamp
from store.threads import US
from store.transactions import writing

_FRESH = 14 * DAY
_FILING_SEEN = 2000  # messages by which one sees whether somebody files


class Lesson(NamedTuple):
    """What was learned: the rates and what belongs to them, the hands by address, and from which
    letters."""

    kept: dict[str, Any]
    hands: Mapping[int, tuple[float, ...]]
    letters: Sequence[Letter]


def lesson_due(log: Log, now: datetime) -> Lesson | None:
    """What is to be learned anew, where enough has come for it; before a transaction, for it takes
    its time."""
    return _lesson(log, timestamp(now)) if is_lesson_due(log) else None


def keep_up(connection: sqlite3.Connection, now: datetime, lesson: Lesson | None) -> None:
    """Within a transaction: keep what was learned, and judge what waits and is not judged yet."""
    if lesson is not None:
        lessons.keep_learned(connection, lesson.kept, lesson.hands)
    judge_waiting(connection, timestamp(now), lesson.letters if lesson else ())


def keep_up_with(seen: Log, now: datetime) -> None:
    """What whoever sees a part of the log is told of answers: learned from that, and kept for all who see the same."""
    lesson = lesson_due(seen, now)
    with writing(seen.connection):
        if lesson is not None:
            from store import audiences  # noqa: PLC0415 - brings OpenSSL in, which one keeper does without

            audiences.keep_learned(seen, lesson.kept, lesson.hands)
        judge_waiting(seen.connection, timestamp(now))


def relearn(connection: sqlite3.Connection, now: datetime) -> None:
    """Within a transaction: learn anew and judge all that waits."""
    keep_up(connection, now, _lesson(Log(connection), timestamp(now)))


def judge_waiting(connection: sqlite3.Connection, moment: int, read: Sequence[Letter] = ()) -> None:
    """The chance of all that waits and has none, as far as structure and past tell it; no clock in
    it. Letters that were `read` just now are not read again."""
    log = Log(connection)
    waiting = letters.unjudged(log, moment - LISTED)
    standings = standings_of(log, {activity: conversation for activity, conversation, _ in waiting}, read)
    learned = rates(log)
    chances = {}
    for activity, conversation, side in waiting:
        if activity in standings:
            chances[conversation, activity] = round(100 * learned[side != US].wanted(standings[activity]))
    lessons.keep_chances(connection, chances)


def _lesson(log: Log, moment: int) -> Lesson:
    newest = letters.newest_letters(log, moment)
    found = learn(newest, moment)
    old = [one.id for one in newest if not one.ours and one.at < moment - _FRESH][:_FILING_SEEN]
    filed = marks.filed(log, old)
    share = sum(filed.values()) / len(filed) if filed else 0.0
    kept = {
        "lesson": LESSON,
        "theirs": asdict(found.theirs),
        "ours": asdict(found.ours),
        "filed": round(min(0.97, share), 3),
        "letters": len(newest),
        "through": letters.newest_id(log),
    }
    hands = {writer: (one.base, one.text, int(one.quotes), *one[3:]) for writer, one in found.hands.items() if writer}
    return Lesson(kept, hands, newest)


def rates(log: Log, known: Mapping[str, Any] | None = None) -> tuple[Rates, Rates]:
    """Of what they wrote, and of what we did."""
    known = letters.learned(log) if known is None else known
    return _rates_from(known.get("theirs")), _rates_from(known.get("ours"))


def _rates_from(kept: Mapping[str, Any] | None) -> Rates:
    if not kept:
        return Rates()
    return Rates(
        {case: tuple(counts) for case, counts in kept["cases"].items()},
        {trait: tuple(counts) for trait, counts in kept["traits"].items()},
        kept["delays"],
        tuple(kept["clear"]),
        {circumstance: [tuple(one) for one in kinds] for circumstance, kinds in kept.get("kinds", {}).items()},
    )


def standings_of(log: Log, waiting: Mapping[int, int], read: Sequence[Letter] = ()) -> dict[int, Standing]:
    """Activity → how it stands; `waiting` gives the conversation of each. For `read` see
    `conversations_of`."""
    conversations = letters.conversations_of(log, set(waiting.values()), read)
    found: dict[int, tuple[Letter, Sequence[Letter]]] = {}
    for written in conversations.values():
        for number, letter in enumerate(written):
            if letter.id in waiting:
                found[letter.id] = letter, written[max(0, number - NEAR) : number]  # as far as what was learned looks
    people = {address for letter, _ in found.values() for address in (letter.writer, letter.reader)}
    hands = {address: Hand(*values) for address, values in letters.hands(log, people).items()}
    return {activity: standing(letter, before, hands) for activity, (letter, before) in found.items()}
