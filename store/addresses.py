"""Addresses seen so far, and whose each one is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from activity.address import Address, domain_of
from store import strangers
from store.lists import among, insert, placeholders, rows_among
from store.log import Log, Queryable

if TYPE_CHECKING:
    from activity.facts import Match  # queries start sooner without


class Matcher(Protocol):
    """Decides whose an address is; pure, and built from the contacts as they are now."""

    def match(self, email: str) -> Match: ...

    def canonical(self, email: str) -> str:
        """A key that any two addresses share which could ever match each other."""
        ...


class Known(NamedTuple):
    """Addresses in the log: e-mail → id, the ids of those that are our own, and the contact of each id that has one."""

    ids: dict[str, int]
    ours: set[int]
    contacts: dict[int, int]


def address_ids(connection: sqlite3.Connection, addresses: Iterable[Address], matcher: Matcher) -> dict[str, int]:
    """E-mail → id for each of `addresses`; those never seen before are matched and kept."""
    return known(connection, addresses, matcher).ids


def known(connection: sqlite3.Connection, addresses: Iterable[Address], matcher: Matcher) -> Known:
    """The same, and whose they are."""
    names: dict[str, str] = {}
    for email, name, _ in addresses:
        if not names.get(email):
            names[email] = name
    found = Known({}, set(), {})
    nameless: list[tuple[str, int]] = []
    query = "SELECT email, id, name, contact_id, rule FROM address WHERE email IN ({})"
    for email, row_id, name, contact_id, rule in rows_among(connection, query, names):
        _tell(found, email, row_id, contact_id, rule)
        if not name and names[email]:
            nameless.append((names[email], row_id))
    connection.executemany("UPDATE address SET name = ? WHERE id = ?", nameless)
    new = [email for email in names if email not in found.ids]
    if new:
        _insert(connection, new, names, matcher, found)
    return found


def _tell(found: Known, email: str, row_id: int, contact_id: int | None, rule: str) -> None:
    found.ids[email] = row_id
    if contact_id is not None:
        found.contacts[row_id] = contact_id
    if rule == "self":
        found.ours.add(row_id)


def our_own(log: Queryable, ids: Iterable[int]) -> set[int]:
    """Those of these addresses that are one of us's."""
    return set(among(log, "SELECT id FROM address WHERE rule = 'self' AND id IN ({})", ids))


def canonicals_at(log: Log, domains: Iterable[str]) -> set[str]:
    """The canonical forms of the addresses seen at these domains and below them."""
    found: set[str] = set()
    for domain in domains:
        site = site_of(domain)
        query = "SELECT canonical FROM address WHERE site = ? OR (site > ? AND site < ?)"
        found.update(c for (c,) in log.execute(query, (site, f"{site}.", f"{site}/")))  # "/" follows "."
    return found


def site_of(domain: str) -> str:
    """A domain with its labels turned round, so that what lies below it follows it:
    "example.globex"."""
    return ".".join(reversed(domain.split(".")))


def holders(log: Log, canonicals: Sequence[str]) -> set[int]:
    """The contacts to whom addresses of these canonical forms belong."""
    query = f"SELECT contact_id FROM address WHERE canonical IN ({placeholders(canonicals)}) AND contact_id IS NOT NULL"
    return {contact_id for (contact_id,) in log.execute(query, canonicals)}


def owned(log: Log, contact_ids: Sequence[int]) -> int:
    """How many addresses seen so far belong to these contacts."""
    query = f"SELECT count(*) FROM address WHERE contact_id IN ({placeholders(contact_ids)})"
    (count,) = log.execute(query, contact_ids).fetchone()
    return int(count)


def _insert(
    connection: sqlite3.Connection, new: list[str], names: dict[str, str], matcher: Matcher, found: Known
) -> None:
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM address").fetchone()
    rows = []
    for row_id, email in enumerate(new, last + 1):
        match = matcher.match(email)
        _tell(found, email, row_id, match.contact_id, match.rule)
        rows.append(
            (
                row_id, email, matcher.canonical(email), site_of(domain_of(email)), names[email],
                match.contact_id, match.company_id, match.rule,
            )
        )  # fmt: skip
    into = "INSERT INTO address (id, email, canonical, site, name, contact_id, company_id, rule)"
    insert(connection, into, "(?, ?, ?, ?, ?, ?, ?, ?)", rows)
    strangers.add_between(connection, last + 1, last + len(rows))


def rematch(connection: sqlite3.Connection, matcher: Matcher, canonicals: Sequence[str] | None = None) -> int:
    """Match all addresses, or those of these canonical forms, anew; how many now belong to somebody
    else than before.

    A trigger makes the touches of every contact that gained or lost an address unknown.
    """
    changed: list[tuple[int | None, int | None, str, int]] = []
    query = "SELECT id, email, contact_id, company_id, rule FROM address"
    if canonicals is not None:
        query += f" WHERE canonical IN ({placeholders(canonicals)})"
    for row_id, email, contact_id, company_id, rule in connection.execute(query, canonicals or ()).fetchall():
        match = matcher.match(email)
        if (match.contact_id, match.company_id, match.rule) != (contact_id, company_id, rule):
            changed.append((match.contact_id, match.company_id, match.rule, row_id))
    connection.executemany("UPDATE address SET contact_id = ?, company_id = ?, rule = ? WHERE id = ?", changed)
    return len(changed)
