"""What a batch asks of the whole log before it is written, by one statement."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

_ASKED = """SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'activity'), 0),
    EXISTS (SELECT 1 FROM other_id), EXISTS (SELECT 1 FROM bounce), EXISTS (SELECT 1 FROM user WHERE active)"""


class SoFar(NamedTuple):
    """The highest id that an activity ever had: one that was erased never names another; whether any copy bears another
    id than what it is a copy of; whether anything came back; and whether users are named."""

    last: int
    other_ids: bool
    bounces: bool
    users: bool


def so_far(connection: sqlite3.Connection) -> SoFar:
    last, *there = connection.execute(_ASKED).fetchone()
    return SoFar(last, *map(bool, there))
