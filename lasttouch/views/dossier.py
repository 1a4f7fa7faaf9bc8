"""What is kept of somebody."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.answers.dossier import Answer
from lasttouch.counting import activities
from lasttouch.views.columns import Rows
from lasttouch.views.log import activities_table
from lasttouch.views.own_words import said_json, said_lines
from lasttouch.views.people import listed
from lasttouch.views.why_activity import proof_json


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of `contacts dossier --json`; see docs/json.md."""
    return {
        "listed": None if answer.person is None else listed(answer.person),
        "addresses": [{"address": one.email, "name": one.name or None, "rule": one.rule} for one in answer.addresses],
        "keys": list(answer.keys),
        "said": said_json(answer.said),
        "activities": [proof_json(one, answer.now) for one in answer.activities],
    }


def text(answer: Answer, zone: tzinfo) -> list[str]:
    person = answer.person
    known = [f"{one.email} ({one.name})" if one.name else one.email for one in answer.addresses]
    lines = []
    if person is not None:
        more = ", ".join([*(word for word in (person.company, person.owner) if word), *person.tags])
        lines.append(f"#{person.id} {person.name}{f': {more}' if more else ''}")
        lines.append(f"  listed with   {', '.join(person.emails)}")
    lines.append(f"  seen as       {', '.join(known) or 'nobody yet'}")
    if answer.keys:
        lines.append(f"  known by      {', '.join(answer.keys)}")
    lines += said_lines(answer.said, zone)
    return [*lines, f"{activities(len(answer.activities))}; every header that is kept: --json"]


def table(answer: Answer, zone: tzinfo) -> Rows:
    return activities_table([one.activity for one in answer.activities], answer.now, zone)
