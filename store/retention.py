"""Facts of an account that are kept no longer: erased from its places, and altogether where nobody else holds them.

What is kept of another account stays as it is, but for a Bcc that no copy left shows. Whom all that touches is derived
again by the caller.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from typing import NamedTuple

from store import attachments, signed
from store.codes import MEETING, ROLE
from store.forgetting import delete_activities
from store.lists import among, change_among, rows_among
from store.rows import timestamp
from store.touches import forget_touches

_PLACES = "SELECT l.id FROM place l JOIN source o ON o.id = l.source_id WHERE o.account_id = ?"
_OLD = f"""SELECT a.id FROM activity a WHERE a.at < ?2 AND coalesce(a.ends, a.at) < ?2 AND EXISTS (
    SELECT 1 FROM sighting s WHERE s.activity_id = a.id AND s.place_id IN ({_PLACES.replace("?", "?1")}))"""
_DAY = 86_400
_REPEATS = re.compile(r"^(RRULE|RDATE)", re.MULTILINE)
_DATES = re.compile(r"^(?:DTSTART|DTEND|RECURRENCE-ID)[^:\n]*:(\d{4})(\d\d)(\d\d)", re.MULTILINE)


class Gone(NamedTuple):
    """How many activities nobody holds any more, and how many others hold still."""

    deleted: int
    left: int


def erase_before(connection: sqlite3.Connection, account_id: int, moment: datetime) -> Gone:
    """What was over by then is the account's no more; within the caller's transaction."""
    ids = [row_id for (row_id,) in connection.execute(_OLD, (account_id, timestamp(moment)))]
    gone = let_go(connection, account_id, ids)
    _blank_objects(connection, account_id, timestamp(moment))
    connection.execute(
        f"UPDATE place SET read_back_to = ?2 WHERE id IN ({_PLACES.replace('?', '?1')}) AND read_back_to < ?2",
        (account_id, timestamp(moment)),
    )
    return gone


def erase_all(connection: sqlite3.Connection, account_id: int) -> Gone:
    """Nothing is the account's any more, nor is anything known of where it was read."""
    gone = let_go(connection, account_id, _held(connection, account_id))
    objects = f"SELECT id FROM calendar_object WHERE place_id IN ({_PLACES})"
    connection.execute(f"DELETE FROM calendar_person WHERE object_id IN ({objects})", (account_id,))
    for table in ("calendar_object", "skipped", "mark", "place_reader", "place_rights"):
        connection.execute(f"DELETE FROM {table} WHERE place_id IN ({_PLACES})", (account_id,))
    sources = "SELECT id FROM source WHERE account_id = ?"
    connection.execute(f"DELETE FROM place WHERE source_id IN ({sources})", (account_id,))
    connection.execute("DELETE FROM source WHERE account_id = ?", (account_id,))
    return gone


def strip_to_dates(connection: sqlite3.Connection, account_id: int) -> Gone:
    """Of what nobody else holds only that stays which sets a contact's dates, without subject and headers.

    Whatever the account's own calendars said goes as well: nothing is read there any more.
    """
    ids = _held(connection, account_id)
    alone = sorted(set(ids) - _held_elsewhere(connection, account_id, ids))
    touching = set(
        among(
            connection,
            "SELECT p.activity_id FROM participation p JOIN address r ON r.id = p.address_id"
            f" WHERE p.activity_id IN ({{}}) AND p.touch_code <= {MEETING} AND r.contact_id IS NOT NULL",
            alone,
        )
    )
    delete_activities(connection, sorted(set(alone) - touching))
    kept = sorted(touching)
    attachments.erase_of(connection, kept)
    for column in ("subject", "topic", "replies_to"):
        change_among(connection, f"UPDATE activity SET {column} = NULL WHERE id IN ({{}})", kept)
    change_among(connection, "UPDATE activity SET evidence = NULL WHERE ends IS NULL AND id IN ({})", kept)
    change_among(
        connection,
        "DELETE FROM participation WHERE activity_id IN ({}) AND address_id IN (SELECT id FROM address"
        " WHERE contact_id IS NULL AND rule <> 'self')",
        kept,
    )
    places = f"WHERE place_id IN ({_PLACES})"
    objects = f"SELECT id FROM calendar_object {places}"
    connection.execute(f"DELETE FROM calendar_person WHERE object_id IN ({objects})", (account_id,))
    connection.execute(f"UPDATE sighting SET object_id = NULL {places} AND object_id IS NOT NULL", (account_id,))
    for table in ("calendar_object", "skipped", "mark"):
        connection.execute(f"DELETE FROM {table} {places}", (account_id,))
    connection.execute(f"UPDATE place SET cursor = NULL WHERE id IN ({_PLACES})", (account_id,))
    forget_touches(connection, kept)
    connection.execute("DELETE FROM signed WHERE account_id = ?", (account_id,))
    forget_addresses(connection)
    return Gone(len(alone) - len(kept), len(ids) - len(alone) + len(kept))


def _held(connection: sqlite3.Connection, account_id: int) -> list[int]:
    """All that the account holds."""
    query = f"SELECT DISTINCT activity_id FROM sighting WHERE place_id IN ({_PLACES})"
    return [row_id for (row_id,) in connection.execute(query, (account_id,))]


def let_go(connection: sqlite3.Connection, account_id: int, ids: list[int]) -> Gone:
    """These are the account's no more."""
    if not ids:
        return Gone(0, 0)
    elsewhere, people = _held_elsewhere(connection, account_id, ids), signed.taking_part(connection, ids)
    places = [row_id for (row_id,) in connection.execute(_PLACES, (account_id,))]
    within = ",".join(map(str, places)) or "NULL"
    for table in ("sighting", "mark"):
        change_among(
            connection, f"DELETE FROM {table} WHERE place_id IN ({within}) AND activity_id IN ({{}})", sorted(elsewhere)
        )
    shown = list(
        rows_among(
            connection,
            f"SELECT activity_id, address_id FROM bcc_seen WHERE place_id IN ({within}) AND activity_id IN ({{}})",
            sorted(elsewhere),
        )
    )
    connection.executemany(
        f"DELETE FROM bcc_seen WHERE activity_id = ? AND address_id = ? AND place_id IN ({within})", shown
    )
    connection.executemany(
        f"DELETE FROM participation WHERE activity_id = ?1 AND address_id = ?2 AND role_code = {ROLE['bcc']}"
        " AND NOT EXISTS (SELECT 1 FROM bcc_seen WHERE activity_id = ?1 AND address_id = ?2)",
        shown,
    )
    forget_touches(connection, sorted(elsewhere))
    delete_activities(connection, sorted(set(ids) - elsewhere))
    signed.forget_of(connection, account_id, people)
    forget_addresses(connection)
    return Gone(len(ids) - len(elsewhere), len(elsewhere))


def _held_elsewhere(connection: sqlite3.Connection, account_id: int, ids: list[int]) -> set[int]:
    """Those of these activities that another account holds."""
    query = (
        "SELECT DISTINCT s.activity_id FROM sighting s JOIN place l ON l.id = s.place_id"
        f" JOIN source o ON o.id = l.source_id WHERE o.account_id <> {account_id:d} AND s.activity_id IN ({{}})"
    )
    return set(among(connection, query, ids))


def _blank_objects(connection: sqlite3.Connection, account_id: int, before: int) -> None:
    """Calendar objects of which nothing is left, and none of which comes again, say nothing any more."""
    query = (
        f"SELECT id, text FROM calendar_object c WHERE place_id IN ({_PLACES}) AND text <> ''"
        " AND NOT EXISTS (SELECT 1 FROM sighting s WHERE s.object_id = c.id)"
    )
    day = datetime.fromtimestamp(before - _DAY).strftime("%Y%m%d")  # noqa: DTZ006 - a day's slack for any zone
    past = []
    for row_id, text in connection.execute(query, (account_id,)):
        dates = ["".join(found) for found in _DATES.findall(text)]
        if dates and not _REPEATS.search(text) and max(dates) < day:
            past.append(row_id)
    change_among(connection, "DELETE FROM calendar_person WHERE object_id IN ({})", past)
    change_among(
        connection, "UPDATE calendar_object SET text = '', uid = '', deferred_since = NULL WHERE id IN ({})", past
    )


def forget_addresses(connection: sqlite3.Connection) -> None:
    """Of whom nothing is left."""
    nothing = (
        " WHERE contact_id IS NULL AND rule <> 'self'"
        " AND NOT EXISTS (SELECT 1 FROM participation p WHERE p.address_id = address.id)"
        " AND NOT EXISTS (SELECT 1 FROM calendar_person c WHERE c.address_id = address.id)"
        " AND NOT EXISTS (SELECT 1 FROM unplaced u WHERE u.address_id = address.id)"
    )
    connection.execute(f"DELETE FROM signed WHERE address_id IN (SELECT id FROM address{nothing})")
    connection.execute(f"DELETE FROM address{nothing}")
