"""What waits for an answer."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.awaiting import Answer
from lasttouch.answers.waiting import is_known, whose
from lasttouch.moments import ago, local, utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.views.blindness import blindness
from lasttouch.views.columns import Rows
from store.awaiting import Waiting


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `awaiting --json`; see docs/json.md."""
    return [conversation_json(one, answer.now) for one in answer.waiting]


def conversation_json(one: Waiting, now: datetime) -> dict[str, Any]:
    return {
        "activity": one.activity_id,
        "message_id": one.message_id,
        "waits_for": one.side if is_known(one, now) else "unknown",
        "since": utc(one.at),
        "direction": "inbound" if one.side == "us" else "outbound",
        "subject": one.subject or None,
        "with": [
            {
                "address": other.address,
                "name": other.name or None,
                "contact": other.contact_id,
                "company": other.company,
                "owner": other.owner or None,
            }
            for other in one.others
        ],
        "accounts": [account for account, _ in one.accounts],
        "owners": whose(one),
        "seen_through": utc(one.read_through),
        "likely": one.likely,
        "chance": one.chance,
        "because": one.because,
        "settled_by": one.settled_by,
    }


def table(answer: Answer, zone: tzinfo) -> Rows:
    now = answer.now
    headings = ["Waits for", "With", "Since", "Subject", "When", "Whose", "Company", "Because", "Id"]
    return headings, [
        [
            waits_for(one, now, zone),
            names(one),
            ago(one.at, now),
            one.subject,
            local(one.at, zone),
            ", ".join(whose(one)[:2]),
            ", ".join(dict.fromkeys(other.company for other in one.others if other.company)),
            f"settled: {one.settled_by}" if one.settled_by else one.because,
            str(one.activity_id),
        ]
        for one in answer.waiting
    ]


def notes(answer: Answer, zone: tzinfo) -> list[str]:
    """That nobody is listed, or what was left out; and what was not read up to now."""
    lines = _left_out(answer)
    if answer.is_empty and not answer.waiting and not _has_older(answer):
        lines = [NO_CONTACTS for _ in lines]
    return lines + blindness(answer.sources, answer.now, zone)


def _left_out(answer: Answer) -> list[str]:
    """That the limit left some out, that some have waited for longer than was looked back, of each
    side COUNTED at most, and that what hardly wants an answer was."""
    older, days = answer.older, answer.back.days if answer.back else 0
    lines = []
    if not answer.waiting:
        lines.append(
            f"Nothing of the last {days} days waits for an answer."
            if _has_older(answer)
            else "Nothing waits for an answer."
        )
    if answer.more:
        lines.append("There are more: raise --limit.")
    if _has_older(answer):
        number = "1 conversation has" if older == 1 else f"{older} conversations have"
        number = (f"{older} or more conversations have" if older else "More may have") if answer.even_more else number
        lines.append(f"{number} waited for longer than {days} days: lasttouch awaiting --until {days}d")
    if answer.likely_alone:
        lines.append("Where an answer is hardly expected, by what was answered before: lasttouch awaiting --all")
    return lines


def _has_older(answer: Answer) -> bool:
    return bool(answer.older) or answer.even_more


def waits_for(one: Waiting, now: datetime, zone: tzinfo) -> str:
    if not is_known(one, now):
        return f"unknown since {local(one.read_through, zone)}" if one.read_through else "unknown: never read"
    return "us" if one.side == "us" else "them"


def names(one: Waiting) -> str:
    return ", ".join(dict.fromkeys(other.name or other.address for other in one.others))
