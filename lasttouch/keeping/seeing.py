"""The log as one of its users sees it, with what is learned from that."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from store.log import Log, Scope
from store.scoped import open_scoped


def seen_within(path: Path, scope: Scope, now: datetime) -> Log:
    """The log at `path` within a scope, as of `now`. Raises NotFound, DatabaseError."""
    return open_scoped(path, scope, now, _learn)


def _learn(seen: Log, now: datetime) -> None:
    from lasttouch.keeping.learning import keep_up_with  # noqa: PLC0415 - where anything has changed

    keep_up_with(seen, now)
