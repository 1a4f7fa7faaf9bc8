"""The last weeks of contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from store.log import Log


def last_weeks(log: Log, ids: Sequence[int], now: datetime, weeks: int) -> Mapping[int, Sequence[int]]:
    """Contact id → touches in each of so many last weeks; empty for none of either."""
    if not (weeks and ids):
        return {}
    from store.weeks import touches_by_week  # noqa: PLC0415 - most answers are not drawn

    return touches_by_week(log, ids, now, weeks)
