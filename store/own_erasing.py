"""Erasing people from some accounts alone, whose users want that; what others hold of them stays theirs.

Whether others hold anything shows in nothing that is left to those accounts, but for the people who
were in an activity as well that both hold: it is given up as a whole, for it cannot say one thing
to some and another to others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence

from activity.participant import TITLE
from store import attachments, contacts, held_words, signed
from store.codes import ROLE
from store.finding import escaped
from store.forgetting import Erased, activities_with, addresses_of, erase_these, theirs_and_others
from store.lists import among, change_among, rows_among
from store.log import Log, Queryable
from store.mentions import Mentions
from store.retention import forget_addresses, let_go


def erase_from(
    connection: sqlite3.Connection, account_ids: Collection[int], emails: Sequence[str], names: Sequence[str]
) -> Erased:
    """Delete what these accounts hold of whoever has these addresses and is called so, within the caller's
    transaction.

    Contacts are the caller's to take away, and what their users say.
    """
    places = places_of(connection, account_ids)
    ids = addresses_of(connection, emails)
    held = _held(connection, places, emails)
    theirs, struck = theirs_and_others(connection, ids, held)
    shared = {activity_id for activity_id, within in held.items() if within.difference(places)}
    alone = _alone("activity.id", places)
    for name in names:
        statement = f"UPDATE activity SET subject = NULL WHERE subject LIKE ? ESCAPE '\\' AND {alone}"
        connection.execute(statement, (f"%{escaped(name)}%",))
    attachments.unname(connection, names, Mentions(emails), f" WHERE {_alone('attachment.activity_id', places)}")
    erase_these(
        connection, [one for one in theirs if one not in shared], left := [one for one in struck if one not in shared],
        ids, emails, f" AND {alone}",
    )  # fmt: skip
    for account_id in account_ids:
        let_go(connection, account_id, sorted(shared))
    objects = f"SELECT id FROM calendar_object WHERE place_id IN ({_numbers(places)})"
    for statement in (
        f"DELETE FROM calendar_person WHERE object_id IN ({objects}) AND address_id IN ({{}})",
        f"DELETE FROM bcc_seen WHERE place_id IN ({_numbers(places)}) AND address_id IN ({{}})",
        f"DELETE FROM signed WHERE account_id IN ({_numbers(account_ids)}) AND address_id IN ({{}})",
    ):
        change_among(connection, statement, ids)
    signed.rename(connection, ids)
    statement = f"DELETE FROM bounce WHERE {_alone('bounce.activity_id', places)} AND email IN ({{}})"
    change_among(connection, statement, emails)
    forget_addresses(connection)
    return Erased(len(emails), len(theirs), left)


def give_up(
    connection: sqlite3.Connection, account_id: int, ids: Iterable[int], is_erased: Callable[[str], bool]
) -> None:
    """Of these activities the account holds none any more that others hold too and in which somebody is whom it erased.

    Its own copies say nothing of them; what others' copies say came with those.
    """
    query = (
        "SELECT p.activity_id, r.email FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.activity_id IN ({{}}) AND p.role_code <> {ROLE[TITLE]}"
    )
    concerned = {activity_id for activity_id, email in rows_among(connection, query, ids) if is_erased(email)}
    places = places_of(connection, [account_id])
    held = _where(connection, concerned).items()
    let_go(connection, account_id, sorted(one for one, within in held if within & places and within - places))


def activities_held(log: Queryable, account_ids: Iterable[int], emails: Iterable[str]) -> Collection[int]:
    """What these accounts hold that one of these addresses takes part in."""
    return _held(log, places_of(log, account_ids), emails).keys()


def places_of(log: Queryable, account_ids: Iterable[int]) -> set[int]:
    query = "SELECT l.id FROM place l JOIN source o ON o.id = l.source_id WHERE o.account_id IN ({})"
    return set(among(log, query, account_ids))


def strike_words(connection: sqlite3.Connection, account_ids: Collection[int], emails: Sequence[str]) -> list[int]:
    """These accounts list nobody with these addresses any more; those of their contacts that have no other."""
    held_words.strike(connection, emails, account_ids)
    own = _numbers(account_ids)
    alone = (
        f"SELECT contact_id FROM contact_holder WHERE account_id IN ({own}) AND contact_id NOT IN"
        f" (SELECT contact_id FROM contact_holder WHERE account_id NOT IN ({own}))"
    )
    query = f"SELECT DISTINCT contact_id FROM contact_email WHERE contact_id IN ({alone}) AND email IN ({{}})"
    concerned = sorted(set(among(connection, query, emails)))
    change_among(connection, f"DELETE FROM contact_email WHERE contact_id IN ({alone}) AND email IN ({{}})", emails)
    return [one for one in concerned if not contacts.emails_of_contact(Log(connection), one)]


def _held(log: Queryable, places: Collection[int], emails: Iterable[str]) -> dict[int, set[int]]:
    """Activity → all places that hold it, for those with one of these addresses that one of `places` holds."""
    found = _where(log, activities_with(log, addresses_of(log, emails)))
    return {activity_id: within for activity_id, within in found.items() if not within.isdisjoint(places)}


def _where(log: Queryable, activity_ids: Iterable[int]) -> dict[int, set[int]]:
    """Activity → all places that hold it."""
    found: dict[int, set[int]] = {}
    query = "SELECT activity_id, place_id FROM sighting WHERE activity_id IN ({})"
    for activity_id, place_id in rows_among(log, query, activity_ids):
        found.setdefault(activity_id, set()).add(place_id)
    return found


def _alone(column: str, places: Collection[int]) -> str:
    """Does nobody hold an activity but these places?"""
    within = _numbers(places)
    held = f"SELECT 1 FROM sighting s WHERE s.activity_id = {column} AND s.place_id"
    return f"EXISTS ({held} IN ({within})) AND NOT EXISTS ({held} NOT IN ({within}))"


def _numbers(ids: Iterable[int]) -> str:
    return ",".join(map(str, sorted(ids))) or "NULL"
