"""Which last dates have moved since?"""

from __future__ import annotations

from typing import NamedTuple

from lasttouch.answers.question import Log, Question
from store import moved
from store.moved import BEGINNING, NEVER, Last, Move
from store.people import Person, people

__all__ = ["BEGINNING", "Answer", "Change", "answer"]


class Change(NamedTuple):
    """A date that moved; `person` is its contact as of now, None for who is no contact any more."""

    move: Move
    person: Person | None


class Answer(NamedTuple):
    """In the order they moved. `cursor` is what to ask with next, `more`: there is more behind it already.

    `is_anew`: what moved since is not known any more, so these are the dates of all contacts as they are.
    """

    changes: list[Change]
    cursor: str
    more: bool
    is_anew: bool


def answer(log: Log, question: Question, since: str = BEGINNING, most: int | None = None) -> Answer:
    moves = moved.since(log, since, None if most is None else most + 1)
    if moves is None:
        return _anew(log, question)
    more = most is not None and len(moves) > most
    moves = moves[:most]
    persons = {one.id: one for one in people(log, question.now, sorted({move.contact_id for move in moves}))}
    cursor = (moves[-1].cursor if moves else since) if more else moved.newest(log)
    found = [Change(move, persons.get(move.contact_id)) for move in moves]
    if log.scope.viewer is not None:  # nobody is told of whom they may see no more
        found = [one for one in found if one.person is not None]
    return Answer(found, cursor, more, is_anew=False)


def _anew(log: Log, question: Question) -> Answer:
    cursor = moved.newest(log)
    return Answer(
        [
            Change(Move(cursor, one.id, question.now, Last(one.last_touch, one.last_touch_kind), NEVER), one)
            for one in sorted(people(log, question.now), key=lambda one: one.id)
            if one.last_touch is not None
        ],
        cursor,
        more=False,
        is_anew=True,
    )
