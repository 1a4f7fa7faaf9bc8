"""What the user said of somebody or something, as JSON and in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.moments import local, utc
from store.rows import instant

if TYPE_CHECKING:
    from store.said import Said

_SENTENCES = {
    "ignore": "ignore: never in a list",
    "ignored": "ignore: never made a contact",
    "removed": "contacts remove: no contact any more, and not made one again",
    "confirm": "confirm: it did happen",
}


def said_json(words: Sequence[Said]) -> list[dict[str, Any]]:
    """The array `said` of `why --json`; see docs/json.md."""
    return [
        {"word": one.kind, "until": utc(_until(one)), "days": _days(one), "at": utc(one.at), "by": one.by}
        for one in words
    ]


def said_lines(words: Sequence[Said], zone: tzinfo) -> list[str]:
    """The same for people, a line each."""
    return [f"  you said      {_sentence(one, zone)} ({_spoken(one, zone)})" for one in words]


def _sentence(one: Said, zone: tzinfo) -> str:
    if one.kind == "snooze":
        return f"snooze until {local(_until(one), zone)}, or until they write"
    if one.kind == "cadence":
        return f"cadence of {one.value} day{'' if one.value == 1 else 's'}"
    if one.kind == "done":
        return f"done: settled as far as {local(one.through, zone)}"
    return _SENTENCES.get(one.kind, one.kind)


def _spoken(one: Said, zone: tzinfo) -> str:
    return f"{local(one.at, zone)[:10]}, {one.by}" if one.by else local(one.at, zone)[:10]


def _until(one: Said) -> datetime | None:
    return instant(one.value) if one.kind == "snooze" else None


def _days(one: Said) -> int | None:
    return one.value if one.kind == "cadence" else None
