"""Which conversation a message belongs to, whatever order its messages are found in."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping

from store.addresses import chunks, marks


def thread_key(message_id: str) -> int:
    """A message id as a 63-bit number; equal ids give equal keys."""
    return int.from_bytes(hashlib.blake2b(message_id.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


def threads_of(connection: sqlite3.Connection, roots: Mapping[str, str]) -> dict[str, int]:
    """The thread of each new message; `roots` maps its identity to the oldest message it refers to (itself if none).

    A message whose root is unknown gets the key of that root, so that it meets the root's thread
    when that comes (see `adopt`).
    """
    outside = [root for root in set(roots.values()) if root not in roots]
    known: dict[str, int] = {}
    for chunk in chunks(outside):
        known.update(
            connection.execute(f"SELECT identity, thread FROM activity WHERE identity IN ({marks(chunk)})", chunk)
        )
    return {identity: _resolve(identity, roots, known) for identity in roots}


def adopt(connection: sqlite3.Connection, roots: Mapping[str, str], threads: Mapping[str, int]) -> set[int]:
    """Bring messages that waited for one of these under its own key into its thread; their ids."""
    moves = {thread_key(identity): threads[identity] for identity, root in roots.items() if root != identity}
    adopted: set[int] = set()
    for chunk in chunks(list(moves)):
        rows = connection.execute(f"SELECT id, thread FROM activity WHERE thread IN ({marks(chunk)})", chunk).fetchall()
        connection.executemany(
            "UPDATE activity SET thread = ? WHERE id = ?", [(moves[key], row_id) for row_id, key in rows]
        )
        adopted.update(row_id for row_id, _ in rows)
    return adopted


def _resolve(identity: str, roots: Mapping[str, str], known: Mapping[str, int]) -> int:
    """The thread at the end of the chain of roots; in a circle, which only a forger makes, the least id is the root."""
    seen = {identity}
    while (root := roots.get(identity, identity)) != identity:
        if root in seen:
            return thread_key(min(seen))
        identity = root
        seen.add(identity)
    return known.get(identity) or thread_key(identity)
