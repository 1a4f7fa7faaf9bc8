"""A contact, as every answer shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.moments import ago, local, utc
from lasttouch.views.chart import sparkline
from lasttouch.views.columns import Rows
from store.read_back import ReadBack

if TYPE_CHECKING:
    from store.people import Person

READ = ReadBack(None, True)
"""Where nothing says that anything was not read back."""


def listed(one: Person) -> dict[str, Any]:
    """What the user has listed of a contact: the first fields of each object about one."""
    return {
        "id": one.id or None,
        "name": one.name,
        "emails": list(one.emails),
        "company": one.company,
        "owner": one.owner or None,
        "tags": list(one.tags),
    }


def dates_json(one: Person, seen_through: datetime | None, back: ReadBack) -> dict[str, Any]:
    """A contact with all dates."""
    return {
        **listed(one),
        "last_touch": utc(one.last_touch),
        "last_touch_kind": one.last_touch_kind,
        "last_touch_activity": one.last_touch_activity,
        "last_touch_by": one.last_touch_by,
        "last_touch_account": one.last_touch_account,
        "last_inbound": utc(one.last_inbound),
        "last_outbound": utc(one.last_outbound),
        "last_meeting": utc(one.last_meeting),
        "next_meeting": utc(one.next_meeting),
        "last_copied": utc(one.last_copied),
        "last_two_way": utc(one.last_two_way),
        "touches": one.touches,
        "seen_through": utc(seen_through),
        "read_back_to": utc(back.since),
    }


def people_table(
    people: Sequence[Person],
    now: datetime,
    zone: tzinfo,
    weeks: Mapping[int, Sequence[int]] | None = None,
    back: ReadBack = READ,
) -> Rows:
    """`weeks` are touches by week by contact, where they shall be drawn.

    A date that may not be the last, by how far was read `back`, is not told as one.
    """

    def day(moment: datetime | None) -> str:
        return local(moment, zone)[:10] if back.vouches_for(moment) else ""

    headings = [
        "Contact", "Last touch", "How", "12 weeks", "When", "By", "Next meeting", "Company", "They wrote", "We wrote",
        "Met",
    ]  # fmt: skip
    return headings, [
        [
            one.name,
            *_last_touch(one, now, zone, back, sparkline(weeks[one.id]) if weeks else ""),
            local(one.next_meeting, zone),
            one.company or "",
            day(one.last_inbound),
            day(one.last_outbound),
            day(one.last_meeting),
        ]
        for one in people
    ]


def _last_touch(one: Person, now: datetime, zone: tzinfo, back: ReadBack, drawn: str) -> list[str]:
    if back.vouches_for(one.last_touch):
        return [ago(one.last_touch, now), how_of(one), drawn, local(one.last_touch, zone), one.last_touch_by or ""]
    return [not_since(back, zone), "", drawn, "", ""]


def read_back_lines(people: Sequence[Person], back: ReadBack, zone: tzinfo) -> list[str]:
    """What to say of them where a date may not be the last; none where all are."""
    doubtful = sum(not back.vouches_for(one.last_touch) for one in people)
    if not doubtful:
        return []
    if not back.is_whole or back.since is None:
        return ["The first reading has not come to its end: the newest may be missing. Run: lasttouch sync"]
    since = local(back.since, zone)[:10]
    whom = "1 contact" if doubtful == 1 else f"{doubtful} contacts"
    return [
        f"Not everything is read back further than {since}: when {whom} last were in touch is not known before that."
    ]


def not_since(back: ReadBack, zone: tzinfo) -> str:
    return f"not since {local(back.since, zone)[:10]}" if back.is_whole and back.since else "not known yet"


def how_of(one: Person) -> str:
    """How the last touch was, marked where it was noted by hand."""
    return f"{how(one.last_touch_kind)} (noted by hand)" if one.last_touch_noted else how(one.last_touch_kind)


def how(kind: str | None) -> str:
    return {"inbound": "they wrote", "outbound": "we wrote", "meeting": "met", "copied": "copied"}.get(kind or "", "")
