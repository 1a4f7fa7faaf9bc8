"""Meetings that lie ahead, those of a series taken together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from activity.series import series_identity
from store.timeline import Activity


class Series(NamedTuple):
    """The next meeting of a series, and when the further ones begin; a meeting by itself has none."""

    meeting: Activity
    further: tuple[datetime, ...] = ()


def by_series(meetings: Iterable[Activity]) -> list[Series]:
    """These meetings, the next one first, with each series in the place of its next meeting."""
    found: dict[str, list[Activity]] = {}
    for one in meetings:
        found.setdefault(series_identity(one.identity), []).append(one)
    return [Series(first, tuple(one.at for one in further)) for first, *further in found.values()]
