"""The log as one of its users sees it, with what is learned from that."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from store import scoped
from store.log import Log, Scope
from store.scoped import Part, ScopedLog, part_of

__all__ = ["Part", "ScopedLog", "follow", "open_part", "part_within", "seen_within"]


def seen_within(path: Path, scope: Scope, now: datetime) -> Log:
    """The log at `path` within a scope, as of `now`. Raises NotFound, DatabaseError."""
    return scoped.open_scoped(path, scope, now, _learn)


def part_within(whole: Log, path: Path, scope: Scope) -> Part:
    """What of the log at `path` is seen within a scope as it is now."""
    return part_of(whole, path, scope)


def open_part(path: Path, part: Part, now: datetime) -> ScopedLog:
    """The same as `seen_within` of which the part is known already."""
    return scoped.open_part(path, part, now, _learn)


def follow(seen: ScopedLog, now: datetime) -> None:
    """Bring it to where the log is, as of `now`."""
    seen.follow(now, _learn)


def _learn(seen: Log, now: datetime) -> None:
    from lasttouch.keeping.learning import keep_up_with  # noqa: PLC0415 - where anything has changed

    keep_up_with(seen, now)
