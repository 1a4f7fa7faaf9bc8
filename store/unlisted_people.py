"""Reading: people who are no contacts as if they were: when they were last in touch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.finding import Unlisted
from store.lists import rows_among
from store.log import Log
from store.people import DATES, Person, attributed
from store.rows import instant, timestamp
from store.touch_dates import Touches, TouchRow, touches_of
from store.touches import TOUCH_COLUMNS

_ROWS = f"""SELECT {TOUCH_COLUMNS}, p.address_id
    FROM participation p JOIN activity v ON v.id = p.activity_id
    WHERE p.touch_code >= 0 AND p.address_id IN ({{}})"""


def unlisted_people(log: Log, now: datetime, strangers: Sequence[Unlisted]) -> list[Person]:
    """One for each of these addresses, in their order; `id` is 0, which is no contact's."""
    rows: dict[int, list[TouchRow]] = {one.address_id: [] for one in strangers}
    for row in rows_among(log, _ROWS, list(rows)):
        rows[row[-1]].append(row)
    query = "SELECT r.id, o.name FROM address r JOIN company o ON o.id = r.company_id WHERE r.id IN ({})"
    companies = dict(rows_among(log, query, list(rows)))
    moment = timestamp(now)
    return attributed(
        log,
        [_person(one, touches_of(rows[one.address_id], moment), companies.get(one.address_id)) for one in strangers],
    )


def _person(one: Unlisted, touches: Touches, company: str | None) -> Person:
    last, kind = touches.last_touch()
    moments = {date: getattr(touches, date) for date in DATES}
    return Person(
        id=0,
        name=one.name or one.email,
        emails=(one.email,),
        company=company,
        owner="",
        vanished_at=None,
        last_touch=instant(last.at),
        last_touch_kind=kind,
        last_touch_activity=last.activity_id,
        touches=touches.touches,
        activities={date: moment.activity_id for date, moment in moments.items() if moment.activity_id is not None},
        **{date: instant(moment.at) for date, moment in moments.items()},
    )
