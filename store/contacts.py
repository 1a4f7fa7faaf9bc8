"""Contacts and companies as the user lists them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from activity.contact import ContactEntry
from store.cards import HANDED_ON
from store.contact_changes import add_emails, add_key, contact_with_key, merge, signature
from store.holders import Holders
from store.lists import among, placeholders, rows_among
from store.log import Log
from store.numbers import insert_numbered, of_somebody
from store.private_marks import move_company_marks
from store.settings import has_users
from store.tags import add_tags

CompanyOf = Callable[[str], int]


class Imported(NamedTuple):
    """What an import did; `ids` are contacts that are `new` or changed, `contacts` those of all entries in order."""

    added: int
    updated: int
    unchanged: int
    ids: frozenset[int]
    contacts: tuple[int, ...]
    new: frozenset[int] = frozenset()


def emails(log: Log, canonicals: Sequence[str] | None = None) -> list[tuple[str, int]]:
    """(address, contact id) of all contacts, or of those whose addresses have one of these canonical forms."""
    if canonicals is None:
        return log.execute(f"SELECT email, contact_id FROM contact_email e WHERE NOT {HANDED_ON}").fetchall()
    query = f"SELECT email, contact_id FROM contact_email e WHERE canonical IN ({{}}) AND NOT {HANDED_ON}"
    return [(email, contact_id) for email, contact_id in rows_among(log, query, canonicals)]


def with_addresses(log: Log, emails: Sequence[str]) -> list[tuple[str, int]]:
    """(address, contact id) of whoever is listed with one of these."""
    query = "SELECT email, contact_id FROM contact_email WHERE email IN ({})"
    return [(email, contact_id) for email, contact_id in rows_among(log, query, emails)]


def company_domains(log: Log, domains: Sequence[str] | None = None) -> list[tuple[str, int]]:
    """(domain, company id) of all companies, or of those of these domains that are a company's."""
    if domains is None:
        return log.execute("SELECT domain, company_id FROM company_domain").fetchall()
    query = "SELECT domain, company_id FROM company_domain WHERE domain IN ({})"
    return [(domain, company_id) for domain, company_id in rows_among(log, query, domains)]


def emails_of_contact(log: Log, contact_id: int) -> list[str]:
    """The addresses a contact is listed with, its main one first."""
    query = "SELECT email FROM contact_email WHERE contact_id = ? ORDER BY position"
    return [email for (email,) in log.execute(query, (contact_id,))]


def name_of_contact(log: Log, contact_id: int) -> str:
    (name,) = log.execute("SELECT name FROM contact WHERE id = ?", (contact_id,)).fetchone()
    return str(name)


def canonicals_of(log: Log, contact_ids: Iterable[int]) -> list[str]:
    """The canonical forms of these contacts' addresses."""
    return sorted(set(among(log, "SELECT canonical FROM contact_email WHERE contact_id IN ({})", contact_ids)))


def shared_addresses(log: Log, contact_ids: Collection[int]) -> list[tuple[str, list[str]]]:
    """(address, the names of all whose it is), where one of these contacts shares an address with another."""
    shared = among(
        log,
        "SELECT mine.email FROM contact_email mine WHERE mine.contact_id IN ({}) AND mine.given_up_at IS NULL"
        " AND EXISTS (SELECT 1 FROM contact_email e"
        " WHERE e.email = mine.email AND e.contact_id <> mine.contact_id AND e.given_up_at IS NULL)",
        contact_ids,
    )
    holders = rows_among(
        log,
        "SELECT e.email, c.name FROM contact_email e JOIN contact c ON c.id = e.contact_id WHERE e.email IN ({})"
        " AND e.given_up_at IS NULL ORDER BY e.email, c.id",
        sorted(set(shared)),
    )
    found: dict[str, list[str]] = {}
    for email, name in holders:
        found.setdefault(email, []).append(name)
    return list(found.items())


def import_entries(
    connection: sqlite3.Connection,
    entries: Sequence[ContactEntry],
    canonical: Callable[[str], str],
    renames: bool = True,
    company_of: CompanyOf | None = None,
    may_be: Callable[[int], bool] | None = None,
    one_an_address: bool = False,
) -> Imported:
    """Add or update contacts; the same entries again change nothing. `company_of` says which company a name means, by
    itself one of the list, and `may_be` which contacts an entry can mean at all, by itself any.

    An entry is the contact with its key, else the one that has its name and one of its addresses, else
    the only one with one of its addresses, unless another entry has claimed that, or unless it `renames`
    nobody and theirs is quite another name. An entry that says who it is no better than by the name and an
    address of an earlier one is the same person again, and only fills in what that left empty. Contacts of its
    name that have its addresses between them are one, as it says. Addresses and tags are added, never taken
    away: what was once theirs tells whose the old mail is.

    With `one_an_address` whoever has an address is who is meant by it, whatever they were called: as it is with whom
    others list too, so that nobody learns by another name whether somebody does.
    """
    claimed: set[int] = set()
    found: list[int | None] = []
    company_of = company_of or partial(company_id, connection)
    holders = Holders(connection, entries, may_be)
    for entry in entries:
        known = _by_key(connection, entry)
        if known is None or (may_be is not None and not may_be(known)):
            known = _by_name_and_address(holders, entry, claimed)
        found.append(known)
        if known is not None:
            claimed.add(known)
    contacts: list[int] = []
    new: set[int] = set()
    is_of_a_team = has_users(Log(connection))
    ids: set[int] = set()
    described: set[int] = set()
    for entry, known in zip(entries, found, strict=True):
        contact_id, again = known, False
        if known is None and one_an_address and (only := holders.only_one(entry.emails)) is not None:
            contact_id, _ = only
        elif known is None:
            contact_id, again = _by_address(connection, holders, entry, claimed, renames)
        before = connection.total_changes
        if contact_id is None:
            number = of_somebody(connection, canonical(entry.emails[0])) if is_of_a_team else None
            contact_id, name = _add(connection, entry, company_of, number), entry.name
            new.add(contact_id)
        else:
            only_gaps = again or (contact_id in described and not one_an_address)
            name = _update(connection, contact_id, entry, company_of, only_gaps)
        claimed.add(contact_id)
        if not again:
            described.add(contact_id)
        contacts.append(contact_id)
        if not again and len(entry.emails) > 1:
            others = _same_person(connection, holders, entry, claimed)
            _absorb(connection, contact_id, entry, others)
            holders.absorb(contact_id, name, others)
        add_key(connection, contact_id, entry.key)
        add_emails(connection, contact_id, entry.emails, canonical)
        add_tags(connection, contact_id, entry.tags)
        holders.take_in(contact_id, name, entry.emails)
        if connection.total_changes > before:
            ids.add(contact_id)
    updated, unchanged = len(ids) - len(new), len(entries) - len(ids)
    return Imported(len(new), updated, unchanged, frozenset(ids), tuple(contacts), frozenset(new))


def company_id(connection: sqlite3.Connection, name: str, owner: str = "", by_itself: bool = False) -> int:
    """The list's company of this name in any case, made if it is new (`by_itself`: of nothing but a domain)."""
    query = "SELECT id FROM company WHERE lower(name) = lower(?) AND account_id IS NULL"
    row = connection.execute(query, (name,)).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO company (name, owner, by_itself) VALUES (?, ?, ?) RETURNING id",
            (name, owner, by_itself or None),
        ).fetchone()
    return int(row[0])


def rename(connection: sqlite3.Connection, contact_id: int, name: str) -> None:
    connection.execute("UPDATE contact SET name = ? WHERE id = ?", (name, contact_id))


def move_to_company(connection: sqlite3.Connection, contact_id: int, company: int | None) -> None:
    connection.execute("UPDATE contact SET company_id = ? WHERE id = ?", (company, contact_id))


def give_to(connection: sqlite3.Connection, contact_id: int, owner: str) -> None:
    """The contact is this owner's; "" for nobody's in particular."""
    connection.execute("UPDATE contact SET owner = ? WHERE id = ?", (owner, contact_id))


def has_domains(log: Log, name: str) -> bool:
    """Is there a company of this name, in any case, that is known by a domain?"""
    query = "SELECT 1 FROM company o JOIN company_domain d ON d.company_id = o.id WHERE lower(o.name) = lower(?)"
    return log.execute(query, (name,)).fetchone() is not None


def is_made_by_itself(log: Log, company: int) -> bool:
    """Was the company made of a domain, and never listed?"""
    return log.execute("SELECT 1 FROM company WHERE id = ? AND by_itself", (company,)).fetchone() is not None


def absorb_company(connection: sqlite3.Connection, into: int, other: int) -> None:
    """The domains and people of a company become those of another, and it is no more; the caller matches anew."""
    for table in ("contact", "company_domain", "address", "contact_holder"):
        connection.execute(f"UPDATE {table} SET company_id = ? WHERE company_id = ?", (into, other))
    connection.execute("DELETE FROM held_domain WHERE company_id = ?", (other,))
    connection.execute("UPDATE OR IGNORE said_of_company SET company_id = ? WHERE company_id = ?", (into, other))
    connection.execute("DELETE FROM said_of_company WHERE company_id = ?", (other,))
    move_company_marks(connection, into, other)
    connection.execute("DELETE FROM company WHERE id = ?", (other,))


def add_company_domain(connection: sqlite3.Connection, company: int, domain: str) -> bool:
    """Give a domain to a company; False where another company has it, which keeps it."""
    connection.execute("INSERT OR IGNORE INTO company_domain (domain, company_id) VALUES (?, ?)", (domain, company))
    (holder,) = connection.execute("SELECT company_id FROM company_domain WHERE domain = ?", (domain,)).fetchone()
    return bool(holder == company)


def _by_key(connection: sqlite3.Connection, entry: ContactEntry) -> int | None:
    keys = _keys(entry)
    return next((found for key in keys if (found := contact_with_key(connection, key)) is not None), None)


def _keys(entry: ContactEntry) -> list[str]:
    return [key for key in (entry.key, *(signature(entry.name, email) for email in entry.emails)) if key]


def _was_merged(connection: sqlite3.Connection, entry: ContactEntry) -> bool:
    keys = _keys(entry)
    query = f"SELECT 1 FROM contact_key WHERE merged AND key IN ({placeholders(keys)})"
    return bool(keys) and connection.execute(query, keys).fetchone() is not None


def _by_name_and_address(holders: Holders, entry: ContactEntry, claimed: set[int]) -> int | None:
    return next((one for one in holders.named(entry.emails, entry.name) if one not in claimed), None)


def _by_address(
    connection: sqlite3.Connection, holders: Holders, entry: ContactEntry, claimed: set[int], renames: bool
) -> tuple[int | None, bool]:
    """Another name for the only holder, or somebody claimed once again (then True is said beside it).

    Where both have keys of their own and different names, they are two who share an address.
    """
    only = holders.only_one(entry.emails)
    if only is not None:
        contact_id, name = only
        may_be = contact_id not in claimed and not (entry.key and _has_key(connection, contact_id))
        if may_be and (renames or _may_be(name, entry.name)):
            return contact_id, False
    again = _again(holders, entry, claimed)
    return again, again is not None


def _absorb(connection: sqlite3.Connection, contact_id: int, entry: ContactEntry, others: Sequence[int]) -> None:
    """Make others that the entry says are one with this contact so; what later entries say of it holds as before."""
    if others:
        merge(connection, contact_id, others)
        keys = [(signature(entry.name, email), contact_id) for email in entry.emails]
        connection.executemany("DELETE FROM contact_key WHERE key = ? AND contact_id = ?", keys)


def _same_person(connection: sqlite3.Connection, holders: Holders, entry: ContactEntry, claimed: set[int]) -> list[int]:
    """Further holders of the entry's addresses that are nobody else: of its name or of none, and no other record."""
    may_be = {*holders.named(entry.emails, entry.name), *holders.nameless(entry.emails)} - claimed
    return [one for one in sorted(may_be) if not _has_key(connection, one)]


def _again(holders: Holders, entry: ContactEntry, claimed: set[int]) -> int | None:
    """Who of those claimed it is; who has no name but an address is whoever else has that address."""
    if entry.name in entry.emails:
        return holders.first_among(entry.emails, claimed)
    same = {*holders.named(entry.emails, entry.name), *holders.nameless(entry.emails)}
    return min(same & claimed, default=None)


def _may_be(name: str, other: str) -> bool:
    """Could these be the names of one person: have they a word in common, or is one but an address?"""
    return "@" in name or "@" in other or not set(name.casefold().split()).isdisjoint(other.casefold().split())


def _has_key(connection: sqlite3.Connection, contact_id: int) -> bool:
    return connection.execute("SELECT 1 FROM contact_key WHERE contact_id = ?", (contact_id,)).fetchone() is not None


def _add(connection: sqlite3.Connection, entry: ContactEntry, company_of: CompanyOf, number: int | None) -> int:
    """With this number, or None for the next."""
    company = company_of(entry.company) if entry.company else None
    values = {"name": entry.name, "company_id": company, "owner": entry.owner}
    return insert_numbered(connection, "contact", number, values)


def _update(
    connection: sqlite3.Connection, contact_id: int, entry: ContactEntry, company_of: CompanyOf, only_gaps: bool
) -> str:
    """What the entry says holds, or what was said before with `only_gaps`; what it leaves empty stays as it was.

    Returns the name from now on.
    """
    query = "SELECT name, company_id, owner FROM contact WHERE id = ?"
    name, company, owner = stored = connection.execute(query, (contact_id,)).fetchone()
    company = company_of(entry.company) if entry.company else company
    updated = (entry.name or name, company, entry.owner or owner)
    if only_gaps or _was_merged(connection, entry):  # what it was merged into has the say
        known = entry.name if only_gaps and name in entry.emails and entry.name else name
        updated = (known, stored[1] or company, owner or entry.owner)
    if updated != stored:
        connection.execute(
            "UPDATE contact SET name = ?, company_id = ?, owner = ? WHERE id = ?", (*updated, contact_id)
        )
    return str(updated[0])
