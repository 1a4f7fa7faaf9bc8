"""How the targets of a log are doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.moments import ago, local, utc
from store.targets import OFF, STOPPED, Note, Standing

MOST_NOTES = 10


def as_json(standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """`targets` of `status --json`; see docs/json.md."""
    return [
        {
            "target": one.target.name,
            "kind": one.target.kind,
            "state": one.target.state,
            "last_success": utc(one.target.last_success),
            "failing_since": utc(one.target.failing_since),
            "next_attempt": utc(one.target.next_attempt),
            "owed": one.owed,
            "parked": one.parked,
            "held_back": one.target.held,
            "to_blank": one.to_blank,
            "error": one.target.error,
            "error_code": one.target.error_code,
            "hint": one.target.hint,
            "notes": [{"contact": note.contact_id, "kind": note.kind, "text": note.text} for note in one.notes],
        }
        for one in standings
    ]


def notes(standings: Sequence[Standing], now: datetime, zone: tzinfo) -> list[str]:
    """A line a target, and what to do about what fails."""
    lines = []
    for one in standings:
        target = one.target
        lines.append(f"Target {target.name} ({target.kind}): {_state(one, now)}{_counts(one)}.")
        if target.error is not None:
            again = f"; tried again at {local(target.next_attempt, zone)}" if target.next_attempt else ""
            lines.append(f"  {target.error}{again}")
            lines += [f"  {target.hint}"] if target.hint else []
        lines += [f"  {_whose(note)}, {note.kind}: {note.text}" for note in one.notes[:MOST_NOTES]]
        if len(one.notes) > MOST_NOTES:
            lines.append(f"  and {len(one.notes) - MOST_NOTES} more")
    return lines


def _whose(note: Note) -> str:
    if note.contact_id == 0:
        return "erased people, whose field it refused to blank"
    return f"{note.name} (contact {note.contact_id})" if note.name else f"contact {note.contact_id}"


def _state(one: Standing, now: datetime) -> str:
    if one.target.state == STOPPED:
        return "stopped"
    if one.target.state == OFF:
        return "switched off"
    if one.target.error is not None:
        return f"failing, first {ago(one.target.failing_since, now)}"
    return "nothing was told yet" if one.target.last_success is None else f"told {ago(one.target.last_success, now)}"


def _counts(one: Standing) -> str:
    counted = (
        (one.owed - one.parked, "owed"), (one.target.held, "held back, their sources were not read up to now"),
        (one.parked, "parked"), (one.to_blank, "of erased people to blank"),
    )  # fmt: skip
    return "".join([f", {number} {what}" for number, what in counted if number > 0])
