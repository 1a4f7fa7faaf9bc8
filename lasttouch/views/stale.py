"""Who has been silent for too long, with the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from lasttouch.silence import Silence
from lasttouch.views.chart import sparkline
from lasttouch.views.last import Rows, how, last_json
from lasttouch.views.moments import ago, local, utc
from store.read_back import ReadBack

NAMES_SHOWN = 20
MANY = 10


def stale_json(
    found: Sequence[Silence], seen_through: datetime | None, back: ReadBack | None = None
) -> list[dict[str, Any]]:
    """The array of `stale --json`; see docs/json.md."""
    return [
        {
            **last_json([one.person], seen_through, back)[0],
            "state": one.state,
            "silent_days": _days(one.silent),
            "usual_days": _days(one.usual),
            "ratio": None if one.ratio is None else round(one.ratio, 1),
            "unknown_since": utc(one.unknown_since),
        }
        for one in found
    ]


def stale_table(found: Sequence[Silence], weeks: Mapping[int, Sequence[int]], now: datetime, zone: tzinfo) -> Rows:
    """The stale ones alone."""
    headings = [
        "Contact",
        "Silent",
        "Usually",
        "Ratio",
        "Last touch",
        "How",
        "12 weeks",
        "Next meeting",
        "Company",
        "Owner",
    ]
    return headings, [
        [
            one.person.name,
            _silent(one),
            _usually(one),
            _ratio(one),
            local(one.person.last_touch, zone)[:10],
            how(one.person.last_touch_kind),
            sparkline(weeks[one.person.id]) if weeks else "",
            local(one.person.next_meeting, zone)[:10],
            one.person.company or "",
            one.person.owner,
        ]
        for one in found
        if one.state == "stale"
    ]


def stale_notes(shown: Sequence[Silence], left_out: int, now: datetime, zone: tzinfo) -> list[str]:
    """Those apart: of whom nothing can be said, who was never touched; and that the limit left some out."""
    unknown = [one for one in shown if one.state == "unknown"]
    lines = [unknown_line(one, now, zone) for one in unknown[:NAMES_SHOWN]]
    if len(unknown) > NAMES_SHOWN:
        lines.append(f"and {len(unknown) - NAMES_SHOWN} more of whom nothing is known since then")
    never = [one.person.name for one in shown if one.state == "never"]
    if never:
        more = f" and {len(never) - NAMES_SHOWN} more" if len(never) > NAMES_SHOWN else ""
        lines.append(f"Never touched: {', '.join(never[:NAMES_SHOWN])}{more}.")
    if left_out:
        lines.append("There are more: raise --limit.")
    return lines


def arithmetic(one: Silence) -> str:
    """ "silent 38 days, usually every 12 days: 3.2x"."""
    if one.silent is None:
        return "never touched"
    rhythm = f", usually {_usually(one)}: {_ratio(one)}" if one.usual else ""
    return f"silent {_silent(one)}{rhythm}"


def _silent(one: Silence) -> str:
    return _length(_days(one.silent) or 0)


def _usually(one: Silence) -> str:
    """ "every day", "every 12 days", "" where there are too few gaps."""
    if one.usual is None:
        return ""
    return "every day" if one.usual == timedelta(days=1) else f"every {_length(one.usual / timedelta(days=1))}"


def _ratio(one: Silence) -> str:
    """How many usual gaps; beyond MANY the number says no more than that it is over."""
    if one.ratio is None:
        return ""
    return f"{one.ratio:.1f}x" if one.ratio < MANY else f"over {MANY}x"


def unknown_line(one: Silence, now: datetime, zone: tzinfo) -> str:
    since = f"since {local(one.unknown_since, zone)}" if one.unknown_since else "as a source was not read so far back"
    last = f"last touch known {ago(one.person.last_touch, now)}" if one.person.last_touch else "no touch known"
    return f"Unknown {since}: {one.person.name}, {last}."


def _days(length: timedelta | None) -> int | float | None:
    """Whole days; a usual gap may be half a day more."""
    if length is None:
        return None
    days = length / timedelta(days=1)
    return int(days) if days >= 1 or days == int(days) else round(days, 1)


def _length(days: float) -> str:
    """ "38 days", "2.6 years": so exact that the ratio can be checked."""
    years = round(days / 365.25, 1)
    number, unit = (years, "year") if years >= 1 else (days, "day")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"
