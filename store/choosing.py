"""Reading: whose contacts, and at which company."""

from __future__ import annotations

from collections.abc import Sequence

from store.exchanges import OWNER
from store.finding import escaped
from store.lists import among
from store.log import Log

_CONTACTS = "contact c LEFT JOIN company o ON o.id = c.company_id"


def of_owner(log: Log, owner: str) -> set[int]:
    """The contacts of a colleague, in any case."""
    query = f"SELECT c.id FROM {_CONTACTS} WHERE lower({OWNER}) = lower(?)"
    return {row_id for (row_id,) in log.execute(query, (owner,))}


def companies_of_owner(log: Log, owner: str) -> set[int]:
    """The companies of a colleague: owned as a whole, or with a contact of theirs."""
    query = (
        "SELECT id FROM company WHERE lower(owner) = lower(?1)"
        f" UNION SELECT c.company_id FROM {_CONTACTS} WHERE lower({OWNER}) = lower(?1)"
    )
    return {row_id for (row_id,) in log.execute(query, (owner,)) if row_id is not None}


def companies_of(log: Log, contacts: Sequence[int]) -> set[int]:
    """The companies at which these contacts are."""
    query = "SELECT company_id FROM contact WHERE id IN ({}) AND company_id IS NOT NULL"
    return set(among(log, query, contacts))


def at_companies(log: Log, company_ids: Sequence[int]) -> set[int]:
    """The contacts at these companies."""
    return set(among(log, "SELECT id FROM contact WHERE company_id IN ({})", company_ids))


def owners_like(log: Log, word: str) -> list[str]:
    """The owners of contacts, accounts and companies with this name, else those with it as a part of theirs."""
    names = (
        "SELECT owner FROM contact UNION SELECT owner FROM company"
        " UNION SELECT coalesce(nullif(owner, ''), name) FROM account"
    )
    for condition, value in (("lower(owner) = lower(?)", word), ("owner LIKE ? ESCAPE '\\'", f"%{escaped(word)}%")):
        query = f"SELECT owner FROM ({names}) WHERE owner <> '' AND {condition} ORDER BY owner"
        if found := [owner for (owner,) in log.execute(query, (value,))]:
            return list({owner.casefold(): owner for owner in found}.values())
    return []


def owners_listed(log: Log) -> list[str]:
    """The owners of contacts and companies, as they are written."""
    query = "SELECT owner FROM contact WHERE owner <> '' UNION SELECT owner FROM company WHERE owner <> ''"
    return [owner for (owner,) in log.execute(query)]


def listed_owners(log: Log) -> dict[int, str]:
    """Contact → its owner as listed, or its company's, for those that have one."""
    query = f"SELECT c.id, coalesce(nullif(c.owner, ''), o.owner) FROM {_CONTACTS}"
    return {row_id: owner for row_id, owner in log.execute(query) if owner}


def account_owners(log: Log) -> dict[str, str]:
    """Account name → whose it is."""
    return dict(log.execute("SELECT name, owner FROM account"))
