"""The last weeks of contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from store.log import Log
from store.people import Person


def last_weeks(log: Log, found: Sequence[Person], now: datetime, weeks: int) -> Mapping[int, Sequence[int]]:
    """Contact id → touches in each of so many last weeks; empty for none."""
    if not weeks:
        return {}
    from store.weeks import touches_by_week  # noqa: PLC0415 - most answers are not drawn

    return touches_by_week(log, [one.id for one in found], now, weeks)
