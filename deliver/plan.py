"""What is to be written to a directory, decided before anything is: a value that a dry run shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from deliver.values import BLANK, Person, Value, Write

Conflict = Literal["ours", "leave"]


class Known(NamedTuple):
    """What we know that somebody's field holds, as we wrote it; `unsure`: we may have written something since."""

    value: Value
    unsure: bool


class Wanted(NamedTuple):
    """Whose a person there is, and what our fields are to hold; None where that is held back.

    `known` is None before we ever wrote there. `there` is what stands there now, None where that was not read.
    """

    key: str
    contact: int
    value: Value | None
    known: Known | None
    there: Person | None


class Step(NamedTuple):
    """A write, with what it takes the place of as far as that is known."""

    contact: int
    write: Write
    before: Value


class Edited(NamedTuple):
    """Somebody else has written into our field."""

    contact: int
    key: str
    holds: Value
    left: bool


class Plan(NamedTuple):
    """`steps` are writes; `right` are (key, contact, value) that hold what they should; `held` contacts wait."""

    steps: list[Step]
    right: list[tuple[str, int, Value]]
    edited: list[Edited]
    held: set[int]


def plan(people: Iterable[Wanted], conflict: Conflict, days_only: bool = False) -> Plan:
    """Compare and decide. What is unknown is never written, and never as empty; what was never ours is not blanked."""
    steps: list[Step] = []
    right: list[tuple[str, int, Value]] = []
    edited: list[Edited] = []
    held: set[int] = set()
    for one in people:
        if one.value is None:
            held.add(one.contact)
            continue
        holds = one.there.value if one.there is not None else one.known.value if one.known is not None else BLANK
        if _is_anothers(one, days_only):
            left = conflict == "leave"
            edited.append(Edited(one.contact, one.key, holds, left))
            if left:
                continue
        if same(holds, one.value, days_only):
            right.append((one.key, one.contact, one.value))
        elif one.value.at is not None or _was_ours(one.known):
            steps.append(Step(one.contact, Write(one.key, one.value), holds))
    return Plan(steps, right, edited, held)


def same(one: Value, other: Value, days_only: bool = False) -> bool:
    """By the date, and by the rest as far as both say it."""
    if moment(one.at, days_only) != moment(other.at, days_only):
        return False
    return all(a is None or b is None or a == b for a, b in zip(one[1:], other[1:], strict=True))


def moment(at: datetime | None, days_only: bool) -> object:
    return None if at is None else at.date() if days_only else at.replace(microsecond=0)


def _was_ours(known: Known | None) -> bool:
    """May what stands there be of us?"""
    return known is not None and (known.unsure or known.value.at is not None)


def _is_anothers(one: Wanted, days_only: bool) -> bool:
    """Does it hold a date that is neither what we wrote last nor what we would write?"""
    if one.there is None or one.known is None or one.value is None:
        return False
    there = moment(one.there.value.at, days_only)
    ours = {moment(one.known.value.at, days_only), moment(one.value.at, days_only)}
    return there not in ours and not one.known.unsure


def by_key(people: Iterable[Person]) -> Mapping[str, Person]:
    return {one.key: one for one in people}
