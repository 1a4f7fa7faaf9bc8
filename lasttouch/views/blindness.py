"""What silence in the log does not mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from activity import source_kind
from lasttouch.moments import ago, local
from store.blindness import FRESH
from store.health import PlaceHealth, SourceHealth

MOST_PLACES = 5


def blindness(sources: Sequence[SourceHealth], now: datetime, zone: tzinfo) -> list[str]:
    """A line for each source, or place of one, that was not read up to now; none if all is well."""
    lines = []
    for one in sources:
        if one.source in source_kind.CONTACTS:
            continue
        if one.fails_in_part:
            lines += [_blind_spot(one.account, one.source, place, now, zone) for place in one.failing[:MOST_PLACES]]
            if len(one.failing) > MOST_PLACES:
                lines.append(f"… and {len(one.failing) - MOST_PLACES} more, see: lasttouch status")
        elif one.seen_through is None:
            lines.append(f"Unknown: {one.account}'s {one.source} was never read. {one.error or ''}".rstrip())
        elif one.error is not None or now - one.seen_through > FRESH:
            since = f"{local(one.seen_through, zone)} ({ago(one.seen_through, now)})"
            lines.append(f"Unknown since {since}: {one.account}'s {one.source}. {one.error or 'run: lasttouch sync'}")
    return lines


def _blind_spot(account: str, source: str, place: PlaceHealth, now: datetime, zone: tzinfo) -> str:
    where = f"{place.place} of {account}'s {source}"
    if place.seen_through is None:
        return f"Unknown: {where} was never read. {place.error}"
    return f"Unknown since {local(place.seen_through, zone)} ({ago(place.seen_through, now)}): {where}. {place.error}"
