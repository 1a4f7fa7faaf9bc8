"""Companies that are an account's own: of whom it holds, and named by nobody else.

They are known by no more than these people. A domain makes nobody theirs: what all share is matched by the companies of
the list alone, or a colleague's mail would tell of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.contacts import absorb_company, add_company_domain, company_id
from store.lists import among


def company_of(connection: sqlite3.Connection, name: str, account_id: int, by_itself: bool = False) -> int:
    """The company that a holder means by this name, in any case: of the list, else the account's own, made if new."""
    row = connection.execute(
        "SELECT id FROM company WHERE lower(name) = lower(?1) AND ((account_id IS NULL AND by_itself IS NULL)"
        " OR account_id = ?2) ORDER BY account_id IS NOT NULL",
        (name, account_id),
    ).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO company (name, by_itself, account_id) VALUES (?, ?, ?) RETURNING id",
            (name, by_itself or None, account_id),
        ).fetchone()
    return int(row[0])


def add_held_domain(connection: sqlite3.Connection, company: int, domain: str) -> None:
    """A company of an account is found by this domain as well; one of the list has those that the list gives it."""
    connection.execute(
        "INSERT OR IGNORE INTO held_domain (domain, company_id) SELECT ?, id FROM company WHERE id = ?"
        " AND account_id IS NOT NULL",
        (domain, company),
    )


def publish_companies(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> list[str]:
    """Contacts of the list are at companies of the list; the domains that are theirs by it.

    A company in which the account holds others stays with these.
    """
    query = (
        "SELECT DISTINCT o.id FROM contact c JOIN company o ON o.id = c.company_id"
        " WHERE c.id IN ({}) AND o.account_id IS NOT NULL"
    )
    contact_ids = list(contact_ids)
    learned: list[str] = []
    for company in list(among(connection, query, contact_ids)):
        (name,) = connection.execute("SELECT name FROM company WHERE id = ?", (company,)).fetchone()
        listed = company_id(connection, name)
        for one in contact_ids:
            connection.execute(
                "UPDATE contact SET company_id = ? WHERE id = ? AND company_id = ?", (listed, one, company)
            )
        if connection.execute("SELECT 1 FROM contact WHERE company_id = ? LIMIT 1", (company,)).fetchone() is None:
            learned += _give_domains(connection, company, listed)
            absorb_company(connection, listed, company)
    return learned


def keep_to_holders(connection: sqlite3.Connection) -> None:
    """Companies of whose people accounts hold each: they are one account's own, or of several as made by itself.

    The caller matches anew.
    """
    held = (
        "SELECT o.id, min(h.account_id), count(DISTINCT h.account_id) FROM company o"
        " JOIN contact c ON c.company_id = o.id"
        " LEFT JOIN contact_holder h ON h.contact_id = c.id WHERE o.account_id IS NULL GROUP BY o.id"
        " HAVING sum(h.account_id IS NULL) = 0"
    )
    for company, account_id, count in connection.execute(held).fetchall():
        if count > 1:
            connection.execute("UPDATE company SET by_itself = 1 WHERE id = ?", (company,))
            continue
        connection.execute("UPDATE company SET account_id = ? WHERE id = ?", (account_id, company))
        connection.execute(
            "INSERT OR IGNORE INTO held_domain SELECT domain, company_id FROM company_domain WHERE company_id = ?",
            (company,),
        )
        connection.execute("DELETE FROM company_domain WHERE company_id = ?", (company,))


def give_to_the_list(connection: sqlite3.Connection) -> None:
    """There is one keeper again: every company is theirs, two of one name are one."""
    query = "SELECT id, name FROM company WHERE account_id IS NOT NULL ORDER BY id"
    for company, name in connection.execute(query).fetchall():
        listed = company_id(connection, name)
        _give_domains(connection, company, listed)
        absorb_company(connection, listed, company)


def _give_domains(connection: sqlite3.Connection, company: int, listed: int) -> list[str]:
    domains = connection.execute("SELECT domain FROM held_domain WHERE company_id = ?", (company,)).fetchall()
    return [domain for (domain,) in domains if add_company_domain(connection, listed, domain)]
