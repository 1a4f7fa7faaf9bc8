"""What a rule would change."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.counting import activities, counted
from lasttouch.keeping.rules import Rehearsal
from lasttouch.moments import local, utc
from store.timeline import Standing

SHOWN = 50


def as_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """The object of `rules test --json`; see docs/json.md."""
    return {
        "activities": [
            {
                "activity": one.activity,
                "at": utc(one.at),
                "before": _standing(one.before),
                "after": _standing(one.after),
            }
            for one in rehearsal.activities
        ],
        "dates": [
            {
                "contact": one.contact,
                "name": one.name,
                "field": one.field,
                "before": utc(one.before),
                "after": utc(one.after),
            }
            for one in rehearsal.dates
        ],
    }


def text(rehearsal: Rehearsal, zone: tzinfo) -> list[str]:
    """The same for people."""
    lines = [f"{activities(len(rehearsal.activities))} and {counted(len(rehearsal.dates), 'date')} would change."]
    lines += [
        f"  activity {one.activity} of {local(one.at, zone)}: {_words(one.before)} → {_words(one.after)}"
        for one in rehearsal.activities[:SHOWN]
    ]
    lines += [
        f"  {one.name}, {one.field}: {local(one.before, zone) or 'never'} → {local(one.after, zone) or 'never'}"
        for one in rehearsal.dates[:SHOWN]
    ]
    if len(rehearsal.activities) > SHOWN or len(rehearsal.dates) > SHOWN:
        lines.append("  … and more: see --json")
    return lines


def _standing(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    touches = [{"address": address, "touch": touch} for address, touch in standing.touches]
    return {"verdict": standing.verdict, "direction": standing.direction, "touches": touches}


def _words(standing: Standing | None) -> str:
    if standing is None:
        return "erased"
    touches = ", ".join(f"{touch} for {address}" for address, touch in standing.touches)
    return f"{standing.verdict} ({touches or 'no touch'})"
