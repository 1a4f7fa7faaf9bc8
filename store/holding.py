"""Which accounts a contact belongs to; one that none holds is of the list that all share."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from store import held_words
from store.codes import INBOUND, MEETING, OUTBOUND
from store.lists import grouped, rows_among
from store.log import Queryable

_EXCHANGED = f"""SELECT {{0}}, o.account_id FROM address r CROSS JOIN participation p ON p.address_id = r.id
    CROSS JOIN sighting s ON s.activity_id = p.activity_id
    JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id
    WHERE {{0}} IN ({{{{}}}}) AND p.touch_code BETWEEN {INBOUND} AND {MEETING}
    GROUP BY {{0}}, o.account_id HAVING max(p.touch_code = {MEETING})
        OR (max(p.touch_code = {INBOUND}) AND max(p.touch_code = {OUTBOUND}))"""


_IS_SOMEBODYS = """(n.user_id IS NOT NULL OR n.inherits_readers = 1
    OR EXISTS (SELECT 1 FROM account_reader r WHERE r.account_id = n.id))"""


def of_somebody(log: Queryable) -> dict[int, int | None]:
    """The accounts that are a user's, or have readers, each with its user."""
    return dict(log.execute(f"SELECT n.id, n.user_id FROM account n WHERE {_IS_SOMEBODYS}"))


def holders(log: Queryable, contact_ids: Iterable[int]) -> dict[int, set[int]]:
    """Contact → the accounts that hold it, for those that are not of the list."""
    return grouped(log, "SELECT contact_id, account_id FROM contact_holder WHERE contact_id IN ({})", list(contact_ids))


def listed_owners(log: Queryable, contact_ids: Iterable[int]) -> dict[int, str]:
    """Contact → whose it is by the list, or its company is; for those of somebody."""
    query = (
        "SELECT c.id, coalesce(nullif(c.owner, ''), o.owner) FROM contact c LEFT JOIN company o ON o.id = c.company_id"
        " WHERE c.id IN ({}) AND coalesce(nullif(c.owner, ''), nullif(o.owner, '')) IS NOT NULL"
    )
    return dict(rows_among(log, query, list(contact_ids)))


def exchanging(log: Queryable, emails: Sequence[str]) -> dict[str, set[int]]:
    """Address → the accounts that hold an exchange with it both ways, or a meeting."""
    return grouped(log, _EXCHANGED.format("r.email"), emails)


def hold(connection: sqlite3.Connection, contact_ids: Iterable[int], account_ids: Collection[int]) -> None:
    """These belong to these accounts as well; none of them may be of the list."""
    connection.executemany(
        "INSERT OR IGNORE INTO contact_holder (contact_id, account_id) VALUES (?, ?)",
        [(contact_id, account_id) for contact_id in contact_ids for account_id in account_ids],
    )


def let_go(connection: sqlite3.Connection, contact_id: int, account_ids: Collection[int]) -> None:
    """It belongs to these accounts no more; the caller sees to it that another holds it still."""
    for account_id in account_ids:
        connection.execute(
            "DELETE FROM contact_holder WHERE contact_id = ? AND account_id = ?", (contact_id, account_id)
        )
        connection.execute(
            "DELETE FROM contact_key WHERE contact_id = ? AND key LIKE ?", (contact_id, own_key(account_id, "%"))
        )


def own_key(account_id: int, key: str) -> str:
    """As this account, and no other, calls somebody whom a file knows by `key`."""
    return f"held:{account_id}:{key}"


def publish(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    """These are of the list from now on."""
    connection.executemany("DELETE FROM contact_holder WHERE contact_id = ?", [(one,) for one in contact_ids])


def tell_apart(connection: sqlite3.Connection, into: int, other: int) -> None:
    """Two contacts that are about to be one: where their holders are not the same, each keeps its own words."""
    held = holders(connection, [into, other])
    apart = held.get(into) != held.get(other) or any(held_words.own_words_of(connection, one) for one in (into, other))
    if len(held) == 2 and apart:
        held_words.spell_out(connection, into)
        held_words.spell_out(connection, other)


def move_holders(connection: sqlite3.Connection, into: int, other: int) -> None:
    """A contact that is merged into another: if one of the two is of the list, so are they as one."""
    held = holders(connection, [into, other])
    if len(held) == 2:
        said = held_words.own_words_of(connection, into)
        for account_id, words in held_words.own_words_of(connection, other).items():
            known = said.get(account_id, words)
            emails, tags = (
                [*dict.fromkeys((*a, *b))] for a, b in ((known.emails, words.emails), (known.tags, words.tags))
            )
            held_words.keep(connection, into, [account_id], known._replace(emails=emails, tags=tags))
        hold(connection, [into], held[other])
    else:
        publish(connection, [into, other])


def begin(connection: sqlite3.Connection, made_of_exchange: bool) -> None:
    """A log of one keeper gets users: who was listed by an address book alone is its account's.

    `made_of_exchange`: whoever is known by no file or book, and is exchanged with both ways, is theirs who do.
    """
    connection.execute(
        "INSERT OR IGNORE INTO contact_holder (contact_id, account_id) SELECT c.id, o.account_id FROM contact c"
        " JOIN contact_key k ON k.contact_id = c.id AND k.key GLOB 'carddav:*'"
        " JOIN source o ON o.id = CAST(substr(k.key, 9, instr(substr(k.key, 9) || ':', ':') - 1) AS INTEGER)"
        " JOIN account n ON n.id = o.account_id"
        f" WHERE c.from_book AND {_IS_SOMEBODYS}"
    )
    if made_of_exchange:
        query = "SELECT id FROM contact c WHERE NOT from_book AND owner = '' AND NOT EXISTS (SELECT 1 FROM"
        found = connection.execute(f"{query} contact_key k WHERE k.contact_id = c.id)").fetchall()
        exchanged = grouped(connection, _EXCHANGED.format("r.contact_id"), [row_id for (row_id,) in found])
        somebodys = of_somebody(connection).keys()
        for contact_id, account_ids in exchanged.items():
            hold(connection, [contact_id], account_ids & somebodys)
