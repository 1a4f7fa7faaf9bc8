"""Answers that name nobody known, but the conversation, as Exchange does in Thread-Index.

Whoever has seen that name may write it. So a message answers only what was exchanged in the other direction with
the same person, as with subjects.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from store.lists import chunks, placeholders

_EXCHANGED = """SELECT a.thread_index & ~1, p.address_id, a.at, a.id FROM activity a
    JOIN participation p ON p.activity_id = a.id AND p.touch_code = ?
    WHERE a.at BETWEEN ? AND ? AND a.thread_index IN ({})"""


class Indexed(NamedTuple):
    """A message with a `Facts.thread_index`, of which `conversation` is the even one: with whom it was exchanged.

    `touch` is that of what it may answer.
    """

    at: int
    touch: int
    conversation: int
    addresses: Sequence[int]


def newest_before(connection: sqlite3.Connection, messages: Mapping[int, Indexed], window: int) -> dict[int, int]:
    """Message → the newest of its conversation in the `window` (seconds) before it that it may answer."""
    newest: dict[int, tuple[int, int]] = {}
    for touch in {one.touch for one in messages.values()}:
        mine = {row_id: one for row_id, one in messages.items() if one.touch == touch}
        span = touch, min(one.at for one in mine.values()) - window, max(one.at for one in mine.values())
        moments: dict[tuple[int, int], list[tuple[int, int]]] = {}
        indices = {one.conversation for one in mine.values()} | {one.conversation + 1 for one in mine.values()}
        for chunk in chunks(list(indices)):
            for conversation, address, *moment in connection.execute(
                _EXCHANGED.format(placeholders(chunk)), (*span, *chunk)
            ):
                moments.setdefault((conversation, address), []).append(tuple(moment))
        for found in moments.values():
            found.sort()
        for row_id, one in mine.items():
            for address in one.addresses:
                found = moments.get((one.conversation, address), [])
                position = bisect_right(found, (one.at, row_id))
                if position and found[position - 1][0] >= one.at - window:
                    newest[row_id] = max(newest.get(row_id, (0, 0)), found[position - 1])
    return {row_id: found for row_id, (_, found) in newest.items()}
