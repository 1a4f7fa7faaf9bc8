"""Dates for a story that is always about the last year: so many working days ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Moments relative to `now` (aware), told in the working days and by the clock of `zone`."""

    now: datetime
    zone: tzinfo

    def ago(self, days: int, clock: str) -> datetime:
        """At "HH:MM" of the working day so many before today; 1 is the last one that is over."""
        return self._moment(-days, clock)

    def ahead(self, days: int, clock: str) -> datetime:
        """At "HH:MM" of the working day so many after today."""
        return self._moment(days, clock)

    def _moment(self, days: int, clock: str) -> datetime:
        day = self.now.astimezone(self.zone).date()
        for _ in range(abs(days)):
            day = _next_working_day(day, 1 if days > 0 else -1)
        return datetime.combine(day, time.fromisoformat(clock), self.zone)


def _next_working_day(day: date, step: int) -> date:
    day += timedelta(days=step)
    while day.isoweekday() > 5:
        day += timedelta(days=step)
    return day
