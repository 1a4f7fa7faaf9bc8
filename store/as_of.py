"""Reading: contacts as they stood at an earlier instant, recomputed from the activities as they are known today."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from store.people import DATES, Person, people
from store.rows import instant
from store.touches import derive


def people_then(connection: sqlite3.Connection, moment: datetime, ids: Sequence[int] | None = None) -> list[Person]:
    """As `people`, but as of `moment`: nothing of what came later counts, and a meeting that lay ahead lies ahead.

    Contacts, their addresses and the verdicts are those of today.
    """
    found = [_then(connection, person, moment) for person in people(connection, moment, ids)]
    return sorted(found, key=lambda p: (p.last_touch is not None, p.last_touch or moment, p.name.casefold(), p.id))


def _then(connection: sqlite3.Connection, person: Person, moment: datetime) -> Person:
    touches = derive(connection, person.id, moment)
    last, kind = touches.last_touch()
    by_name = {name: getattr(touches, name) for name in DATES}
    return replace(
        person,
        last_touch=instant(last.at),
        last_touch_kind=kind,
        last_touch_activity=last.activity_id,
        touches=touches.touches,
        activities={name: one.activity_id for name, one in by_name.items() if one.activity_id is not None},
        **{name: instant(one.at) for name, one in by_name.items()},
    )
