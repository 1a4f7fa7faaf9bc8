"""How the sources are doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.status import Answer
from lasttouch.counting import holdings
from lasttouch.daemon.watch_policy import few_connections
from lasttouch.moments import ago, local, utc
from lasttouch.views import targets
from lasttouch.views.columns import Rows
from store.health import PlaceHealth, SourceHealth
from store.workers import Worker

MOST_SKIPPED = 20


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of `status --json`; see docs/json.md."""
    inherited = _inherited(answer)
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
                **_inherited_json(inherited.get((one.account, one.source), {})),
            }
            for one in answer.sources
        ],
        "activities": activities,
        "contacts": contacts,
        "touches": touches,
        "daemon": {"running": answer.daemon is not None, "pid": answer.daemon},
        "mail_ahead": utc(answer.mail_ahead),
        "targets": targets.as_json(answer.targets),
        **_workers_json(answer.workers),
    }


def _workers_json(workers: Sequence[Worker]) -> dict[str, Any]:
    """Only where there are any, which is never so of a log in a file."""
    told = [
        {
            "host": one.host,
            "pid": one.pid,
            "started_at": utc(one.started_at),
            "seen_at": utc(one.seen_at),
            "reading": one.reading,
        }
        for one in workers
    ]
    return {"workers": told} if told else {}


_Groups = dict[tuple[tuple[str, ...], str], int]
"""The users who read a place, and why nothing is told of it → how many places."""


def _inherited(answer: Answer) -> dict[tuple[str, str], _Groups]:
    """By account and kind of source."""
    found: dict[tuple[str, str], _Groups] = {}
    for place in answer.inherited:
        groups = found.setdefault((place.account, place.kind), {})
        groups[place.readers, place.unknown] = groups.get((place.readers, place.unknown), 0) + 1
    return found


def _inherited_json(groups: _Groups) -> dict[str, Any]:
    """Of accounts that inherit their readers: how many places each set of users reads, without their names."""
    told = [
        {"places": count, "readers": list(readers), "unknown": unknown or None}
        for (readers, unknown), count in groups.items()
    ]
    return {"inherited": told} if told else {}


def _inherited_notes(answer: Answer) -> list[str]:
    inherited = _inherited(answer)
    return [
        f"{one.account} {one.source}: {count} of its places read by its user alone: {unknown}"
        for one in answer.sources
        for (_, unknown), count in inherited.get((one.account, one.source), {}).items()
        if unknown
    ]


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
    return [
        f"{holdings(*answer.holdings)}.",
        *_keepers(answer),
        *clock_note(answer.mail_ahead, zone),
        *_troubles(answer.sources, zone),
        *_inherited_notes(answer),
        *targets.notes(answer.targets, answer.now, zone),
    ]


def _keepers(answer: Answer) -> list[str]:
    """Who keeps the log up to date."""
    told = [f"A daemon is running: process {answer.daemon}."] if answer.daemon is not None else []
    if answer.workers:
        each = ", ".join(f"{one.host} (process {one.pid}, reading {one.reading})" for one in answer.workers)
        told.append(f"{len(answer.workers)} worker{'s' * (len(answer.workers) > 1)} at work: {each}.")
    return told or ["No daemon is running."]


def _troubles(sources: Sequence[SourceHealth], zone: tzinfo) -> list[str]:
    """What to do about it, and what was left out; nothing if all is well."""
    notes = []
    alike: dict[tuple[str, str], list[str]] = {}  # whoever must sign in again, is told so once
    for one in sources:
        if one.error is not None and not one.fails_in_part:
            alike.setdefault((one.account, one.error), []).append(one.source)
    for one in sources:
        where = f"{one.account} {one.source}"
        if one.error is not None and not one.fails_in_part and (names := alike.pop((one.account, one.error), None)):
            notes += _trouble(f"{one.account} {', '.join(names)}", one, zone)
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
