"""How the sources are doing, and what a pass did."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.views.last import Rows
from lasttouch.views.moments import ago, local, utc
from store.health import SourceHealth

if TYPE_CHECKING:
    from lasttouch.source_pass import Report


def status_json(sources: list[SourceHealth], counts: tuple[int, int, int], daemon: int | None) -> dict[str, Any]:
    """The object of `status --json`; see docs/json.md. `daemon` is its process id."""
    activities, contacts, touches = counts
    return {
        "accounts": [
            {
                "account": one.account,
                "source": one.source,
                "last_attempt": utc(one.last_attempt),
                "last_success": utc(one.last_success),
                "seen_through": utc(one.seen_through),
                "next_attempt": utc(one.next_attempt),
                "failing_since": utc(one.failing_since),
                "error": one.error,
                "error_code": one.error_code,
                "hint": one.hint,
                "skipped": len(one.skipped),
                "skipped_items": [{"place": place, "item": item, "reason": why} for place, item, why in one.skipped],
            }
            for one in sources
        ],
        "activities": activities,
        "contacts": contacts,
        "touches": touches,
        "daemon": {"running": daemon is not None, "pid": daemon},
    }


def status_table(sources: list[SourceHealth], now: datetime, zone: tzinfo) -> Rows:
    headings = ["Account", "Source", "State", "Read through", "", "Skipped"]
    return headings, [
        [
            one.account,
            one.source,
            "ok" if one.error is None else f"failing since {local(one.failing_since, zone)}",
            local(one.seen_through, zone) or "never read",
            ago(one.seen_through, now) if one.seen_through else "",
            str(len(one.skipped) or ""),
        ]
        for one in sources
    ]


def status_notes(sources: list[SourceHealth], zone: tzinfo) -> list[str]:
    """What to do about it, and what was left out; nothing if all is well."""
    notes = []
    for one in sources:
        if one.error is not None:
            since = local(one.seen_through, zone)
            what = f"unknown since {since}" if since else "unknown: it was never read"
            notes.append(f"{one.account} {one.source}: {one.error}")
            again = (
                f"tried again at {local(one.next_attempt, zone)}" if one.next_attempt else "the next sync tries again"
            )
            notes.append(f"  what happened there is {what}; {f'{one.hint}; ' if one.hint else ''}{again}")
        notes += [
            f"{one.account} {one.source}: skipped {item} in {place}: {why}" for place, item, why in one.skipped[:20]
        ]
        if len(one.skipped) > 20:
            notes.append(f"{one.account} {one.source}: and {len(one.skipped) - 20} more skipped, see status --json")
    return notes


def sync_json(reports: list[Report]) -> dict[str, Any]:
    """The object of `sync --json`; see docs/json.md."""
    return {
        "accounts": [
            {
                "account": one.account,
                "source": one.source,
                "read": one.read,
                "new": one.new,
                "touches": one.touches,
                "removed": one.removed,
                "skipped": one.skipped,
                "error": None if one.error is None else one.error.message,
                "error_code": None if one.error is None else one.error.code,
                "hint": None if one.error is None else one.error.hint or None,
            }
            for one in reports
        ]
    }


def sync_table(reports: list[Report]) -> Rows:
    headings = ["Account", "Source", "Read", "New", "Touches", "Removed", "Skipped", "Outcome"]
    return headings, [
        [
            one.account,
            one.source,
            str(one.read),
            str(one.new),
            str(one.touches),
            str(one.removed or ""),
            str(one.skipped or ""),
            "ok" if one.error is None else one.error.message,
        ]
        for one in reports
    ]
