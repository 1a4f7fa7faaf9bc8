"""Who looked at what is one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from lasttouch.moments import local, utc
from store.access import Access

HEADINGS = ["When", "Who", "Command", "About", "Account", "Saw", "How many"]


def as_json(given: Sequence[Access]) -> list[dict[str, Any]]:
    """The array of `access --json`; see docs/json.md."""
    return [{**one._asdict(), "at": utc(one.at), "level": one.level.name.lower()} for one in given]


def table(given: Sequence[Access], zone: tzinfo) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            local(one.at, zone), one.user, one.command, one.contact or "several", one.account,
            one.level.name.lower(), str(one.items),
        ]
        for one in given
    ]  # fmt: skip
    return HEADINGS, rows


def notes(given: Sequence[Access]) -> list[str]:
    return [] if given else ["Nobody looked at what is yours."]
