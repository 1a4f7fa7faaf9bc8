"""The last weeks of each contact, drawn where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lasttouch.terminal.output import WIDE, is_terminal, terminal_width
from store.log import Log
from store.people import Person

WEEKS = 12


def sparklines(log: Log, found: Sequence[Person], now: datetime) -> dict[int, list[int]]:
    """Contact id → touches in each of the last weeks; empty for anything but a wide terminal."""
    if not is_terminal() or terminal_width() < WIDE:
        return {}
    from store.weeks import touches_by_week  # noqa: PLC0415 - most answers are not drawn

    return touches_by_week(log, [one.id for one in found], now, WEEKS)
