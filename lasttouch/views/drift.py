"""Whose contacts on paper are talked to by somebody else."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.answers.drift import Answer, Drift
from lasttouch.moments import ago, local, utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.views.blindness import blindness
from lasttouch.views.columns import Rows
from lasttouch.views.people import dates_json

NAMES_SHOWN = 20


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `drift --json`; see docs/json.md."""
    return [
        {
            **dates_json(one.person, answer.through, answer.back),
            "state": one.state,
            "talks": one.talks and one.talks.owner,
            "talks_last": utc(one.talks.last_touch) if one.talks else None,
            "owner_last": utc(one.owner_last),
            "because": _because(one, answer),
        }
        for one in answer.drifts
    ]


def table(answer: Answer, zone: tzinfo) -> Rows:
    """Those of whom it can be told."""
    headings = ["Contact", "Owner", "Owner's last", "Talks to them", "Last", "Company"]
    return headings, [
        [
            one.person.name,
            one.owner,
            ago(one.owner_last, answer.now) if one.owner_last else "never",
            one.talks.owner,
            local(one.talks.last_touch, zone)[:10],
            one.person.company or "",
        ]
        for one in answer.drifts
        if one.talks is not None
    ]


def notes(answer: Answer, zone: tzinfo) -> list[str]:
    lines = []
    if not any(one.state == "drifted" for one in answer.drifts):
        lines.append(
            NO_CONTACTS if answer.is_empty else "Nobody talks to a contact in place of its owner, as far as is known."
        )
    unknown = [one.person.name for one in answer.drifts if one.state == "unknown"]
    if unknown:
        more = f" and {len(unknown) - NAMES_SHOWN} more" if len(unknown) > NAMES_SHOWN else ""
        lines.append(
            f"Cannot tell: {', '.join(unknown[:NAMES_SHOWN])}{more}. Their owners' accounts show you no single touches."
        )
    if answer.more:
        lines.append("There are more: raise --limit.")
    return lines + blindness(answer.sources, answer.now, zone)


def _because(one: Drift, answer: Answer) -> str:
    if one.talks is None:
        return f"{one.owner} may talk to them: no account of theirs shows you single touches"
    since = "never" if one.owner_last is None else f"not since {utc(one.owner_last)}"
    return f"{one.talks.owner} last on {utc(one.talks.last_touch)}, {one.owner} {since}"
