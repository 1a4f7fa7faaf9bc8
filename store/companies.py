"""Reading: companies with the touches of their contacts, and of unlisted people at their domains, told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from store.codes import INBOUND, MEETING
from store.finding import escaped
from store.lists import placeholders
from store.log import Log
from store.people import Person, people
from store.rows import instant, timestamp

Members = Callable[[Log, datetime, Sequence[int]], list[Person]]


class Unlisted(NamedTuple):
    """Somebody at a company's domain who is no contact."""

    address: str
    name: str
    last_touch: datetime
    last_touch_kind: str
    last_touch_activity: int


class Company(NamedTuple):
    """A company; its last touch is the newest with any of its contacts or of its unlisted people.

    `last_touch_contact` is the contact's id, None where it was an unlisted person; `last_touch_with` is
    a name or address for people to read.
    """

    id: int
    name: str
    owner: str
    domains: tuple[str, ...]
    contacts: int
    last_touch: datetime | None
    last_touch_kind: str | None
    last_touch_activity: int | None
    last_touch_contact: int | None
    last_touch_with: str | None
    unlisted: tuple[Unlisted, ...]


def companies(
    log: Log,
    now: datetime,
    ids: Sequence[int] | None = None,
    members: Members = people,
) -> list[Company]:
    """All companies or these, the longest silent first; `members` says how their contacts' dates are come by."""
    wanted = None if ids is None else set(ids)
    found = [
        _company(log, row, now, members)
        for row in log.execute("SELECT id, name, owner FROM company ORDER BY id").fetchall()
        if wanted is None or row[0] in wanted
    ]
    return sorted(found, key=lambda c: (c.last_touch is not None, c.last_touch or now, c.name.casefold()))


def company_ids(log: Log, who: str) -> list[int]:
    """Companies by whole name, by domain, or by part of the name; the first reading that fits any holds."""
    pattern = f"%{escaped(who)}%"
    for query, value in (
        ("SELECT id FROM company WHERE lower(name) = lower(?)", who),
        ("SELECT company_id FROM company_domain WHERE domain = lower(?)", who),
        ("SELECT id FROM company WHERE name LIKE ? ESCAPE '\\'", pattern),
    ):
        if found := [row_id for (row_id,) in log.execute(query, (value,))]:
            return found
    return []


def company_names(log: Log, ids: Sequence[int]) -> list[str]:
    rows = log.execute(f"SELECT name FROM company WHERE id IN ({placeholders(ids)}) ORDER BY name", ids)
    return [name for (name,) in rows]


def _company(log: Log, row: tuple[int, str, str], now: datetime, read: Members) -> Company:
    company_id, name, owner = row
    domains = log.execute("SELECT domain FROM company_domain WHERE company_id = ? ORDER BY domain", (company_id,))
    ids = [i for (i,) in log.execute("SELECT id FROM contact WHERE company_id = ?", (company_id,))]
    members = read(log, now, ids)
    unlisted = _unlisted(log, company_id, now)
    touched: list[Person | Unlisted] = [one for one in members if one.last_touch is not None]
    newest = max([*touched, *unlisted], key=_last_touch, default=None)
    return Company(
        id=company_id,
        name=name,
        owner=owner,
        domains=tuple(domain for (domain,) in domains),
        contacts=len(members),
        last_touch=newest.last_touch if newest else None,
        last_touch_kind=newest.last_touch_kind if newest else None,
        last_touch_activity=newest.last_touch_activity if newest else None,
        last_touch_contact=newest.id if isinstance(newest, Person) else None,
        last_touch_with=newest.name or getattr(newest, "address", "") if newest else None,
        unlisted=tuple(unlisted),
    )


def _last_touch(one: Person | Unlisted) -> float:
    return one.last_touch.timestamp() if one.last_touch else 0.0


def _unlisted(log: Log, company_id: int, now: datetime) -> list[Unlisted]:
    rows = log.execute(
        "SELECT a.email, a.name, p.at, p.touch, p.activity_id FROM address a"
        " JOIN participation p ON p.address_id = a.id JOIN activity v ON v.id = p.activity_id"
        f" WHERE a.company_id = ?1 AND p.touch_code BETWEEN {INBOUND} AND {MEETING} AND coalesce(v.ends, p.at) <= ?2"
        " ORDER BY p.at, p.activity_id",
        (company_id, timestamp(now)),
    )
    newest = {email: Unlisted(email, name, instant(at), touch, row_id) for email, name, at, touch, row_id in rows}
    return sorted(newest.values(), key=_last_touch, reverse=True)
