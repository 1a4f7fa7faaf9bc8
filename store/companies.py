"""Reading: companies with the touches of their contacts, and of unlisted people at their domains, told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from store.codes import INBOUND, MEETING
from store.finding import escaped
from store.lists import chunks, placeholders, rows_among
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
    query = "SELECT id, name, owner FROM company"
    if ids is None:
        rows = log.execute(f"{query} ORDER BY id").fetchall()
    else:
        rows = sorted(rows_among(log, f"{query} WHERE id IN ({{}})", sorted(set(ids))))
    found = [
        _company(row, one)
        for some in chunks(rows)
        for row, one in zip(some, _known(log, some, now, members), strict=True)
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


class _Known(NamedTuple):
    """Of one company."""

    domains: tuple[str, ...]
    members: list[Person]
    unlisted: list[Unlisted]


def _known(log: Log, rows: Sequence[tuple[int, str, str]], now: datetime, read: Members) -> list[_Known]:
    """Of each of these companies (one chunk)."""
    ids = [row[0] for row in rows]
    some = placeholders(ids)
    domains: dict[int, list[str]] = {}
    query = f"SELECT company_id, domain FROM company_domain WHERE company_id IN ({some}) ORDER BY domain"
    for company_id, domain in log.execute(query, ids):
        domains.setdefault(company_id, []).append(domain)
    company_of = dict(log.execute(f"SELECT id, company_id FROM contact WHERE company_id IN ({some})", ids))
    members: dict[int, list[Person]] = {}
    for person in read(log, now, list(company_of)):
        members.setdefault(company_of[person.id], []).append(person)
    unlisted = _unlisted(log, ids, now)
    return [_Known(tuple(domains.get(i, ())), members.get(i, []), unlisted.get(i, [])) for i in ids]


def _company(row: tuple[int, str, str], known: _Known) -> Company:
    company_id, name, owner = row
    touched: list[Person | Unlisted] = [one for one in known.members if one.last_touch is not None]
    newest = max([*touched, *known.unlisted], key=_last_touch, default=None)
    return Company(
        id=company_id,
        name=name,
        owner=owner,
        domains=known.domains,
        contacts=len(known.members),
        last_touch=newest.last_touch if newest else None,
        last_touch_kind=newest.last_touch_kind if newest else None,
        last_touch_activity=newest.last_touch_activity if newest else None,
        last_touch_contact=newest.id if isinstance(newest, Person) else None,
        last_touch_with=newest.name or getattr(newest, "address", "") if newest else None,
        unlisted=tuple(known.unlisted),
    )


def _last_touch(one: Person | Unlisted) -> float:
    return one.last_touch.timestamp() if one.last_touch else 0.0


def _unlisted(log: Log, company_ids: Sequence[int], now: datetime) -> dict[int, list[Unlisted]]:
    """Of each of these companies (one chunk), the latest first."""
    rows = log.execute(
        "SELECT a.company_id, a.email, a.name, p.at, p.touch, p.activity_id FROM address a"
        " JOIN participation p ON p.address_id = a.id JOIN activity v ON v.id = p.activity_id"
        f" WHERE a.company_id IN ({placeholders(company_ids)}) AND p.touch_code BETWEEN {INBOUND} AND {MEETING}"
        " AND coalesce(v.ends, p.at) <= ? ORDER BY p.at, p.activity_id",
        (*company_ids, timestamp(now)),
    )
    newest: dict[int, dict[str, Unlisted]] = {}
    for company_id, email, name, at, touch, row_id in rows:
        newest.setdefault(company_id, {})[email] = Unlisted(email, name, instant(at), touch, row_id)
    return {company_id: sorted(people.values(), key=_last_touch, reverse=True) for company_id, people in newest.items()}
