"""Reading: from when on everything was read, and so which dates may be called the last."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from activity import source_kind
from store.lists import placeholders
from store.log import Log
from store.rows import instant

SOURCE_BACK_TO = "(SELECT max(p.read_back_to) FROM place p WHERE p.source_id = s.id)"
"""From when on all places of source `s` were read, in SQL; NULL where that is not known."""

_BEGUN = "(s.seen_through IS NULL AND EXISTS (SELECT 1 FROM place p WHERE p.source_id = s.id AND p.cursor IS NOT NULL))"


class ReadBack(NamedTuple):
    """`since` is the newest instant back to which mail and meetings were read, None where it is not
    known.

    `is_whole`: no first pass over a source was begun and not ended. Before `since`, or while that
    is not so, a source may hold a newer touch than any that is known.
    """

    since: datetime | None
    is_whole: bool

    def vouches_for(self, moment: datetime | None) -> bool:
        """Is this, if it is somebody's last date, truly the last?"""
        return moment is None or (self.is_whole and (self.since is None or moment >= self.since))


def read_back(log: Log) -> ReadBack:
    """Over all active sources of mail and meetings."""
    rows = log.execute(
        f"SELECT s.seen_through, {SOURCE_BACK_TO}, {_BEGUN} FROM source s JOIN account a ON a.id = s.account_id"
        " WHERE s.active AND a.active"
        f" AND s.kind NOT IN ({placeholders(source_kind.CONTACTS)})",
        source_kind.CONTACTS,
    ).fetchall()
    known = [back_to for _, back_to, _ in rows if back_to is not None]
    every = bool(rows) and len(known) == len(rows)
    return ReadBack(instant(max(known)) if every else None, not any(begun for _, _, begun in rows))
