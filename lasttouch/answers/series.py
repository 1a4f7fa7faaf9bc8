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


def by_series(meetings: Iterable[Ahead]) -> list[list[Ahead]]:
    """These meetings, the next one first, with those of a series together in the place of its next one."""
    found: dict[str, list[Ahead]] = {}
    for one in meetings:
        found.setdefault(series_identity(one.identity), []).append(one)
    return list(found.values())


def told(log: Log, found: Sequence[Sequence[Ahead]]) -> list[Series]:
    """What is known of these."""
    firsts = {one.id: one for one in activities(log, [first.id for first, *_ in found])}
    return [Series(firsts[first.id], tuple(one.at for one in further)) for first, *further in found]
