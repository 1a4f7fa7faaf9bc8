"""How the sources are doing, and what a pass did."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.daemon.watch_policy import few_connections
from lasttouch.moments import ago, local, utc
from lasttouch.views.last import Rows
from store.health import PlaceHealth, SourceHealth

MOST_SKIPPED = 20

if TYPE_CHECKING:
    from lasttouch.passes.source_pass import Report


def status_json(
    sources: list[SourceHealth], counts: tuple[int, int, int], daemon: int | None, mail_ahead: datetime | None = None
) -> dict[str, Any]:
    """The object of `status --json`; see docs/json.md. `daemon` is its process id, `mail_ahead` as in `clock_note`."""
    activities, contacts, touches = counts
    return {
        "accounts": [
            {
                "account": one.account,
                "source": one.source,
                "last_attempt": utc(one.last_attempt),
                "last_success": utc(one.last_success),
                "seen_through": utc(one.seen_through),
                "read_back_to": utc(one.read_back_to),
                "next_attempt": utc(one.next_attempt),
                "failing_since": utc(one.failing_since),
                "error": one.error,
                "error_code": one.error_code,
                "hint": one.hint,
                "watches_allowed": one.watches_allowed,
                "skipped": len(one.skipped),
                "skipped_items": [{"place": place, "item": item, "reason": why} for place, item, why in one.skipped],
                "places": [
                    {
                        "place": place.place,
                        "seen_through": utc(place.seen_through),
                        "failing_since": utc(place.failing_since),
                        "error": place.error,
                        "error_code": place.error_code,
                        "hint": place.hint,
                        "skipped": len(place.skipped),
                    }
                    for place in one.places
                ],
            }
            for one in sources
        ],
        "activities": activities,
        "contacts": contacts,
        "touches": touches,
        "daemon": {"running": daemon is not None, "pid": daemon},
        "mail_ahead": utc(mail_ahead),
    }


def status_table(sources: list[SourceHealth], now: datetime, zone: tzinfo) -> Rows:
    """A line a source; below it one for each of its places that fails, or skips something."""
    headings = ["Account", "Source", "Place", "State", "Read through", "", "Read back to", "Skipped"]
    rows = []
    for source in sources:
        rows.append([source.account, source.source, "", *_standing(source, now, zone)])
        rows += [
            [source.account, source.source, place.place, *_standing(place, now, zone)]
            for place in source.places
            if place.error is not None or place.skipped
        ]
    return headings, rows


def _standing(one: SourceHealth | PlaceHealth, now: datetime, zone: tzinfo) -> list[str]:
    in_part = isinstance(one, SourceHealth) and one.fails_in_part
    failing = f"failing {'in part ' if in_part else ''}since {local(one.failing_since, zone)}"
    return [
        failing if one.error is not None else "ok" if one.seen_through else "",
        local(one.seen_through, zone) or "never read",
        ago(one.seen_through, now) if one.seen_through else "",
        local(one.read_back_to, zone)[:10] if isinstance(one, SourceHealth) else "",
        str(len(one.skipped) or ""),
    ]


def status_notes(sources: list[SourceHealth], zone: tzinfo) -> list[str]:
    """What to do about it, and what was left out; nothing if all is well."""
    notes = []
    for one in sources:
        where = f"{one.account} {one.source}"
        if one.error is not None and not one.fails_in_part:
            notes += _trouble(where, one, zone)
        for place in one.failing:
            notes += _trouble(f"{where}, {place.place}", place, zone)
        if one.watches_allowed is not None:
            notes.append(f"{where}: {few_connections(one.watches_allowed)}")
        notes += [f"{where}: skipped {item} in {place}: {why}" for place, item, why in one.skipped[:MOST_SKIPPED]]
        if len(one.skipped) > MOST_SKIPPED:
            more = len(one.skipped) - MOST_SKIPPED
            notes.append(f"{where}: and {more} more skipped, see: lasttouch status --skipped")
    return notes


def clock_note(mail_ahead: datetime | None, zone: tzinfo) -> list[str]:
    """What it means that mail servers have taken in mail that is dated over a day later than our clock says."""
    if mail_ahead is None:
        return []
    what = f"there is mail of {local(mail_ahead, zone)}: the clock of this machine is behind, or a mail server's ahead"
    return [f"{what}. Set it by NTP: what is in the future does not count as a touch."]


def _trouble(where: str, one: SourceHealth | PlaceHealth, zone: tzinfo) -> list[str]:
    since = local(one.seen_through, zone)
    what = f"unknown since {since}" if since else "unknown: it was never read"
    planned = one.next_attempt if isinstance(one, SourceHealth) else None
    again = f"tried again at {local(planned, zone)}" if planned else "the next sync tries again"
    return [f"{where}: {one.error}", f"  what happened there is {what}; {f'{one.hint}; ' if one.hint else ''}{again}"]


def skipped_rows(sources: list[SourceHealth]) -> list[dict[str, Any]]:
    """The same for `status --skipped --csv`."""
    return [
        {"account": one.account, "source": one.source, "place": place, "item": item, "reason": why}
        for one in sources
        for place, item, why in one.skipped
    ]


def skipped_table(sources: list[SourceHealth]) -> Rows:
    """Every item that could not be read, by name."""
    rows = [[one.account, one.source, *skip] for one in sources for skip in one.skipped]
    return ["Account", "Source", "Place", "Item", "Why"], rows


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
            one.trouble or "ok",
        ]
        for one in reports
    ]
