"""Reading: contacts as they stood at an earlier instant, recomputed from the activities as they are
known today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from store.log import Log
from store.people import DATES, Person, attributed, people
from store.rows import instant
from store.touch_dates import Touches
from store.touches import derive_all


def people_then(log: Log, moment: datetime, ids: Sequence[int] | None = None) -> list[Person]:
    """As `people`, but as of `moment`: nothing of what came later counts, and a meeting that lay
    ahead lies ahead.

    Contacts, their addresses and the verdicts are those of today.
    """
    known = people(log, moment, ids)
    derived = derive_all(log, [person.id for person in known], moment)
    found = attributed(log, [_then(person, derived[person.id]) for person in known])
    return sorted(found, key=lambda p: (p.last_touch is not None, p.last_touch or moment, p.name.casefold(), p.id))


def _then(person: Person, touches: Touches) -> Person:
    last, kind = touches.last_touch()
    by_name = {name: getattr(touches, name) for name in DATES}
    return person._replace(
        last_touch=instant(last.at),
        last_touch_kind=kind,
        last_touch_activity=last.activity_id,
        last_touch_by=None,
        last_touch_account=None,
        last_touch_noted=False,
        touches=touches.touches,
        activities={name: one.activity_id for name, one in by_name.items() if one.activity_id is not None},
        usual_gap=None if touches.usual_gap is None else timedelta(seconds=touches.usual_gap),
        overdue_at=instant(touches.overdue_at()),
        **{name: instant(one.at) for name, one in by_name.items()},
    )
