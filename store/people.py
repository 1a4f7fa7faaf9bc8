"""Reading: contacts with their touch dates, as of now."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.addresses import chunks, marks
from store.rows import instant, timestamp
from store.touches import derive, touch_row


@dataclass(frozen=True, slots=True)
class Person:
    """A contact with its dates (aware UTC, None for never) and the activities that set them.

    `vanished_at` is when the contact's address book was found not to show it any more.
    The `…_activity` fields of the others are in `activities`, by the name of the date.
    """

    id: int
    name: str
    emails: tuple[str, ...]
    company: str | None
    owner: str
    vanished_at: datetime | None
    last_touch: datetime | None
    last_touch_kind: str | None
    last_touch_activity: int | None
    last_inbound: datetime | None
    last_outbound: datetime | None
    last_meeting: datetime | None
    next_meeting: datetime | None
    last_copied: datetime | None
    last_two_way: datetime | None
    touches: int
    activities: dict[str, int]


DATES = ("last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_copied", "last_two_way")


def people(connection: sqlite3.Connection, now: datetime, ids: Sequence[int] | None = None) -> list[Person]:
    """All contacts, or those with these ids; the longest silent first, never touched ones at the very top."""
    rows: list[tuple[Any, ...]] = []
    select = (
        "SELECT c.id, c.name, co.name, coalesce(nullif(c.owner, ''), co.owner, ''), c.vanished_at, t.* FROM contact c"
        " LEFT JOIN company co ON co.id = c.company_id"
        " LEFT JOIN contact_touch t ON t.contact_id = c.id AND coalesce(t.due, ?) >= ?"
    )
    # a row that time has overtaken counts as missing
    moment = timestamp(now)
    if ids is None:
        rows = connection.execute(select, (moment + 1, moment + 1)).fetchall()
    else:
        for chunk in chunks(ids):
            query = f"{select} WHERE c.id IN ({marks(chunk)})"
            rows += connection.execute(query, (moment + 1, moment + 1, *chunk))
    emails = _emails(connection, ids)
    found = [_person(connection, row, emails, now) for row in rows]
    return sorted(found, key=lambda p: (p.last_touch is not None, p.last_touch or now, p.name.casefold(), p.id))


def _emails(connection: sqlite3.Connection, ids: Sequence[int] | None) -> dict[int, list[str]]:
    rows: list[tuple[int, str]] = []
    if ids is None:
        rows = connection.execute(
            "SELECT contact_id, email FROM contact_email ORDER BY contact_id, position"
        ).fetchall()
    else:
        for chunk in chunks(ids):
            rows += connection.execute(
                f"SELECT contact_id, email FROM contact_email WHERE contact_id IN ({marks(chunk)})"
                " ORDER BY contact_id, position",
                chunk,
            )
    found: dict[int, list[str]] = {}
    for contact_id, email in rows:
        found.setdefault(contact_id, []).append(email)
    return found


def _person(
    connection: sqlite3.Connection, row: tuple[Any, ...], emails: dict[int, list[str]], now: datetime
) -> Person:
    contact_id, name, company, owner, vanished_at, *touch = row
    assert isinstance(contact_id, int)
    if touch[0] is None:
        touch = list(touch_row(contact_id, derive(connection, contact_id, now)))
    _, last, kind, last_activity, *pairs, touches, _due = touch
    dates = dict(zip(DATES, (instant(at) for at in pairs[::2]), strict=True))
    return Person(
        id=contact_id,
        name=str(name),
        emails=tuple(emails.get(contact_id, ())),
        company=None if company is None else str(company),
        owner=str(owner),
        vanished_at=instant(vanished_at),
        last_touch=instant(last),
        last_touch_kind=None if kind is None else str(kind),
        last_touch_activity=last_activity,
        touches=touches,
        activities={date: row_id for date, row_id in zip(DATES, pairs[1::2], strict=True) if row_id is not None},
        **dates,
    )
