"""People who are no contacts yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.moments import ago, local, utc
from lasttouch.views.last import Rows
from store.unmatched import Stranger


def unmatched_json(strangers: Sequence[Stranger]) -> list[dict[str, Any]]:
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
        for one in strangers
    ]


def unmatched_table(strangers: Sequence[tuple[int, Stranger]], now: datetime, zone: tzinfo) -> Rows:
    """Each with the number by which `contacts add --from-unmatched` knows it."""
    headings = ["No.", "Address", "They wrote", "We wrote", "Met", "Last touch", "Name", "Company", "When"]
    return headings, [
        [
            str(number),
            one.address,
            str(one.inbound or ""),
            str(one.outbound or ""),
            str(one.meetings or ""),
            ago(one.last_touch, now),
            one.name,
            one.company or "",
            local(one.last_touch, zone),
        ]
        for number, one in strangers
    ]
