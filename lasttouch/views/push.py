"""What a target would be told, or was."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.counting import counted
from lasttouch.moments import local, utc
from lasttouch.outward.outcome import Outcome
from lasttouch.views.columns import Rows


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The object of `push --json`; see docs/json.md."""
    return {
        "target": outcome.target,
        "kind": outcome.kind,
        "dry_run": outcome.is_dry,
        "changes": [
            {
                "contact": one.contact,
                "name": one.name,
                "remote": one.remote,
                "before": utc(one.before),
                "last_touch": utc(one.after),
            }
            for one in outcome.rows
        ],
        "written": outcome.done,
        "blanked": outcome.blanks if outcome.is_dry else outcome.blanked,
        "held_back": outcome.held,
        "refused": [{"contact": contact, "reason": why} for contact, why in outcome.refused.items()],
        "edited": [
            {"contact": one.contact, "remote": one.key, "holds": utc(one.holds.at), "left": one.left}
            for one in outcome.edited
        ],
        "ambiguous": [{"contact": contact, "remotes": list(keys)} for contact, keys in outcome.ambiguous.items()],
    }


def table(outcome: Outcome, zone: tzinfo) -> Rows:
    if any(one.what for one in outcome.rows):
        return ["Contact", "What"], [[one.name or f"contact {one.contact}", one.what] for one in outcome.rows]
    return ["Contact", "There", "Before", "Last touch"], [
        [
            one.name or f"contact {one.contact}",
            one.remote or "",
            local(one.before, zone),
            local(one.after, zone) or "none",
        ]
        for one in outcome.rows
    ]


def notes(outcome: Outcome) -> list[str]:
    lines = []
    if outcome.is_dry:
        lines.append(counted(len(outcome.rows), "change") + f" for {outcome.target}.")
        if _is_file(outcome) and not (outcome.rows or outcome.idle):
            lines.append("The file differs in something else: a name, or people who are to be in it no more.")
        lines += [counted(outcome.blanks, "field") + " of erased people to blank."] if outcome.blanks else []
        if outcome.rows or outcome.blanks or (_is_file(outcome) and not outcome.idle):
            lines.append(f"Nothing was written. To do it: lasttouch push {outcome.target} --yes")
    elif _is_file(outcome):
        lines.append(f"{outcome.target}: the file {'was written' if outcome.done else 'says all of it already'}.")
    else:
        lines.append(f"{outcome.target}: {outcome.done} written.")
        lines += [counted(outcome.blanked, "field") + " of erased people blanked."] if outcome.blanked else []
    if outcome.held:
        lines.append(f"Held back: {outcome.held}, whose sources were not read up to now; see: lasttouch status")
    lines += [f"Refused there, contact {contact}: {why}" for contact, why in outcome.refused.items()]
    for one in outcome.edited:
        then = "it is left so" if one.left else "ours takes its place"
        lines.append(f"Edited there: {one.key} holds {utc(one.holds.at) or 'nothing'} in our field; {then}.")
    lines += [
        f"Not written: {', '.join(keys)} there share an address of contact {contact}."
        for contact, keys in outcome.ambiguous.items()
    ]
    return lines


def _is_file(outcome: Outcome) -> bool:
    return outcome.kind in ("folder", "calendar")
