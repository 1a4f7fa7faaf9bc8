"""Many of a kind in requests of so many each, and whose fault it is where a service refuses one as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from activity.errors import LasttouchError
from deliver.values import Write, Written

T = TypeVar("T")


class Refused(LasttouchError):
    """Nothing of a request was taken, for the sake of one of those in it; the rest may be."""


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def by_halves(writes: Sequence[Write], write: Callable[[Sequence[Write]], Written]) -> Written:
    """All in one request; where `write` raises Refused, by halves, until whose fault it is is known."""
    if not writes:
        return Written([], {})
    try:
        return write(writes)
    except Refused as error:
        if len(writes) == 1:
            return Written([], {writes[0].key: error.message})
    half = len(writes) // 2
    first, second = by_halves(writes[:half], write), by_halves(writes[half:], write)
    return Written([*first.done, *second.done], {**first.refused, **second.refused})
