"""Who looked at what is another's: a line for each account that an answer told of, kept for a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from activity.sharing import Level
from store.codes import INBOUND, MEETING
from store.lists import rows_among
from store.log import Log, Queryable
from store.rows import instant, timestamp

KEPT = timedelta(days=90)
_DATED = "SELECT DISTINCT contact_id, account_id FROM dated WHERE contact_id IN ({})"
_LENT = f"""SELECT DISTINCT r.contact_id, o.account_id FROM address r
    CROSS JOIN participation p ON p.address_id = r.id AND p.touch_code BETWEEN {INBOUND} AND {MEETING}
    CROSS JOIN sighting s ON s.activity_id = p.activity_id
    JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id WHERE r.contact_id IN ({{}})"""
_MOST = "SELECT contact_id, account_id FROM contact_account WHERE contact_id IN ({})"
_OF_ACTIVITIES = """SELECT DISTINCT s.activity_id, o.account_id FROM sighting s JOIN place l ON l.id = s.place_id
    JOIN source o ON o.id = l.source_id WHERE s.activity_id IN ({})"""


class Access(NamedTuple):
    """`items` contacts or activities of `account`, at its `level`, stood in what `command` answered `user`.

    `contact` is the name of the one it was about, None where it was about several.
    """

    at: datetime
    user: str
    command: str
    account: str
    level: Level
    items: int
    contact: str | None


def behind_contacts(log: Log, contact_ids: Collection[int], in_full: bool) -> set[tuple[int, int]]:
    """(contact, account) in a scope: every account with a touch of it, or that alone which exchanges most with it."""
    queries: tuple[str, ...] = (_MOST,)
    if in_full:
        lends = log.scope.places or any(Level.WHO <= level < Level.OWN for _, level in log.scope.levels)
        queries = (_DATED, _LENT) if lends else (_DATED,)
    return {tuple(row) for query in queries for row in rows_among(log, query, contact_ids)}


def behind_activities(log: Log, activity_ids: Iterable[int]) -> set[tuple[int, int]]:
    """(activity, account) in a scope, of those that hold it."""
    return {tuple(row) for row in rows_among(log, _OF_ACTIVITIES, activity_ids)}


def holding(log: Log) -> dict[int, int]:
    """Account → how many activities of it are seen in a scope."""
    return dict(
        log.execute(
            "SELECT o.account_id, count(*) FROM sighting s JOIN place l ON l.id = s.place_id"
            " JOIN source o ON o.id = l.source_id GROUP BY o.account_id"
        )
    )


def record(
    connection: sqlite3.Connection,
    at: datetime,
    user_id: int,
    command: str,
    told: Mapping[int, tuple[Level, int]],
    contact_id: int | None,
) -> None:
    """`told` are the accounts, each with its level and how much of it there was."""
    connection.executemany(
        "INSERT INTO access (at, user_id, command, account_id, level, items, contact_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (timestamp(at), user_id, command, account_id, int(level), items, contact_id)
            for account_id, (level, items) in sorted(told.items())
        ],
    )


def of_accounts(log: Queryable, account_ids: Collection[int], since: datetime) -> list[Access]:
    """The latest first."""
    query = (
        "SELECT a.at, u.name, a.command, n.name, a.level, a.items, c.name FROM access a JOIN user u ON u.id = a.user_id"
        " JOIN account n ON n.id = a.account_id LEFT JOIN contact c ON c.id = a.contact_id"
        f" WHERE a.account_id IN ({{}}) AND a.at >= {timestamp(since)} ORDER BY a.at DESC, a.id DESC"
    )
    return [
        Access(instant(at), user, command, account, Level(level), items, contact)
        for at, user, command, account, level, items, contact in rows_among(log, query, account_ids)
    ]


def prune(connection: sqlite3.Connection, now: datetime) -> None:
    """What is older than is kept; the oldest stand first."""
    connection.execute(
        "DELETE FROM access WHERE id < coalesce((SELECT id FROM access WHERE at >= ? ORDER BY id LIMIT 1),"
        " (SELECT max(id) + 1 FROM access))",
        (timestamp(now - KEPT),),
    )
