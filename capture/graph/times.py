"""Instants and days as Graph writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,12})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_NEVER = ("0001-", "9999-")


def instant(told: Any) -> datetime | None:
    """A DateTimeOffset ("2026-11-22T09:00:00.0000000Z") as aware UTC in whole seconds; None for
    what is none, and for the years that stand for "never"."""
    return _instant(told) if isinstance(told, str) else None


@lru_cache(maxsize=4096)  # of a message it is asked for where it is sorted out, and where it is read
def _instant(told: str) -> datetime | None:
    found = _INSTANT.fullmatch(told)
    if found is None or told.startswith(_NEVER):
        return None
    try:
        if told.endswith("Z"):
            return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        return datetime.fromisoformat(found[1] + (found[2] or "Z")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(told: Any) -> date | None:
    """The day that a date or an instant is written on."""
    try:
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except ValueError:
        return None


def nearest_day(at: datetime) -> date:
    """The day that this instant is the beginning of in some zone between UTC-12 and UTC+12."""
    return (at + timedelta(hours=12)).date()


def written(at: datetime) -> str:
    """As a query names it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
