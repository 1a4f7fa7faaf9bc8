"""People who are no contacts yet."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.answers.unmatched import Answer
from lasttouch.moments import ago, local, utc
from lasttouch.views.columns import Rows


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `unmatched --json`; see docs/json.md."""
    return [
        {
            "address": one.address,
            "name": one.name or None,
            "company": one.company,
            "inbound": one.inbound,
            "outbound": one.outbound,
            "meetings": one.meetings,
            "two_way": one.two_way,
            "first_touch": utc(one.first_touch),
            "last_touch": utc(one.last_touch),
        }
        for _, one in answer.strangers
    ]


def table(answer: Answer, zone: tzinfo) -> Rows:
    """Each with the number by which `contacts add --from-unmatched` knows it."""
    headings = ["No.", "Address", "They wrote", "We wrote", "Met", "Last touch", "Name", "Company", "When"]
    return headings, [
        [
            str(number),
            one.address,
            str(one.inbound or ""),
            str(one.outbound or ""),
            str(one.meetings or ""),
            ago(one.last_touch, answer.now),
            one.name,
            one.company or "",
            local(one.last_touch, zone),
        ]
        for number, one in answer.strangers
    ]


def notes(answer: Answer) -> list[str]:
    """What to do with them, or that there is nobody."""
    if answer.strangers:
        return ["To add them all: lasttouch contacts add --all-two-way"]
    return ["Nobody is left by that." if answer.is_narrowed else "Everybody you exchange with is a contact."]
