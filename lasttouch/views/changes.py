"""Last dates that moved."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.answers.changes import Answer, Change
from lasttouch.moments import local, utc
from lasttouch.views.columns import Rows
from lasttouch.views.people import how


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of `changes --json`; see docs/json.md."""
    return {
        "cursor": answer.cursor,
        "more": answer.more,
        "anew": answer.is_anew,
        "changes": [_change(one) for one in answer.changes],
    }


def _change(one: Change) -> dict[str, Any]:
    move, person = one
    return {
        "cursor": move.cursor,
        "noted_at": utc(move.noted_at),
        "contact": move.contact_id,
        "name": person and person.name,
        "emails": list(person.emails) if person else [],
        "last_touch": utc(move.last.at),
        "last_touch_kind": move.last.kind,
        "before": utc(move.before.at),
        "before_kind": move.before.kind,
    }


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The same for CSV."""
    return [_change(one) for one in answer.changes]


def table(answer: Answer, zone: tzinfo) -> Rows:
    return ["Noted", "Contact", "Last touch", "How", "Before", "Then how"], [
        [
            local(move.noted_at, zone),
            person.name if person else f"contact {move.contact_id}",
            local(move.last.at, zone) or "never",
            how(move.last.kind),
            local(move.before.at, zone) or "never",
            how(move.before.kind),
        ]
        for move, person in answer.changes
    ]


def notes(answer: Answer) -> list[str]:
    lines = ["No date has moved."] if not answer.changes else []
    if answer.is_anew:
        lines.append("What moved since then is not known any more: these are all dates as they are now.")
    if answer.more:
        lines.append("There is more: go on with this cursor, or raise --limit.")
    return [*lines, f"To see what moves from here on: lasttouch changes --since {answer.cursor}"]
