"""One activity with its proof."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.why import OfActivity
from lasttouch.moments import local, utc
from lasttouch.views.activities import RULES, activity_json, called, not_counted_because, suggested, verdict_at, what
from lasttouch.views.own_words import said_json, said_lines
from store.people import DATES, Person
from store.timeline import Activity, Part


def proof_json(one: OfActivity, now: datetime) -> dict[str, Any]:
    """The object of `why ACTIVITY --json`, and of a line of `export`; see docs/json.md."""
    activity = one.activity
    return {
        **activity_json(activity, now),
        "evidence": dict(activity.evidence),
        "sets": [
            {"contact": person.id, "name": person.name, "field": date}
            for person in one.concerned
            for date in sets(activity, person)
        ],
        "not_counted_because": not_counted_because(activity, now),
        "said": said_json(one.said),
        "suggests": None
        if (part := suggested(activity)) is None
        else {"contact": part.contact_id, "name": part.contact},
        **({"others": [_other_json(other, now) for other in one.others]} if one.others else {}),
    }


def proof_text(one: OfActivity, now: datetime, zone: tzinfo) -> list[str]:
    """The same for people: a few lines."""
    activity = one.activity
    lines = [
        f"Activity {activity.id}: {what(activity, now)}, {local(activity.at, zone)}",
        f"  subject   {activity.subject or '(none kept)'}",
        f"  identity  {activity.identity}",
        f"  verdict   {verdict_at(activity, now)}, because: {activity.reason}",
    ]
    lines += [f"  {part.role:<9} {_part(part)}" for part in activity.parts]
    lines += [
        f"  attached  {called(document)}{document.link and f', {document.link}'}" for document in activity.attachments
    ]
    lines += [f"  seen in   {account}: {place}" for account, place in activity.sightings]
    dates = [f"  sets      {date} of {person.name}" for person in one.concerned for date in sets(activity, person)]
    reason = not_counted_because(activity, now)
    if reason:
        dates.append(f"  is no touch, because: {reason}")
    elif not any(date.startswith("  sets") for date in dates):
        dates.append("  counts, but sets no date: newer ones do")
    others = [_other_text(other, now, zone) for other in one.others]
    return lines + dates + said_lines(one.said, zone) + others


def _other_json(one: Activity, now: datetime) -> dict[str, Any]:
    """What bears the same Message-ID or UID and is another's."""
    return {
        "activity": one.id,
        "at": utc(one.at),
        "by": _by(one),
        "direction": one.direction,
        "verdict": verdict_at(one, now),
    }


def _other_text(one: Activity, now: datetime, zone: tzinfo) -> str:
    return (
        f"  not to be confused with activity {one.id}, of the same name but of {', '.join(_by(one)) or 'nobody'}:"
        f" {what(one, now)}, {local(one.at, zone)}"
    )


def _by(activity: Activity) -> list[str]:
    return [part.address for part in activity.parts if part.role in ("from", "organizer")]


def sets(activity: Activity, person: Person) -> list[str]:
    """The dates of this contact that this activity sets."""
    dates = [date for date in DATES if person.activities.get(date) == activity.id]
    return ["last_touch", *dates] if person.last_touch_activity == activity.id else dates


def _part(part: Part) -> str:
    whose = RULES[part.rule]
    if part.contact:
        whose = f"{part.contact}: {whose}"
    elif part.rule == "company-domain":
        whose = f"{part.company}: {whose}"
    answer = f", {part.answer.lower()}" if part.answer else ""
    return f"{part.address}{answer} – {whose}" + (f" [{part.touch}]" if part.touch else "")
