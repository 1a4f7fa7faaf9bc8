"""Reading: the accounts of the log and whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from store.lists import among
from store.log import Log

OURS_IN_IT = """participation p JOIN address r ON r.id = +p.address_id
    JOIN account_address d ON d.email = r.email"""
"""The parts that our own addresses have in activities (as a FROM): found from the activities that are asked about, not
from the addresses, which are few and take part in half of all there is."""


class Account(NamedTuple):
    """An account; `owner` is whose it is, or its name where the configuration does not say."""

    id: int
    name: str
    owner: str


def accounts_known(log: Log) -> list[Account]:
    """Those of the configuration, in its order."""
    query = "SELECT id, name, coalesce(nullif(owner, ''), name) FROM account WHERE active ORDER BY id"
    return [Account(*row) for row in log.execute(query)]


def user_of(log: Log, account_id: int) -> int | None:
    """The user whose account it is."""
    found: int | None = log.execute("SELECT user_id FROM account WHERE id = ?", (account_id,)).fetchone()[0]
    return found


def names_of(log: Log, account_ids: Iterable[int]) -> list[str]:
    """What these accounts are called."""
    return list(among(log, "SELECT name FROM account WHERE id IN ({})", account_ids))


def accounts_meant(log: Log, word: str) -> list[Account]:
    """Whom `word` means: the account's name, its owner's, one of its addresses, a part of the
    owner's name."""
    known = accounts_known(log)
    folded = word.strip().casefold()
    addresses = {
        row_id for (row_id,) in log.execute("SELECT account_id FROM account_address WHERE email = ?", (folded,))
    }
    readings = (
        [one for one in known if one.name.casefold() == folded],
        [one for one in known if one.owner.casefold() == folded],
        [one for one in known if one.id in addresses],
        [one for one in known if folded and folded in one.owner.casefold()],
    )
    return next((found for found in readings if found), [])


def addresses_of(log: Log, account_id: int) -> list[str]:
    """The own addresses of an account, those it had once as well."""
    query = "SELECT email FROM account_address WHERE account_id = ? ORDER BY position"
    return [email for (email,) in log.execute(query, (account_id,))]
