"""Rows in the order that was asked for, and those last touched within a span."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


def itself(one: T) -> T:
    return one


def within(
    found: Sequence[T], since: datetime | None, until: datetime | None, whose: Callable[[T], Any] = itself
) -> list[T]:
    """Those whose last touch lies in this span; never touched ones only where it has no beginning.

    `whose` gives the contact, company or stranger that a row is about.
    """
    dated = [(one, whose(one).last_touch) for one in found]
    return [
        one
        for one, last in dated
        if (since is None or (last is not None and last >= since)) and (until is None or last is None or last <= until)
    ]


def ordered(found: Sequence[T], sort: str, whose: Callable[[T], Any] = itself) -> list[T]:
    """By one of the orders below; any other is that in which the log gives them."""
    key = _KEYS.get(sort)
    return list(found) if key is None else sorted(found, key=lambda one: key(whose(one)))


_NAMELESS = "\U0010ffff"  # behind every name
_KEYS: dict[str, Callable[[Any], Any]] = {
    "recent": lambda one: -one.last_touch.timestamp() if one.last_touch else math.inf,
    "name": lambda one: (one.name or getattr(one, "address", "")).casefold(),
    "company": lambda one: (getattr(one, "company", one.name) or _NAMELESS).casefold(),
    "touches": lambda one: -getattr(one, "touches", 0),
    "overdue": lambda one: one.overdue_at.timestamp() if one.overdue_at else 0,
}
