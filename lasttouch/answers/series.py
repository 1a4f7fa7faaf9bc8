"""Meetings that lie ahead, those of a series taken together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from activity.series import series_identity
from store.log import Log
from store.timeline import Activity, Ahead, activities


class Series(NamedTuple):
    """The next meeting of a series, and when the further ones begin; a meeting by itself has none."""

    meeting: Activity
    further: tuple[datetime, ...] = ()


def by_series(meetings: Iterable[Ahead], most: int | None = None) -> list[list[Ahead]]:
    """These meetings, the next one first, with those of a series together in the place of its next one.

    `most`: so many series are whole, and there is one more if there are more of them.
    """
    found: dict[str, list[Ahead]] = {}
    recurs = False
    for one in meetings:
        series = series_identity(one.identity)
        found.setdefault(series, []).append(one)
        if most is not None:
            recurs |= series != one.identity and len(found) <= most
            if len(found) > most and not recurs:  # nothing that comes belongs to these
                break
    return list(found.values())


def told(log: Log, found: Sequence[Sequence[Ahead]]) -> list[Series]:
    """What is known of these."""
    firsts = {one.id: one for one in activities(log, [first.id for first, *_ in found])}
    return [Series(firsts[first.id], tuple(one.at for one in further)) for first, *further in found]
