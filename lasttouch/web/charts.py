"""Charts as what is drawn: where each part stands. A table beside each says the same."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lasttouch.answers.heat import WEEKS, Heat
from lasttouch.answers.silence_words import days

CELL, GAP, LEFT, TOP = 12, 2, 30, 16
STEPS = (1, 2, 4, 8)  # activities of a day from which on it is drawn darker
WIDTH = 480
_PITCH = CELL + GAP


class Cell(NamedTuple):
    x: int
    y: int
    step: int
    day: date
    activities: int


class HeatMap(NamedTuple):
    """`months` are where the name of a month stands; `busy` the days on which anything happened, the newest first."""

    width: int
    height: int
    cells: list[Cell]
    months: list[tuple[int, str]]
    busy: list[tuple[date, int]]
    total: int
    begins: date
    ends: date


class Rhythm(NamedTuple):
    """The silence drawn against what is usual: lengths in days, and where each ends on a line WIDTH long."""

    silent: int
    usual: float
    overdue: int
    silent_at: int
    usual_at: int
    overdue_at: int
    is_overdue: bool


def heat_map(heat: Heat) -> HeatMap:
    """A column for each of the weeks, Monday at the top."""
    cells, months = [], []
    for week in range(WEEKS):
        monday = heat.begins + timedelta(weeks=week)
        x = LEFT + week * _PITCH
        first = next((day for n in range(7) if (day := monday + timedelta(days=n)).day == 1), None)
        if first is not None and week < WEEKS - 2:
            months.append((x, f"{first:%b}"))
        for number in range(7):
            day = monday + timedelta(days=number)
            if day <= heat.ends:
                count = heat.days.get(day, 0)
                cells.append(Cell(x, TOP + number * _PITCH, bisect_right(STEPS, count), day, count))
    return HeatMap(
        LEFT + WEEKS * _PITCH, TOP + 7 * _PITCH, cells, months, sorted(heat.days.items(), reverse=True), heat.total,
        heat.begins, heat.ends,
    )  # fmt: skip


def rhythm(
    last_touch: datetime | None, usual: timedelta | None, too_long: timedelta | None, now: datetime
) -> Rhythm | None:
    """None where nothing is usual, or nothing ever was."""
    if last_touch is None or usual is None or too_long is None:
        return None
    silent = now - last_touch
    longest = max(silent, too_long, usual) * 1.08

    def at(length: timedelta) -> int:
        return round(WIDTH * (length / longest))

    usual_days, silent_days, too_long_days = days(usual), days(silent), days(too_long)
    return Rhythm(
        int(silent_days or 0), usual_days or 0, int(too_long_days or 0), at(silent), at(usual), at(too_long),
        silent > too_long,
    )  # fmt: skip
