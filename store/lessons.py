"""Writing what was learned of answers (see letters.py), and how likely an answer to what waits is
expected."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from store import settings
from store.letters import LEARNED
from store.lists import ROWS_AT_ONCE, chunks, insert


def keep_learned(
    connection: sqlite3.Connection, learned: Mapping[str, Any], found: Mapping[int, Sequence[float]]
) -> None:
    """Put this in the place of what was learned before; nothing that waits is judged by it yet."""
    settings.write(connection, LEARNED, in_words(learned))
    keep_hands(connection, found)


def in_words(learned: Mapping[str, Any]) -> str:
    return json.dumps(learned, sort_keys=True)


def keep_hands(connection: sqlite3.Connection, found: Mapping[int, Sequence[float]]) -> None:
    """The hands alone; nothing that waits is judged by them yet."""
    connection.execute("DELETE FROM hand")
    insert(
        connection,
        "INSERT INTO hand (address_id, base, text, quotes, given, expected, answered, awaited)",
        "(?, ?, ?, ?, ?, ?, ?, ?)",
        [(address, *values) for address, values in sorted(found.items())],
    )
    connection.execute("UPDATE thread SET chance = NULL WHERE chance IS NOT NULL")


def keep_chances(connection: sqlite3.Connection, chances: Mapping[tuple[int, int], int]) -> None:
    """(Conversation, activity) → chance, in percent."""
    rows = [(*key, chance) for key, chance in chances.items()]
    for some in chunks(rows, ROWS_AT_ONCE):
        connection.execute(
            f"WITH told (conversation, activity_id, chance) AS (VALUES {','.join(['(?, ?, ?)'] * len(some))})"
            " UPDATE thread SET chance = told.chance FROM told"
            " WHERE thread.conversation = told.conversation AND thread.activity_id = told.activity_id",
            list(chain.from_iterable(some)),
        )
