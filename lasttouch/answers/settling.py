"""By which word of the user something is settled: that it is done, that they are ignored, or put
off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from store import said
from store.log import Log
from store.said import Done


class SettlingWords(NamedTuple):
    """What was said of some activities and contacts, by id."""

    ignored: Collection[int]
    snoozed: Mapping[int, datetime]
    done: Mapping[int, Done]
    activities_done: Mapping[int, Done]

    def settle(self, activity: int, at: datetime, contacts: Collection[int | None]) -> str | None:
        """Which word settles an activity with all of these people, None being no contact; None if
        nothing does."""
        people = {i for i in contacts if i is not None}
        if activity in self.activities_done:
            return "you said it is done"
        if len(people) < len(set(contacts)):
            return None
        if all(i in self.done and at <= self.done[i].through for i in people):
            return "you said it is done with them"
        if people.issubset(self.ignored):
            return "you ignore them"
        if people <= self.snoozed.keys():
            return f"you put them off until {max(self.snoozed[i] for i in people):%Y-%m-%d}"
        return None


def settling_words(log: Log, activities: Sequence[int], contacts: Collection[int], now: datetime) -> SettlingWords:
    return SettlingWords(
        said.ignored(log, contacts),
        said.snoozed(log, contacts, now),
        said.done(log, contacts),
        said.done_activities(log, activities),
    )
