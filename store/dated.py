"""Touches of which somebody may be told no more than when they were, of what kind, and whose: see scoped_views.py.

`dated` is there only for those who read within a scope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from store.codes import MEETING, TOUCH, TOUCH_WORD
from store.lists import placeholders
from store.log import Log
from store.touch_dates import DatesAlone


def dates_alone(log: Log, contact_ids: Sequence[int], moment: int) -> dict[int, DatesAlone]:
    """For those of these contacts (one chunk) who have any."""
    found: dict[int, list[tuple[int, int | None, int]]] = {}
    query = f"SELECT contact_id, at, ends, touch_code FROM dated WHERE contact_id IN ({placeholders(contact_ids)})"
    for contact_id, at, ends, touch in log.execute(query, contact_ids):
        found.setdefault(contact_id, []).append((at, ends, touch))
    return {contact_id: _dates(rows, moment) for contact_id, rows in found.items()}


def _dates(rows: Sequence[tuple[int, int | None, int]], moment: int) -> DatesAlone:
    past = [(at, -touch) for at, ends, touch in rows if max(at, ends or at) <= moment]
    last, kind = max(past, default=(None, None))
    ahead = [at for at, _, touch in rows if at > moment and touch == MEETING]
    changes = [at for at, _, _ in rows if at > moment]
    changes += [ends for at, ends, _ in rows if ends is not None and at <= moment < ends]
    return DatesAlone(
        last, None if kind is None else TOUCH_WORD[-kind], min(ahead, default=None), min(changes, default=None)
    )


def whose(log: Log, lasts: Mapping[int, tuple[int, str]]) -> dict[int, tuple[str, str]]:
    """Contact → the account (its name, and whose it is) of the last touch, by when that was and its kind."""
    found: dict[int, tuple[str, str]] = {}
    for contact_id, (at, kind) in lasts.items():
        row = log.execute(
            "SELECT n.name, coalesce(nullif(n.owner, ''), n.name) FROM dated d JOIN account n ON n.id = d.account_id"
            " WHERE d.contact_id = ? AND d.at = ? AND d.touch_code = ? ORDER BY n.id LIMIT 1",
            (contact_id, at, TOUCH[kind]),
        ).fetchone()
        if row is not None:
            found[contact_id] = row
    return found
