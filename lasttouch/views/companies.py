"""When each company was last in touch."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.companies import Answer
from lasttouch.moments import ago, local, utc
from lasttouch.views.columns import Rows
from lasttouch.views.people import how, not_since
from store.companies import Company
from store.read_back import ReadBack


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `last --company --json`, and of `companies list --json`; see docs/json.md."""
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
            "seen_through": utc(answer.through),
            "read_back_to": utc(answer.back.since),
            **_quiet_json(one, answer),
        }
        for one in answer.companies
    ]


def table(answer: Answer, zone: tzinfo) -> Rows:
    now = answer.now
    headings = ["Company", "Domains", "Last touch", "When", "How", "With", "Contacts", "Unlisted people"]
    return headings, [
        [
            one.name,
            " ".join(one.domains),
            *_company_touch(one, now, zone, answer.back),
            str(one.contacts),
            ", ".join(f"{p.address} ({ago(p.last_touch, now)})" for p in one.unlisted),
        ]
        for one in answer.companies
    ]


def notes(answer: Answer) -> list[str]:
    """That there is none."""
    if answer.is_empty:
        return ["No companies yet. Add one: lasttouch companies add NAME DOMAIN"]
    lines = [] if answer.companies else ["No company is left by that."]
    if answer.quiet is not None and answer.companies and not answer.is_certain:
        lines.append(
            "Cannot tell for sure: somebody of us may have talked to them whose accounts you do not see so far."
        )
    return lines


def _quiet_json(one: Company, answer: Answer) -> dict[str, Any]:
    if answer.quiet is None:
        return {}
    days = None if one.last_touch is None else (answer.now - one.last_touch).days
    return {"quiet_days": days, "quiet": "certain" if answer.is_certain else "unknown"}


def _company_touch(one: Company, now: datetime, zone: tzinfo, back: ReadBack) -> list[str]:
    if back.vouches_for(one.last_touch):
        return [
            ago(one.last_touch, now),
            local(one.last_touch, zone),
            how(one.last_touch_kind),
            one.last_touch_with or "",
        ]
    return [not_since(back, zone), "", "", ""]
