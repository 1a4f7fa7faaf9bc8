"""Reading: under which addresses and keys somebody is known, for who asks what is kept of them."""

from __future__ import annotations

from typing import NamedTuple

from store.log import Log


class Address(NamedTuple):
    """An address of the log, the name that it signs with ("" where it does not), and by which rule it is theirs."""

    id: int
    email: str
    name: str
    rule: str


def addresses_of_contact(log: Log, contact_id: int) -> list[Address]:
    """Those that were seen."""
    query = (
        "SELECT id, email, name, rule FROM address r WHERE contact_id = ?"
        " AND EXISTS (SELECT 1 FROM participation p WHERE p.address_id = r.id) ORDER BY email"
    )
    return [Address(*row) for row in log.execute(query, (contact_id,))]


def address_alone(log: Log, email: str) -> list[Address]:
    """One that is no contact's."""
    query = "SELECT id, email, name, rule FROM address WHERE email = ? AND contact_id IS NULL AND rule <> 'self'"
    return [Address(*row) for row in log.execute(query, (email,))]


def keys_of_contact(log: Log, contact_id: int) -> list[str]:
    """By which files, address books and other systems know the contact."""
    query = "SELECT key FROM contact_key WHERE contact_id = ? ORDER BY key"
    return [key for (key,) in log.execute(query, (contact_id,))]
