"""Activities in the order of time, and one activity with its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.moments import local, utc
from lasttouch.views.last import Rows, how
from lasttouch.views.own_words import said_json, said_lines
from store.people import DATES, Person
from store.said import Said
from store.timeline import Activity, Part, named_by_title

_RULES = {
    "exact": "this very address is listed for the contact",
    "plus-tag": "the contact's address but for a +tag",
    "gmail-dots": "the contact's Gmail address but for dots",
    "company-domain": "no contact; the domain belongs to the company",
    "self": "one of us",
    "ambiguous": "listed for more than one contact, so it counts for none",
    "none": "no contact",
    "title": "not listed in it; the title names them",
}


def verdict_at(activity: Activity, now: datetime) -> str:
    """The verdict to show: a meeting that is judged to count and not over yet is upcoming."""
    kind = activity.verdict
    ends = activity.ends
    return "upcoming" if kind == "held" and ends is not None and ends > now else kind


def message_id(activity: Activity) -> str | None:
    """The Message-ID of a mail that has one."""
    return activity.identity if activity.kind == "email" and not activity.identity.startswith("hash:") else None


def kind_of(activity: Activity) -> str:
    """ "email" or "meeting"; a letter that was noted by hand is kept like a meeting, and shown as what was written."""
    return "email" if activity.noted == "letter" else activity.kind


def log_json(activities: list[Activity], now: datetime) -> list[dict[str, Any]]:
    """The array of `log --json` ; see docs/json.md."""
    return [
        {
            "activity": one.id,
            "message_id": message_id(one),
            "kind": kind_of(one),
            "noted": one.noted,
            "at": utc(one.at),
            "ends": utc(one.ends),
            "direction": one.direction,
            "verdict": verdict_at(one, now),
            "reason": one.reason,
            "subject": one.subject or None,
            "participants": [
                {
                    "address": part.address,
                    "name": part.name or None,
                    "role": part.role,
                    "answer": part.answer or None,
                    "contact": part.contact_id,
                    "company": part.company,
                    "rule": part.rule,
                    "touch": part.touch,
                }
                for part in one.parts
            ],
            "sightings": [{"account": account, "place": place} for account, place in one.sightings],
        }
        for one in activities
    ]


def log_table(activities: list[Activity], now: datetime, zone: tzinfo, owners: Mapping[str, str] | None = None) -> Rows:
    """`owners` says whose each account is; without it the account's name stands for its owner."""
    headings = ["When", "What", "With", "Subject", "Counts", "Id", "Colleague"]
    return headings, [
        [
            local(one.at, zone),
            _what(one, now),
            ", ".join(dict.fromkeys(_who(part) for part in one.parts if part.rule != "self")),
            one.subject,
            _counts(one, now),
            str(one.id),
            ", ".join(dict.fromkeys((owners or {}).get(account) or account for account, _ in one.sightings)),
        ]
        for one in activities
    ]


def why_json(activity: Activity, people: list[Person], now: datetime, words: Sequence[Said] = ()) -> dict[str, Any]:
    """The object of `why --json`; see docs/json.md."""
    (shared,) = log_json([activity], now)
    return {
        **shared,
        "evidence": dict(activity.evidence),
        "sets": [
            {"contact": person.id, "name": person.name, "field": date}
            for person in people
            for date in sets(activity, person)
        ],
        "not_counted_because": not_counted_because(activity, now),
        "said": said_json(words),
        "suggests": None
        if (part := suggested(activity)) is None
        else {"contact": part.contact_id, "name": part.contact},
    }


def why_text(
    activity: Activity, people: list[Person], now: datetime, zone: tzinfo, words: Sequence[Said] = ()
) -> list[str]:
    """The same for people: a few lines."""
    lines = [
        f"Activity {activity.id}: {_what(activity, now)}, {local(activity.at, zone)}",
        f"  subject   {activity.subject or '(none kept)'}",
        f"  identity  {activity.identity}",
        f"  verdict   {verdict_at(activity, now)}, because: {activity.reason}",
    ]
    lines += [f"  {part.role:<9} {_part(part)}" for part in activity.parts]
    lines += [f"  seen in   {account}: {place}" for account, place in activity.sightings]
    dates = [f"  sets      {date} of {person.name}" for person in people for date in sets(activity, person)]
    reason = not_counted_because(activity, now)
    if reason:
        dates.append(f"  is no touch, because: {reason}")
    elif not any(date.startswith("  sets") for date in dates):
        dates.append("  counts, but sets no date: newer ones do")
    return lines + dates + said_lines(words, zone)


def namesakes_json(others: list[Activity], now: datetime) -> list[dict[str, Any]]:
    """`others` of `why --json`: what bears the same Message-ID or UID and is another's."""
    return [
        {
            "activity": one.id,
            "at": utc(one.at),
            "by": _by(one),
            "direction": one.direction,
            "verdict": verdict_at(one, now),
        }
        for one in others
    ]


def namesakes_text(others: list[Activity], now: datetime, zone: tzinfo) -> list[str]:
    """The same for people."""
    return [
        f"  not to be confused with activity {one.id}, of the same name but of {', '.join(_by(one)) or 'nobody'}:"
        f" {_what(one, now)}, {local(one.at, zone)}"
        for one in others
    ]


def _by(activity: Activity) -> list[str]:
    return [part.address for part in activity.parts if part.role in ("from", "organizer")]


def sets(activity: Activity, person: Person) -> list[str]:
    """The dates of this contact that this activity sets."""
    dates = [date for date in DATES if person.activities.get(date) == activity.id]
    return ["last_touch", *dates] if person.last_touch_activity == activity.id else dates


def suggested(activity: Activity) -> Part | None:
    """Who is named by the title of a meeting that would count for them if it were confirmed."""
    part = named_by_title(activity)
    return part if part is not None and part.touch is None and activity.verdict == "held" else None


def not_counted_because(activity: Activity, now: datetime) -> str | None:
    """Why it is no touch for any contact; None if it is one."""
    touched = [part for part in activity.parts if part.touch in ("inbound", "outbound", "meeting")]
    verdict = verdict_at(activity, now)
    if any(part.contact_id is not None for part in touched):
        return "it is not over yet" if verdict == "upcoming" else None
    if touched:
        return "; ".join(f"{part.address}: {_RULES[part.rule]}" for part in touched)
    if verdict not in ("person", "held", "upcoming"):
        return f"{verdict}: {activity.reason}"
    if any(part.touch == "copied" for part in activity.parts):
        return "contacts were only copied on somebody else's mail"
    if (part := suggested(activity)) is not None:
        return (
            f"nobody is listed in it, and the title names {part.contact}; if it is a meeting with them, say:"
            f" lasttouch confirm {activity.id}"
        )
    if bounced := activity.bounced:
        return f"it did not reach {', '.join(bounced)}"
    return "nobody but us takes part, or everybody else declined"


def _what(activity: Activity, now: datetime) -> str:
    verdict = verdict_at(activity, now)
    if activity.noted:
        return f"{activity.noted} (noted by hand)"
    if activity.kind == "meeting":
        return "meeting" if verdict == "held" else f"meeting ({verdict})"
    medium = {"inbound": "mail in", "outbound": "mail out", "internal": "mail"}[activity.direction or "inbound"]
    return medium if verdict == "person" else f"{medium} ({verdict})"


def _who(part: Part) -> str:
    return part.contact or part.name or part.address


def _counts(activity: Activity, now: datetime) -> str:
    touches = {part.touch for part in activity.parts if part.touch and part.contact_id is not None}
    if verdict_at(activity, now) == "upcoming":
        return "ahead" if touches else ""
    return ", ".join(sorted(how(touch) for touch in touches))


def _part(part: Part) -> str:
    whose = _RULES[part.rule]
    if part.contact:
        whose = f"{part.contact}: {whose}"
    elif part.rule == "company-domain":
        whose = f"{part.company}: {whose}"
    answer = f", {part.answer.lower()}" if part.answer else ""
    return f"{part.address}{answer} – {whose}" + (f" [{part.touch}]" if part.touch else "")
