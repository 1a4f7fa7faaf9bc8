"""Who has been silent for too long, with the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.silence import Silence
from lasttouch.answers.silence_words import because, days, ratio, silent, usually
from lasttouch.answers.stale import Answer
from lasttouch.moments import ago, local, utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.views.blindness import blindness
from lasttouch.views.chart import sparkline
from lasttouch.views.columns import Rows
from lasttouch.views.people import dates_json, how
from store.read_back import ReadBack

NAMES_SHOWN = 20
NO_RHYTHM = "Who has no rhythm is not here; by length: lasttouch stale --days 90"


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `stale --json`; see docs/json.md."""
    return [silence_json(one, answer.through, answer.back) for one in answer.silences]


def silence_json(one: Silence, seen_through: datetime | None, back: ReadBack) -> dict[str, Any]:
    return {
        **dates_json(one.person, seen_through, back),
        "state": one.state,
        "silent_days": days(one.silent),
        "usual_days": days(one.usual),
        "ratio": None if one.ratio is None else round(one.ratio, 1),
        "unknown_since": utc(one.unknown_since),
        "because": because(one),
    }


def table(answer: Answer, zone: tzinfo) -> Rows:
    """The stale ones alone."""
    return silences_table(answer.silences, answer.weeks, zone)


def silences_table(found: Sequence[Silence], weeks: Mapping[int, Sequence[int]], zone: tzinfo) -> Rows:
    headings = [
        "Contact", "Silent", "Usually", "Ratio", "Last touch", "How", "12 weeks", "Next meeting", "Company", "Owner",
    ]  # fmt: skip
    return headings, [
        [
            one.person.name,
            silent(one),
            usually(one),
            ratio(one),
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


def notes(answer: Answer, zone: tzinfo) -> list[str]:
    """That nobody is stale; of whom nothing can be said, who was never touched; and that the limit
    left some out."""
    lines = []
    if not any(one.state == "stale" for one in answer.silences):
        lines.append(NO_CONTACTS if answer.is_empty else f"Nobody has been silent for longer than {_length(answer)}.")
    lines += _apart(answer.silences, answer.now, zone)
    if answer.more:
        lines.append("There are more: raise --limit.")
    if answer.longer_than is None:
        lines.append(NO_RHYTHM)
    return lines + blindness(answer.sources, answer.now, zone)


def _length(answer: Answer) -> str:
    if answer.longer_than is None:
        return "is usual"
    return f"{answer.longer_than.days} day{'' if answer.longer_than.days == 1 else 's'}"


def _apart(shown: Sequence[Silence], now: datetime, zone: tzinfo) -> list[str]:
    unknown = [one for one in shown if one.state == "unknown"]
    lines = [unknown_line(one, now, zone) for one in unknown[:NAMES_SHOWN]]
    if len(unknown) > NAMES_SHOWN:
        lines.append(f"and {len(unknown) - NAMES_SHOWN} more of whom nothing is known since then")
    never = [one.person.name for one in shown if one.state == "never"]
    if never:
        more = f" and {len(never) - NAMES_SHOWN} more" if len(never) > NAMES_SHOWN else ""
        lines.append(f"Never touched: {', '.join(never[:NAMES_SHOWN])}{more}.")
    return lines


def unknown_line(one: Silence, now: datetime, zone: tzinfo) -> str:
    since = f"since {local(one.unknown_since, zone)}" if one.unknown_since else "as a source was not read so far back"
    last = f"last touch known {ago(one.person.last_touch, now)}" if one.person.last_touch else "no touch known"
    return f"Unknown {since}: {one.person.name}, {last}."
