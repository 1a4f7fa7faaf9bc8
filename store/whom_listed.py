"""The contacts of an audience, as those call them who list them and are seen: its own tables of them.

Of the list: as it stands. Held by accounts: in the words of one's own account, else of one that grants WHO. Seen in
one's own mail alone: by the name they sign with there, and by the addresses that it shows; that they are listed, by
whom and as what, is nobody else's to know.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from activity.sharing import Level
from store.held_words import Words, from_row, of_contact
from store.lists import among, change_among, chunks, placeholders, rows_among

TABLES = ("contact", "contact_email", "contact_tag")

_HELD = f"""SELECT h.contact_id, h.account_id, g.level, h.name, h.company_id, h.owner, h.emails, h.tags
    FROM shared.contact_holder h CROSS JOIN temp.granted_account g ON g.account_id = h.account_id
    WHERE h.contact_id IN ({{}}) AND g.level >= {int(Level.WHO)} AND NOT EXISTS (SELECT 1 FROM temp.marked_contact m
        WHERE m.contact_id = h.contact_id AND m.account_id = h.account_id)
    ORDER BY h.contact_id, g.level DESC, h.account_id"""


def list_anew(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    """Write the rows of these contacts; those that are no longer seen have none."""
    contact_ids = list(contact_ids)
    for table, column in (("contact", "id"), ("contact_email", "contact_id"), ("contact_tag", "contact_id")):
        change_among(connection, f"DELETE FROM main.{table} WHERE {column} IN ({{}})", contact_ids)
    seen = list(among(connection, "SELECT contact_id FROM main.contact_touch WHERE contact_id IN ({})", contact_ids))
    held = set(among(connection, "SELECT contact_id FROM shared.contact_holder WHERE contact_id IN ({})", seen))
    _copy(connection, [one for one in seen if one not in held])
    said: dict[int, list[Words | None]] = {}
    for contact_id, _, _, *row in rows_among(connection, _HELD, sorted(held)):
        said.setdefault(contact_id, []).append(None if row[0] is None else from_row(row))
    for contact_id in sorted(held & said.keys()):
        _write(connection, contact_id, _together(connection, contact_id, said[contact_id]))
    for contact_id, addresses in _met(connection, sorted(held - said.keys())).items():
        name = next((name for name in addresses.values() if name), next(iter(addresses)))
        _write(connection, contact_id, Words(name, None, "", list(addresses), ()))


def _copy(connection: sqlite3.Connection, contact_ids: list[int]) -> None:
    for some in chunks(contact_ids):
        marks = placeholders(some)
        connection.execute(
            "INSERT INTO main.contact (id, name, company_id, owner, from_book, vanished_at)"
            f" SELECT id, name, company_id, owner, from_book, vanished_at FROM shared.contact WHERE id IN ({marks})",
            some,
        )
        connection.execute(
            "INSERT INTO main.contact_email (email, contact_id, position, canonical, given_up_at) SELECT email,"
            f" contact_id, position, canonical, given_up_at FROM shared.contact_email WHERE contact_id IN ({marks})",
            some,
        )
        connection.execute(
            "INSERT INTO main.contact_tag (contact_id, tag) SELECT contact_id, tag FROM shared.contact_tag"
            f" WHERE contact_id IN ({marks})",
            some,
        )


def _together(connection: sqlite3.Connection, contact_id: int, said: list[Words | None]) -> Words:
    """The first has the say; addresses and tags are those of all who are seen."""
    every = [of_contact(connection, contact_id, "shared") if one is None else one for one in said]
    emails = dict.fromkeys(email for one in every for email in one.emails)
    tags = {tag.casefold(): tag for one in reversed(every) for tag in one.tags}
    return every[0]._replace(emails=list(emails), tags=sorted(tags.values()))


def _write(connection: sqlite3.Connection, contact_id: int, words: Words) -> None:
    connection.execute(
        "INSERT INTO main.contact (id, name, company_id, owner, from_book, vanished_at) SELECT id, ?, ?, ?, from_book,"
        " vanished_at FROM shared.contact WHERE id = ?",
        (words.name, words.company, words.owner, contact_id),
    )
    connection.executemany(
        "INSERT INTO main.contact_email (email, contact_id, position, canonical, given_up_at) SELECT ?1, ?2, ?3,"
        " coalesce((SELECT canonical FROM shared.contact_email WHERE email = ?1), ?1),"
        " (SELECT given_up_at FROM shared.contact_email WHERE email = ?1 AND contact_id = ?2)",
        [(email, contact_id, position) for position, email in enumerate(words.emails, 1)],
    )
    connection.executemany(
        "INSERT INTO main.contact_tag (contact_id, tag) VALUES (?, ?)", [(contact_id, tag) for tag in words.tags]
    )


def _met(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> Mapping[int, dict[str, str]]:
    """Contact → the addresses of theirs that one's own mail shows, each with the name signed there."""
    found: dict[int, dict[str, str]] = {}
    query = "SELECT contact_id, email, name FROM own_address WHERE contact_id IN ({}) ORDER BY contact_id, id"
    for contact_id, email, name in rows_among(connection, query, contact_ids):
        found.setdefault(contact_id, {})[email] = name
    return found
