"""All that is known of one contact, as their page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from activity.errors import NotFound
from lasttouch.answers.heat import Heat, heat
from lasttouch.answers.listings import Listing, listings
from lasttouch.answers.proof import behind_dates
from lasttouch.answers.question import Log
from store import said
from store.acquaintance import Acquaintance, known_by
from store.choosing import account_owners
from store.people import Person, people
from store.read_back import ReadBack, read_back
from store.said import Said
from store.timeline import Activity, newest
from store.touch_dates import too_long


class About(NamedTuple):
    """`behind` are the activities that set the dates, by id; `timeline` the newest ones, of which there may be `more`.

    `owners` says whose each account is. `back`: from when on everything was read. `too_long`: the silence that is
    longer than usual, None where nothing is.
    """

    person: Person
    behind: Mapping[int, Activity]
    timeline: list[Activity]
    more: bool
    heat: Heat
    known_by: Sequence[Acquaintance]
    said: Sequence[Said]
    lists: list[Listing]
    owners: Mapping[str, str]
    back: ReadBack
    too_long: timedelta | None


def about(log: Log, contact_id: int, now: datetime, zone: tzinfo, most: int) -> About:
    """With at most so many of the newest activities. Raises NotFound."""
    found = people(log, now, [contact_id])
    if not found:
        raise NotFound(f"there is no contact #{contact_id}")
    (person,) = found
    gap = person.usual_gap
    timeline = newest(log, now, most + 1, [contact_id])
    return About(
        person,
        behind_dates(log, person),
        timeline[:most],
        len(timeline) > most,
        heat(log, contact_id, now, zone),
        known_by(log, [contact_id], now).get(contact_id, []),
        said.of_contacts(log, [contact_id]).get(contact_id, []),
        listings(log, person, now),
        account_owners(log),
        read_back(log),
        None if gap is None else timedelta(seconds=too_long(int(gap.total_seconds()))),
    )
