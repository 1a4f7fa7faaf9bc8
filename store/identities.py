"""Activities by what names them everywhere: a Message-ID, or the UID and RECURRENCE-ID of a meeting."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from functools import lru_cache

from store.lists import among, rows_among

NOTE = "note:"
"""What the identity of a note begins with, which no server gives."""


@lru_cache(maxsize=16_384)  # every new message asks three times
def identity_hash(identity: str) -> int:
    """An identity as a 63-bit number, which is what the index holds; what is found by it has still to be compared."""
    return int.from_bytes(hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


def known(connection: sqlite3.Connection, identities: Iterable[str]) -> dict[str, int]:
    """Identity → activity id, for those that are in the log."""
    wanted = {identity_hash(identity): identity for identity in identities}
    return dict(rows_among(connection, "SELECT identity, id FROM activity WHERE identity_hash IN ({})", wanted))


def notes_among(connection: sqlite3.Connection, activity_ids: Iterable[int]) -> set[int]:
    """Those of these activities that the user noted by hand."""
    query = f"SELECT id FROM activity WHERE id IN ({{}}) AND substr(identity, 1, {len(NOTE)}) = '{NOTE}'"
    return set(among(connection, query, activity_ids))
