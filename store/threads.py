"""Which messages wait for an answer: `thread` has a row for each, derived from the conversation it is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from activity.verdict import REACTIONS
from store.codes import DIRECTION, INBOUND, OUTBOUND, ROLE, VERDICT
from store.lists import among, chunks, marks
from store.turns import THEM, US, Said, waiting_in

__all__ = ("THEM", "US", "by_chance", "correct", "settle", "threads_with", "waiting", "waiting_then")

FOR_EVER = 1 << 62
_TO = ROLE["to"]
_REACTED = (
    f"v.verdict_code = {VERDICT['notification']} AND ("
    + " OR ".join(f"v.reason LIKE '%{words}%'" for words in REACTIONS)
    + ")"
)
_SAID = f"""SELECT v.conversation, v.at, v.id, v.direction_code,
    p.address_id, p.role_code, p.touch_code, r.rule = 'self', v.verdict_code <> {VERDICT["person"]}
    FROM activity v JOIN participation p ON p.activity_id = v.id JOIN address r ON r.id = p.address_id
    WHERE {{}} AND (v.verdict_code = {VERDICT["person"]} AND (p.touch_code IS NOT NULL OR p.role_code = {_TO})
        OR p.role_code = {ROLE["from"]} AND {_REACTED}) ORDER BY v.conversation, v.at, v.id"""
Row = tuple[int, int, int, int]
"""A message that waits: its conversation, when it was exchanged, its id, whom it waits for."""


def threads_with(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> set[int]:
    """The conversations these activities belong to."""
    return set(among(connection, "SELECT conversation FROM activity WHERE id IN ({})", activity_ids))


def settle(connection: sqlite3.Connection, conversations: Iterable[int]) -> None:
    """Find anew what waits in each of these conversations.

    Our mail that came back from everybody it was for is as if it had not been written; mail in which we
    are only copied waits for nobody.
    """
    for chunk in chunks(list(conversations)):
        which = f"(v.thread IN ({marks(chunk)}) OR (v.thread IS NULL AND v.identity_hash IN ({marks(chunk)})))"
        rows = list(_waiting(connection.execute(_SAID.format(which), [*chunk, *chunk])))
        connection.execute(f"DELETE FROM thread WHERE conversation IN ({marks(chunk)})", chunk)
        _keep(connection, rows)


def correct(connection: sqlite3.Connection) -> int:
    """Derive what waits in every conversation anew; how many messages were wrong."""
    before = set(connection.execute("SELECT conversation, at, activity_id, waits_for FROM thread"))
    now = set(_waiting(connection.execute(_SAID.format("true"))))
    wrong = before ^ now
    connection.executemany(
        "DELETE FROM thread WHERE conversation = ? AND activity_id = ?",
        [(row[0], row[2]) for row in before - now],
    )
    _keep(connection, sorted(now - before))
    return len({row[2] for row in wrong})


def waiting(
    connection: sqlite3.Connection, waits_for: int, limit: int, newest_first: bool = False, until: int = FOR_EVER
) -> list[tuple[int, int]]:
    """(activity id, seconds since 1970) of the mail that waits for US or THEM, the one that waits longest first.

    What is dated later than `until` is not shown yet.
    """
    order = "DESC" if newest_first else "ASC"
    return connection.execute(
        f"SELECT activity_id, at FROM thread WHERE waits_for = ? AND at <= ? ORDER BY at {order} LIMIT ?",
        (waits_for, until, limit),
    ).fetchall()


def by_chance(connection: sqlite3.Connection, waits_for: int, since: int, until: int) -> Iterator[tuple[int, int]]:
    """The same in the order of the chance that an answer is expected, of this span; what was not judged comes last."""
    query = "SELECT activity_id, at FROM thread WHERE waits_for = ? AND at BETWEEN ? AND ? AND chance IS {} ORDER BY {}"
    yield from connection.execute(query.format("NOT NULL", "chance DESC, at DESC"), (waits_for, since, until))
    yield from connection.execute(query.format("NULL", "at DESC"), (waits_for, since, until))


def waiting_then(
    connection: sqlite3.Connection, waits_for: int, moment: int, newest_first: bool
) -> list[tuple[int, int]]:
    """The same as of an earlier moment, from the activities; all of it."""
    rows = _waiting(connection.execute(_SAID.format("v.at <= ?"), (moment,)))
    return sorted([(row_id, at) for _, at, row_id, who in rows if who == waits_for], key=_by_time, reverse=newest_first)


def _by_time(one: tuple[int, int]) -> tuple[int, int]:
    return one[1], one[0]


def _keep(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    connection.executemany("INSERT INTO thread (conversation, at, activity_id, waits_for) VALUES (?, ?, ?, ?)", rows)


def _waiting(rows: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
    """From a row for each part in a message, those of a conversation together, its messages in the order of time.

    Who reacts with a sign (an emoji) has answered, and expects nothing.
    """
    for conversation, group in groupby(rows, key=lambda row: row[0]):
        for one in waiting_in(_messages(group)):
            yield conversation, one.at, one.activity_id, one.expects or 0


def _messages(rows: Iterable[tuple[Any, ...]]) -> Iterator[Said]:
    for (at, activity_id, direction, reacted), group in groupby(rows, key=lambda row: (*row[1:4], row[-1])):
        parts = [row[:-1] for row in group]
        if reacted:
            yield Said(activity_id, at, frozenset(), frozenset([address for *_, address, _, _, _ in parts]), None)
            continue
        outbound = direction == DIRECTION["outbound"]
        kind = OUTBOUND if outbound else INBOUND
        people = frozenset([address for *_, address, _, touch, _ in parts if touch is not None])
        reached = frozenset([address for *_, address, _, touch, _ in parts if touch == kind])
        if outbound:
            expects = THEM if any(touch == OUTBOUND and role == _TO for *_, role, touch, _ in parts) else None
        else:
            expects = US if any(ours and role == _TO for *_, role, _, ours in parts) else None
        yield Said(activity_id, at, people, reached, expects)
