"""Erasing people for good: what is deleted, what is struck, and the keyed hashes that keep them out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from store import attachments, debts, held_words, moved
from store.contact_changes import delete
from store.finding import escaped
from store.lists import among, change_among, placeholders, rows_among
from store.log import Log, Queryable
from store.mentions import Mentions, named_within
from store.private_marks import keep_marks
from store.threads import settle, threads_with
from store.touches import forget_touches

SHORTEST_NAME = 4
_OF_AN_ACTIVITY = (
    "participation", "sighting", "bounce", "other_id", "reference", "unplaced", "mark", "mailing", "bcc_seen",
    "attachment",
)  # fmt: skip


class Erased(NamedTuple):
    """Addresses erased, activities deleted as a whole, and those they were struck from, to be judged again."""

    emails: int
    deleted: int
    struck: list[int]


def known_emails(log: Log) -> list[str]:
    """Every address the database holds: seen, listed, put aside, or marked private."""
    tables = ("address", "contact_email", "put_aside", "private_address")
    query = " UNION ".join(f"SELECT email FROM {table}" for table in tables)
    return [*{email for (email,) in log.execute(query)} | held_words.known_emails(log)]


def emails_of(log: Log, contact_ids: Sequence[int]) -> list[str]:
    """All addresses of these contacts: those listed, and those that matched one of them."""
    ids = placeholders(contact_ids)
    query = (
        f"SELECT email FROM contact_email WHERE contact_id IN ({ids})"
        f" UNION SELECT email FROM address WHERE contact_id IN ({ids})"
    )
    return [email for (email,) in log.execute(query, [*contact_ids, *contact_ids])]


def spellings(log: Log, canonicals: Iterable[str]) -> list[str]:
    """Every address in the log's activities that reaches one of these mailboxes."""
    query = (
        "SELECT r.email FROM address r WHERE r.canonical IN ({})"
        " AND EXISTS (SELECT 1 FROM participation p WHERE p.address_id = r.id)"
    )
    return list(among(log, query, canonicals))


def names_of(log: Log, contact_ids: Sequence[int]) -> list[str]:
    """The names of these contacts that are long enough to be looked for in a text."""
    ids = placeholders(contact_ids)
    query = (
        f"SELECT name FROM contact WHERE id IN ({ids})"
        f" UNION SELECT name FROM contact_holder WHERE contact_id IN ({ids}) AND name IS NOT NULL"
    )
    return [name for (name,) in log.execute(query, [*contact_ids, *contact_ids]) if len(name) > SHORTEST_NAME]


def contacts_within(log: Log, emails: Sequence[str]) -> list[int]:
    """The contacts that are listed with some of these addresses and with no other."""
    found = set(among(log, "SELECT contact_id FROM contact_email WHERE email IN ({})", emails))
    these = set(emails)
    query = "SELECT email FROM contact_email WHERE contact_id = ?"
    return [one for one in sorted(found) if these.issuperset(e for (e,) in log.execute(query, (one,)))]


def erase(connection: sqlite3.Connection, emails: Sequence[str], contact_ids: Sequence[int]) -> Erased:
    """Delete these people with every activity that is theirs, and strike them from the others and from the contacts.

    An activity is theirs if one of them sent or organised it, or if fewer than two others are in it. The
    caller holds a transaction, judges what was struck again, and calls `shred` after it.
    """
    names = names_of(Log(connection), contact_ids)
    erased = erase_activities(connection, emails)
    strike_from_contacts(connection, emails, contact_ids)
    _unname(connection, names)
    attachments.unname(connection, names, Mentions(emails))
    return erased


def strike_from_contacts(connection: sqlite3.Connection, emails: Sequence[str], contact_ids: Sequence[int]) -> None:
    """These addresses are no contact's any more, and these contacts are none."""
    for table in ("contact_email", "card_address"):
        change_among(connection, f"DELETE FROM {table} WHERE email IN ({{}})", emails)
    held_words.strike(connection, emails)
    forget_contacts(connection, contact_ids)


def forget_contacts(connection: sqlite3.Connection, contact_ids: Sequence[int]) -> None:
    """These are contacts no more, and nothing tells that they ever were."""
    for statement in (
        "DELETE FROM access WHERE contact_id IN ({})",
        "UPDATE address SET contact_id = NULL, rule = 'none' WHERE contact_id IN ({})",
    ):
        change_among(connection, statement, contact_ids)
    moved.erase(connection, contact_ids)
    debts.erase(connection, contact_ids)
    for contact_id in contact_ids:
        keep_marks(connection, contact_id)
        delete(connection, contact_id)


def erase_activities(connection: sqlite3.Connection, emails: Sequence[str]) -> Erased:
    """The same for the log alone: contacts stay listed."""
    ids = addresses_of(connection, emails)
    theirs, struck = theirs_and_others(connection, ids, activities_with(connection, ids))
    erase_these(connection, theirs, struck, ids, emails)
    for table in ("calendar_person", "unplaced", "bcc_seen", "signed"):
        change_among(connection, f"DELETE FROM {table} WHERE address_id IN ({{}})", ids)
    for table in ("bounce", "put_aside", "private_address", "address"):
        change_among(connection, f"DELETE FROM {table} WHERE email IN ({{}})", emails)
    return Erased(len(emails), len(theirs), struck)


def addresses_of(log: Queryable, emails: Iterable[str]) -> list[int]:
    return list(among(log, "SELECT id FROM address WHERE email IN ({})", emails))


def activities_with(log: Queryable, address_ids: Iterable[int]) -> set[int]:
    """Those that one of these addresses takes part in."""
    return set(among(log, "SELECT activity_id FROM participation WHERE address_id IN ({})", address_ids))


def theirs_and_others(
    log: Queryable, address_ids: Collection[int], activity_ids: Iterable[int]
) -> tuple[list[int], list[int]]:
    """Activities that are deleted with whom these addresses belong to, and those that they are struck from."""
    gone = set(address_ids)
    theirs: list[int] = []
    struck: list[int] = []
    for activity_id in sorted(activity_ids):
        query = "SELECT p.address_id, p.role FROM participation p WHERE p.activity_id = ?"
        people = log.execute(query, (activity_id,)).fetchall()
        others = {address for address, _ in people} - gone
        leads = any(address in gone and role in ("from", "organizer") for address, role in people)
        (theirs if leads or len(others) < 2 else struck).append(activity_id)
    return theirs, struck


def erase_these(
    connection: sqlite3.Connection,
    theirs: Sequence[int],
    struck: Sequence[int],
    address_ids: Sequence[int],
    emails: Sequence[str],
    where: str = "",
) -> None:
    """`where`: among which activities texts that mention them are looked for, beginning with AND; else among all."""
    forget_touches(connection, struck)
    threads = threads_with(connection, struck)
    delete_activities(connection, theirs)
    _strike(connection, struck, address_ids)
    _blot_out(connection, emails, where)
    settle(connection, threads)


def rewrite_objects(
    connection: sqlite3.Connection,
    emails: Iterable[str],
    names: Iterable[str],
    rewrite: Callable[[str], str],
    place_ids: Iterable[int] | None = None,
) -> None:
    """Put calendar objects whose text holds one of these, in any case, through `rewrite`; of these places, or all."""
    mentions = Mentions(emails)
    folded = [name.casefold() for name in names]
    within = "" if place_ids is None else f" WHERE place_id IN ({','.join(map(str, place_ids)) or 'NULL'})"
    objects = connection.execute(f"SELECT id, text FROM calendar_object{within}")
    concerned = [
        (rewrite(text), row_id) for row_id, text in objects if mentions.within(text) or named_within(text, folded)
    ]
    connection.executemany("UPDATE calendar_object SET text = ? WHERE id = ?", concerned)


def shred(connection: sqlite3.Connection) -> None:
    """Leave nothing of what was deleted in the write-ahead log; freed pages are overwritten by secure_delete."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def delete_activities(connection: sqlite3.Connection, activity_ids: Sequence[int]) -> None:
    """As if they had never been; whom they touched is derived again when it is asked for."""
    forget_touches(connection, activity_ids)
    threads = threads_with(connection, activity_ids)
    identities = list(among(connection, "SELECT identity FROM activity WHERE id IN ({})", activity_ids))
    change_among(connection, "DELETE FROM said_of_activity WHERE identity IN ({})", identities)
    for table in _OF_AN_ACTIVITY:
        change_among(connection, f"DELETE FROM {table} WHERE activity_id IN ({{}})", activity_ids)
    change_among(connection, "DELETE FROM activity WHERE id IN ({})", activity_ids)
    settle(connection, threads)


def _strike(connection: sqlite3.Connection, activity_ids: Sequence[int], address_ids: Sequence[int]) -> None:
    change_among(connection, "UPDATE activity SET subject = NULL, topic = NULL WHERE id IN ({})", activity_ids)
    attachments.erase_of(connection, activity_ids)
    gone = set(address_ids)
    query = "SELECT activity_id, address_id FROM participation WHERE activity_id IN ({})"
    parts = [part for part in rows_among(connection, query, activity_ids) if part[1] in gone]
    connection.executemany("DELETE FROM participation WHERE activity_id = ? AND address_id = ?", parts)


def _blot_out(connection: sqlite3.Connection, emails: Sequence[str], where: str) -> None:
    mentions = Mentions(emails)
    query = f"SELECT id, evidence, reason FROM activity WHERE (evidence IS NOT NULL OR reason IS NOT NULL){where}"
    told = [(row_id, *texts) for row_id, *texts in connection.execute(query) if _mentioned(mentions, texts)]
    connection.executemany(
        "UPDATE activity SET evidence = ?, reason = ? WHERE id = ?",
        [(*[text and mentions.blotted_out(text) for text in texts], row_id) for row_id, *texts in told],
    )


def _mentioned(mentions: Mentions, texts: Iterable[str | None]) -> bool:
    return any(text is not None and mentions.within(text) for text in texts)


def _unname(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """Subjects that speak of them are a trace as well."""
    for name in names:
        pattern = f"%{escaped(name)}%"
        connection.execute("UPDATE activity SET subject = NULL WHERE subject LIKE ? ESCAPE '\\'", (pattern,))
