"""Which conversation a message belongs to, whatever order its messages are found in, and whose turn it is there.

A conversation is known by the hash of its oldest message's id. `activity.thread` holds it, or NULL in that
oldest message itself; `activity.conversation` is either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from store.codes import DIRECTION, OUTBOUND, ROLE, VERDICT
from store.identities import conversations, identity_hash
from store.lists import among, chunks, marks, rows_among

US, THEM = 1, 2
"""Who an answer is expected from (thread.waits_for; NULL: nobody)."""

_NEWEST = f"""SELECT v.conversation, v.id, v.at, CASE
    WHEN v.direction_code = {DIRECTION["outbound"]} THEN {THEM}
    WHEN EXISTS (SELECT 1 FROM participation p JOIN address a ON a.id = p.address_id
        WHERE p.activity_id = v.id AND p.role_code = {ROLE["to"]} AND a.rule = 'self') THEN {US} END
    FROM activity v WHERE {{}} AND v.verdict_code = {VERDICT["person"]} AND (v.direction_code = {DIRECTION["inbound"]}
        OR EXISTS (SELECT 1 FROM participation p WHERE p.activity_id = v.id AND p.touch_code = {OUTBOUND}))"""
_IN_ORDER = f"{_NEWEST} ORDER BY v.at, v.id"


def threads_of(connection: sqlite3.Connection, roots: Mapping[str, str]) -> dict[str, int]:
    """The conversation of each new message; `roots` maps its identity to the oldest it refers to (itself if none).

    A message whose root is unknown gets the hash of that root, so that it meets the root's conversation
    when that comes (see `adopt`).
    """
    known = conversations(connection, {root for root in roots.values() if root not in roots})
    return {
        identity: identity_hash(identity) if root == identity else _resolve(identity, roots, known)
        for identity, root in roots.items()
    }


def adopt(connection: sqlite3.Connection, roots: Mapping[str, str], threads: Mapping[str, int]) -> dict[int, int]:
    """Bring messages that waited for one of these under its own hash into its conversation.

    Returns the conversation that each of them (by id) was taken from.
    """
    moves = {identity_hash(identity): threads[identity] for identity, root in roots.items() if root != identity}
    adopted = dict(rows_among(connection, "SELECT id, thread FROM activity WHERE thread IN ({})", moves))
    connection.executemany(
        "UPDATE activity SET thread = ? WHERE id = ?", [(moves[key], row_id) for row_id, key in adopted.items()]
    )
    return adopted


def threads_with(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> set[int]:
    """The conversations these activities belong to."""
    return set(among(connection, "SELECT conversation FROM activity WHERE id IN ({})", activity_ids))


def settle(connection: sqlite3.Connection, threads: Iterable[int]) -> None:
    """Find anew the newest mail from a person in each of these conversations, and whom it waits for.

    Our mail that came back from everybody it was for is as if it had not been written; mail in which we
    are only copied waits for nobody.
    """
    for chunk in chunks(list(threads)):
        which = f"(v.thread IN ({marks(chunk)}) OR v.identity_hash IN ({marks(chunk)}))"
        newest = {row[0]: row for row in connection.execute(_IN_ORDER.format(which), [*chunk, *chunk])}
        connection.executemany(
            "INSERT OR REPLACE INTO thread (id, activity_id, at, waits_for) VALUES (?, ?, ?, ?)",
            [newest[thread] for thread in chunk if thread in newest],
        )
        silent = [thread for thread in chunk if thread not in newest]
        connection.execute(f"DELETE FROM thread WHERE id IN ({marks(silent)})", silent)


def settle_new(connection: sqlite3.Connection, activity_ids: Collection[int]) -> None:
    """The same for activities that have just been added, under the highest ids there are."""
    if activity_ids:
        connection.execute(
            f"INSERT INTO thread (id, activity_id, at, waits_for) {_NEWEST.format('v.id >= ?')} ON CONFLICT (id)"
            " DO UPDATE SET activity_id = excluded.activity_id, at = excluded.at, waits_for = excluded.waits_for"
            " WHERE (excluded.at, excluded.activity_id) > (at, activity_id)",
            (min(activity_ids),),
        )


def correct(connection: sqlite3.Connection) -> int:
    """Derive the newest mail of every conversation anew; how many were wrong."""
    rows = "SELECT id, activity_id, at, waits_for FROM thread"
    before: dict[int, tuple[Any, ...]] = {row[0]: row for row in connection.execute(rows)}
    newest = {row[0]: row for row in connection.execute(_IN_ORDER.format("1"))}
    wrong = {thread for thread in before.keys() | newest.keys() if before.get(thread) != newest.get(thread)}
    settle(connection, wrong)
    return len(wrong)


def waiting(
    connection: sqlite3.Connection, waits_for: int, limit: int, newest_first: bool = False
) -> list[tuple[int, int]]:
    """(activity id, seconds since 1970) of the mail that waits for US or THEM, the one that waits longest first."""
    order = "DESC" if newest_first else "ASC"
    return connection.execute(
        f"SELECT activity_id, at FROM thread WHERE waits_for = ? ORDER BY at {order} LIMIT ?", (waits_for, limit)
    ).fetchall()


def _resolve(identity: str, roots: Mapping[str, str], known: Mapping[str, int]) -> int:
    """The thread at the end of the chain of roots; in a circle, which only a forger makes, the least id is the root."""
    seen = {identity}
    while (root := roots.get(identity, identity)) != identity:
        if root in seen:
            return identity_hash(min(seen))
        identity = root
        seen.add(identity)
    return known.get(identity) or identity_hash(identity)
