"""Meetings ahead are read no further than a list of them needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lasttouch.answers.series import by_series
from store.timeline import Ahead

BEGIN = datetime(2026, 11, 30, 9, tzinfo=UTC)
MEETINGS = ("one", "weekly/20261201T090000Z", "two", "three", "weekly/20261208T090000Z", "four")


def _listed(most: int | None) -> tuple[list[list[int]], int]:
    """The meetings of each series by their numbers, and how many were read."""
    read: list[int] = []

    def meetings() -> Iterator[Ahead]:
        for number, identity in enumerate(MEETINGS):
            read.append(number)
            yield Ahead(number, identity, BEGIN + timedelta(days=number))

    return [[one.id for one in series] for series in by_series(meetings(), most)], len(read)


def test_what_comes_after_the_first_is_read_where_a_series_of_these_may_go_on() -> None:
    assert _listed(None) == ([[0], [1, 4], [2], [3], [5]], 6)
    assert _listed(1) == ([[0], [1]], 2)
    assert _listed(2) == ([[0], [1, 4], [2], [3], [5]], 6)
    assert _listed(5) == ([[0], [1, 4], [2], [3], [5]], 6)
