"""Meetings that lie ahead, with what is known of those who come."""

from __future__ import annotations

from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any

from lasttouch.answers.upcoming import Answer, Appointment, Guest
from lasttouch.moments import ago, local, utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.views.activities import activity_json
from lasttouch.views.blindness import blindness
from lasttouch.views.columns import Rows

_OFTEN = {1: "daily, ", 7: "weekly, ", 14: "every 2 weeks, "}
_MONTH = range(28, 36)  # the first Monday of each is 28 or 35 days after the last
_ANSWERS = {"TENTATIVE": "tentative", "DECLINED": "declined", "NEEDS-ACTION": "not answered", "DELEGATED": "delegated"}


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `upcoming --json`; see docs/json.md."""
    return [
        {
            **activity_json(one.activity, answer.now),
            "contacts": [_guest_json(guest) for guest in one.guests],
            "own_answers": [{"account": account, "answer": answer} for account, answer in one.own_answers.items()],
        }
        for one in answer.appointments
    ]


def _guest_json(guest: Guest) -> dict[str, Any]:
    return {
        "contact": guest.person.id,
        "name": guest.person.name,
        "answer": guest.answer or None,
        "last_touch": utc(guest.person.last_touch),
        "last_touch_kind": guest.person.last_touch_kind,
        "known_by": [
            {"account": one.account, "owner": one.owner, "last_touch": utc(one.last_touch)} for one in guest.known_by
        ],
    }


def table(answer: Answer, zone: tzinfo) -> Rows:
    now = answer.now
    headings = ["When", "With", "Title", "Then", "In", "Last touch", "Also known to", "Account"]
    return headings, [
        [
            local(one.activity.at, zone),
            ", ".join(with_answer(guest.person.name, guest.answer) for guest in one.guests),
            one.activity.subject,
            then(one, zone),
            ago(one.activity.at, now).removeprefix("in "),
            ", ".join(ago(guest.person.last_touch, now) for guest in one.guests),
            ", ".join(colleagues(one, now)),
            ", ".join(with_answer(account, one.own_answers.get(account, "")) for account in one.accounts),
        ]
        for one in answer.appointments
    ]


def notes(answer: Answer, zone: tzinfo, days: int | None = None) -> list[str]:
    """That nothing lies ahead, within so many `days` if that was asked for; what is not shown or
    was not read."""
    lines = []
    if not answer.appointments:
        within = "" if days is None else " within " + ("a day" if days == 1 else f"{days} days")
        lines.append(NO_CONTACTS if answer.is_empty else f"No meeting with a contact lies ahead{within}.")
    if answer.more:
        lines.append("There are more: raise --limit.")
    if any(one.further for one in answer.appointments):
        lines.append("Of a series the next meeting is shown.")
    return lines + blindness(answer.sources, answer.now, zone)


def then(one: Appointment, zone: tzinfo) -> str:
    """ "weekly, 11 more"; of a series that does not keep to a rhythm only the number."""
    if not one.further:
        return ""
    days = [at.astimezone(zone).date() for at in (one.activity.at, *one.further)]
    gaps = sorted([(later - earlier).days for earlier, later in pairwise(days)])
    usual = gaps[len(gaps) // 2]
    often = "monthly, " if usual in _MONTH else _OFTEN.get(usual, "")
    often = "on workdays, " if set(gaps) == {1, 3} else often
    return f"{often}{len(one.further)} more"


def with_answer(name: str, answer: str) -> str:
    """A name, and behind it an answer that is no plain yes."""
    return f"{name} ({_ANSWERS[answer]})" if answer in _ANSWERS else name


def colleagues(appointment: Appointment, now: datetime) -> list[str]:
    """Who of us knows somebody who comes, and does not come: each once, with when that was last."""
    latest: dict[str, datetime] = {}
    for guest in appointment.guests:
        for one in guest.known_by:
            if one.account not in appointment.accounts:
                latest[one.owner] = max(one.last_touch, latest.get(one.owner, one.last_touch))
    return [f"{owner} ({ago(at, now)})" for owner, at in sorted(latest.items(), key=lambda item: item[1], reverse=True)]
