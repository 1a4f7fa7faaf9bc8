"""How much happened with somebody, day by day, in the weeks that end with this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from lasttouch.answers.question import Log
from store.weeks import instants_since

WEEKS = 52


class Heat(NamedTuple):
    """`days` are the days of a zone on which anything happened, with how many activities the timeline shows of them.

    `begins` is the Monday of the first week, `ends` today.
    """

    begins: date
    ends: date
    days: Mapping[date, int]

    @property
    def total(self) -> int:
        return sum(self.days.values())


def heat(log: Log, contact_id: int, now: datetime, zone: tzinfo) -> Heat:
    today = now.astimezone(zone).date()
    begins = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    found = instants_since(log, contact_id, datetime.combine(begins, time(), zone), now)
    return Heat(begins, today, Counter(one.astimezone(zone).date() for one in found))
