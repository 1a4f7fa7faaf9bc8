"""How the sources are doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.status import Answer
from lasttouch.daemon.watch_policy import few_connections
from lasttouch.moments import ago, local, utc
from lasttouch.views import targets
from lasttouch.views.columns import Rows
from store.health import PlaceHealth, SourceHealth

MOST_SKIPPED = 20


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of `status --json`; see docs/json.md."""
    activities, contacts, touches = answer.holdings
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
            for one in answer.sources
        ],
        "activities": activities,
        "contacts": contacts,
        "touches": touches,
        "daemon": {"running": answer.daemon is not None, "pid": answer.daemon},
        "mail_ahead": utc(answer.mail_ahead),
        "targets": targets.as_json(answer.targets),
    }


def table(answer: Answer, zone: tzinfo) -> Rows:
    """A line a source; below it one for each of its places that fails, or skips something."""
    headings = ["Account", "Source", "Place", "State", "Read through", "", "Read back to", "Skipped"]
    rows = []
    for source in answer.sources:
        rows.append([source.account, source.source, "", *_standing(source, answer.now, zone)])
        rows += [
            [source.account, source.source, place.place, *_standing(place, answer.now, zone)]
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


def notes(answer: Answer, zone: tzinfo) -> list[str]:
    """What there is, who keeps it up to date, and what to do about what fails."""
    activities, contacts, touches = answer.holdings
    return [
        f"{activities:,} activities, {contacts:,} contacts, {touches:,} touches.",
        "No daemon is running." if answer.daemon is None else f"A daemon is running: process {answer.daemon}.",
        *clock_note(answer.mail_ahead, zone),
        *_troubles(answer.sources, zone),
        *targets.notes(answer.targets, answer.now, zone),
    ]


def _troubles(sources: Sequence[SourceHealth], zone: tzinfo) -> list[str]:
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
    """What it means that mail servers have taken in mail that is dated over a day later than our
    clock says."""
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


def skipped_json(answer: Answer) -> list[dict[str, Any]]:
    """Every item that could not be read, for `status --skipped --csv`."""
    return [
        {"account": one.account, "source": one.source, "place": place, "item": item, "reason": why}
        for one in answer.sources
        for place, item, why in one.skipped
    ]


def skipped_table(answer: Answer) -> Rows:
    """Every item that could not be read, by name."""
    rows = [[one.account, one.source, *skip] for one in answer.sources for skip in one.skipped]
    return ["Account", "Source", "Place", "Item", "Why"], rows


def skipped_notes(answer: Answer) -> list[str]:
    return [] if any(one.skipped for one in answer.sources) else ["Nothing was skipped."]
