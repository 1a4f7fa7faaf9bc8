"""When each contact, or each company, was last in touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from lasttouch.views.chart import sparkline
from lasttouch.views.moments import ago, local, utc

if TYPE_CHECKING:
    from store.companies import Company
    from store.people import Person

Rows = tuple[list[str], list[list[str]]]


def listed(one: Person) -> dict[str, Any]:
    """What the user has listed of a contact: the first fields of each object about one."""
    return {
        "id": one.id,
        "name": one.name,
        "emails": list(one.emails),
        "company": one.company,
        "owner": one.owner or None,
    }


def last_json(people: list[Person], seen_through: datetime | None) -> list[dict[str, Any]]:
    """The array of `last --json`; see docs/json.md."""
    return [
        {
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
        }
        for one in people
    ]


def last_table(
    people: list[Person], now: datetime, zone: tzinfo, weeks: Mapping[int, Sequence[int]] | None = None
) -> Rows:
    """`weeks` are touches by week by contact, where they shall be drawn."""
    headings = [
        "Contact", "Last touch", "How", "12 weeks", "When", "By", "Next meeting", "Company", "They wrote", "We wrote",
        "Met",
    ]  # fmt: skip
    return headings, [
        [
            one.name,
            ago(one.last_touch, now),
            how_of(one),
            sparkline(weeks[one.id]) if weeks else "",
            local(one.last_touch, zone),
            one.last_touch_by or "",
            local(one.next_meeting, zone),
            one.company or "",
            local(one.last_inbound, zone)[:10],
            local(one.last_outbound, zone)[:10],
            local(one.last_meeting, zone)[:10],
        ]
        for one in people
    ]


def companies_json(companies: list[Company], seen_through: datetime | None) -> list[dict[str, Any]]:
    """The array of `last --company --json`; see docs/json.md."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "domains": list(one.domains),
            "owner": one.owner or None,
            "contacts": one.contacts,
            "last_touch": utc(one.last_touch),
            "last_touch_kind": one.last_touch_kind,
            "last_touch_activity": one.last_touch_activity,
            "last_touch_contact": one.last_touch_contact,
            "unlisted": [
                {
                    "address": person.address,
                    "name": person.name or None,
                    "last_touch": utc(person.last_touch),
                    "last_touch_kind": person.last_touch_kind,
                    "last_touch_activity": person.last_touch_activity,
                }
                for person in one.unlisted
            ],
            "seen_through": utc(seen_through),
        }
        for one in companies
    ]


def companies_table(companies: list[Company], now: datetime, zone: tzinfo) -> Rows:
    headings = ["Company", "Domains", "Last touch", "When", "How", "With", "Contacts", "Unlisted people"]
    return headings, [
        [
            one.name,
            " ".join(one.domains),
            ago(one.last_touch, now),
            local(one.last_touch, zone),
            how(one.last_touch_kind),
            one.last_touch_with or "",
            str(one.contacts),
            ", ".join(f"{p.address} ({ago(p.last_touch, now)})" for p in one.unlisted),
        ]
        for one in companies
    ]


def how_of(one: Person) -> str:
    """How the last touch was, marked where it was noted by hand."""
    return f"{how(one.last_touch_kind)} (noted by hand)" if one.last_touch_noted else how(one.last_touch_kind)


def how(kind: str | None) -> str:
    return {"inbound": "they wrote", "outbound": "we wrote", "meeting": "met", "copied": "copied"}.get(kind or "", "")
