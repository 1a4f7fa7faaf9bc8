"""What each account that holds a contact calls it, where several do: a colleague's words are not one's own.

As long as a contact is held by who listed it alone, its own row says it. Once another account holds it as well, each
holder has words of its own (contact_holder), and the row says what the first one did.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from store.lists import placeholders
from store.log import Queryable


class Words(NamedTuple):
    """A contact as one holder lists it; `company` is an id, `owner` "" where it is nobody's in particular."""

    name: str
    company: int | None
    owner: str
    emails: Sequence[str]
    tags: Sequence[str]


_COLUMNS = "name, company_id, owner, emails, tags"


def own_words_of(log: Queryable, contact_id: int) -> dict[int, Words]:
    """Account → its own words of this contact, for those that have any."""
    query = f"SELECT account_id, {_COLUMNS} FROM contact_holder WHERE contact_id = ? AND name IS NOT NULL"
    return {account_id: from_row(row) for account_id, *row in log.execute(query, (contact_id,))}


def from_row(row: Sequence[object]) -> Words:
    name, company, owner, emails, tags = row
    return Words(
        str(name), None if company is None else int(str(company)), str(owner or ""),
        json.loads(str(emails or "[]")), json.loads(str(tags or "[]")),
    )  # fmt: skip


def keep(connection: sqlite3.Connection, contact_id: int, account_ids: Iterable[int], words: Words) -> None:
    """These accounts hold the contact, and call it so."""
    values = (words.name, words.company, words.owner, json.dumps([*words.emails]), json.dumps([*words.tags]))
    connection.executemany(
        f"INSERT INTO contact_holder (contact_id, account_id, {_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        " ON CONFLICT (contact_id, account_id) DO UPDATE SET name = ?3, company_id = ?4, owner = ?5, emails = ?6,"
        " tags = ?7",
        [(contact_id, account_id, *values) for account_id in account_ids],
    )


def spell_out(connection: sqlite3.Connection, contact_id: int) -> None:
    """From now on each account that holds it has words of its own: so far, what the contact's row says."""
    query = "SELECT account_id FROM contact_holder WHERE contact_id = ? AND name IS NULL"
    if wordless := [account_id for (account_id,) in connection.execute(query, (contact_id,))]:
        keep(connection, contact_id, wordless, of_contact(connection, contact_id))


def of_contact(log: Queryable, contact_id: int, schema: str = "main") -> Words:
    """What the contact's own row says."""
    query = f"SELECT name, company_id, owner FROM {schema}.contact WHERE id = ?"
    name, company, owner = log.execute(query, (contact_id,)).fetchone()
    emails = f"SELECT email FROM {schema}.contact_email WHERE contact_id = ? ORDER BY position"
    tags = f"SELECT tag FROM {schema}.contact_tag WHERE contact_id = ? ORDER BY lower(tag)"
    words = [[word for (word,) in log.execute(query, (contact_id,))] for query in (emails, tags)]
    return Words(name, company, owner, *words)


def change(
    connection: sqlite3.Connection, contact_id: int, account_ids: Sequence[int], by: Callable[[Words], Words]
) -> bool:
    """Change what these accounts call it; False where the contact's own row is theirs to change, since nobody else
    holds it."""
    marks = placeholders(account_ids)
    holds = f"SELECT 1 FROM contact_holder WHERE contact_id = ? AND account_id IN ({marks})"
    others = f"SELECT 1 FROM contact_holder WHERE contact_id = ? AND (name IS NOT NULL OR account_id NOT IN ({marks}))"
    for query in (holds, others):
        if connection.execute(query, (contact_id, *account_ids)).fetchone() is None:
            return False
    spell_out(connection, contact_id)
    for account_id, words in own_words_of(connection, contact_id).items():
        if account_id in account_ids:
            keep(connection, contact_id, [account_id], by(words))
    return True


def unclaimed(log: Queryable, contact_id: int) -> list[str]:
    """Addresses of the contact's that none of its holders lists any more, where all have words of their own."""
    words = own_words_of(log, contact_id)
    (holders,) = log.execute("SELECT count(*) FROM contact_holder WHERE contact_id = ?", (contact_id,)).fetchone()
    if not words or len(words) < holders:
        return []
    listed = {email for one in words.values() for email in one.emails}
    return [email for email in of_contact(log, contact_id).emails if email not in listed]


def say(connection: sqlite3.Connection, contact_id: int, words: Words) -> None:
    """The contact's own row says this from now on; its addresses are as they are."""
    connection.execute(
        "UPDATE contact SET name = ?, company_id = ?, owner = ? WHERE id = ?",
        (words.name, words.company, words.owner, contact_id),
    )
    connection.execute("DELETE FROM contact_tag WHERE contact_id = ?", (contact_id,))
    connection.executemany(
        "INSERT INTO contact_tag (contact_id, tag) VALUES (?, ?)", [(contact_id, tag) for tag in words.tags]
    )


def listed_with(log: Queryable, account_id: int, emails: Collection[str]) -> list[int]:
    """Contacts that this account lists in words of its own, with these addresses and no other."""
    query = "SELECT contact_id, emails FROM contact_holder WHERE account_id = ? AND emails IS NOT NULL"
    rows = log.execute(query, (account_id,)).fetchall()
    named = {contact_id: {*json.loads(listed)} for contact_id, listed in rows}
    return [contact_id for contact_id, own in named.items() if own and own <= {*emails}]


def known_emails(log: Queryable) -> set[str]:
    """Every address that a holder lists in words of its own."""
    rows = log.execute("SELECT DISTINCT emails FROM contact_holder WHERE emails IS NOT NULL").fetchall()
    return {email for (emails,) in rows for email in json.loads(emails)}


def strike(connection: sqlite3.Connection, emails: Collection[str], account_ids: Collection[int] | None = None) -> None:
    """No holder, or none of these, lists these addresses any more."""
    gone = set(emails)
    query = "SELECT contact_id, account_id, emails FROM contact_holder WHERE emails IS NOT NULL"
    for contact_id, account_id, listed in connection.execute(query).fetchall():
        if account_ids is not None and account_id not in account_ids:
            continue
        left = [email for email in json.loads(listed) if email not in gone]
        connection.execute(
            "UPDATE contact_holder SET emails = ? WHERE contact_id = ? AND account_id = ? AND emails <> ?1",
            (json.dumps(left), contact_id, account_id),
        )
