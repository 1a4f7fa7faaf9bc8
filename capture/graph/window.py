"""From when to when a calendar is watched: a delta link of Graph's is bound to that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

LONGEST = timedelta(days=1825)  # a longer view is refused
BEYOND = timedelta(days=90)  # the end lies so far beyond the horizon, that it need not move with every pass
NEAR = timedelta(days=14)
_SLACK = timedelta(days=1)


class Window(NamedTuple):
    """Aware UTC, in whole seconds."""

    start: datetime
    end: datetime

    @staticmethod
    def around(since: datetime, until: datetime) -> Window:
        """A new one for meetings from `since` on to `until`, the horizon."""
        end = (until + BEYOND).replace(microsecond=0)
        return Window(max(since.replace(microsecond=0), end - LONGEST), end)

    def serves(self, since: datetime, until: datetime) -> bool:
        """Does it still reach from the one to the other?"""
        reaches_back = self.start <= since + _SLACK or self.end - self.start >= LONGEST - _SLACK
        return reaches_back and self.end - until >= NEAR

    def moved(self, since: datetime, until: datetime) -> Window:
        """The one to open next. The start stays, unless it is to be earlier, or too much would lie
        between."""
        return Window.around(min(self.start, since), until)
