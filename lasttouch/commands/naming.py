"""Whom the words of a command line mean. Nobody is NotFound, with the names that are near."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from activity.errors import NotFound, UsageError
from lasttouch.views.contacts import NO_CONTACTS
from store.choosing import at_companies, companies_of_owner, of_owner, owners_like
from store.finding import find_contacts, near_names
from store.people import is_anybody_listed

if TYPE_CHECKING:
    from store.companies import Company


def chosen(
    connection: sqlite3.Connection, who: Sequence[str], owner: str | None = None, company: str | None = None
) -> list[int] | None:
    """The ids of the contacts that these words leave; None for everybody."""
    left: set[int] | None = None
    if who:
        left = set(contacts_named(connection, " ".join(who)))
    if company is not None:
        left = _both(left, at_companies(connection, companies_named(connection, company)))
    if owner is not None:
        left = _both(left, of_owner(connection, owner_named(connection, owner)))
    return None if left is None else sorted(left)


def contacts_named(connection: sqlite3.Connection, who: str) -> list[int]:
    """The contacts that `who` means, one at least."""
    ids = find_contacts(connection, who)
    if not ids:
        raise no_contact(connection, who)
    return ids


def companies_named(connection: sqlite3.Connection, company: str) -> list[int]:
    """The companies that `company` means, one at least."""
    from store.companies import company_ids  # noqa: PLC0415 - contacts are asked for more often

    ids = company_ids(connection, company)
    if not ids:
        near = near_names(connection, company, companies_only=True)
        raise _nothing_named(company, "company", near, "see: lasttouch companies list")
    return ids


def owner_named(connection: sqlite3.Connection, owner: str) -> str:
    """The one colleague that is meant, by the whole name or a part of it."""
    fitting = owners_like(connection, owner)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        everybody = owners_like(connection, "")
        raise NotFound(f"nobody named {owner!r} owns contacts", f"owners are: {', '.join(everybody) or 'nobody yet'}")
    raise UsageError(f"{owner!r} is more than one colleague", f"give one of: {', '.join(fitting)}")


def owned(log: sqlite3.Connection, firms: list[Company], owner: str | None) -> list[Company]:
    """The companies with which this colleague deals; all of them where none is named."""
    if owner is None:
        return firms
    theirs = companies_of_owner(log, owner_named(log, owner))
    return [one for one in firms if one.id in theirs]


def no_contact(connection: sqlite3.Connection, who: str) -> NotFound:
    near = near_names(connection, who)
    return _nothing_named(who, "contact", near, told_of_none(connection, "see: lasttouch contacts list"))


def told_of_none(connection: sqlite3.Connection, said: str) -> str:
    """What is said where nobody was found: that nobody is listed yet, if that is why."""
    return said if is_anybody_listed(connection) else NO_CONTACTS


def _nothing_named(words: str, kind: str, near: Sequence[str], hint: str) -> NotFound:
    return NotFound(f"there is no {kind} {words!r}", f"did you mean {', '.join(near)}?" if near else hint)


def _both(left: set[int] | None, right: set[int]) -> set[int]:
    return right if left is None else left & right
