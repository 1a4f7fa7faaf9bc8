"""An activity, as every answer shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from activity.attachment import Attachment
from lasttouch.moments import utc
from store.timeline import Activity, Part, named_by_title

RULES = {
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
    """ "email" or "meeting"; a letter that was noted by hand is kept like a meeting, and shown as
    what was written."""
    return "email" if activity.noted == "letter" else activity.kind


def activity_json(one: Activity, now: datetime) -> dict[str, Any]:
    """An object of the array of `log --json`; see docs/json.md."""
    return {
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
        "attachments": [_attachment_json(document) for document in one.attachments],
    }


def _attachment_json(one: Attachment) -> dict[str, Any]:
    """`link` is there only for a document that is elsewhere."""
    told: dict[str, Any] = {"name": one.name or None, "type": one.type, "size": one.size}
    return {**told, "link": one.link} if one.link else told


def called(one: Attachment) -> str:
    """ "offer.pdf (84 KB)": a document in a few words."""
    name = one.name or one.type
    return name if one.size is None else f"{name} ({_size(one.size)})"


def _size(octets: int) -> str:
    if octets < 1000:
        return f"{octets} byte" + ("" if octets == 1 else "s")
    for unit in ("KB", "MB"):
        octets, rest = divmod(octets, 1000)
        if octets < 10:
            return f"{octets}.{rest // 100} {unit}"
        if octets < 1000:
            return f"{octets} {unit}"
    return f"{octets / 1000:,.1f} GB"


def suggested(activity: Activity) -> Part | None:
    """Who is named by the title of a meeting that would count for them if it were confirmed."""
    part = named_by_title(activity)
    return part if part is not None and part.touch is None and activity.verdict == "held" else None


def not_counted_because(activity: Activity, now: datetime) -> str | None:
    """Why it is no touch for any contact; None if it is one."""
    touched = [part for part in activity.parts if part.touch in ("inbound", "outbound", "meeting")]
    verdict = verdict_at(activity, now)
    if any(part.contact_id is not None for part in touched):
        if activity.kind == "email" and activity.at > now:
            return "its date lies ahead: it counts when that has come"
        return "it is not over yet" if verdict == "upcoming" else None
    if touched:
        return "; ".join(f"{part.address}: {RULES[part.rule]}" for part in touched)
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


def what(activity: Activity, now: datetime) -> str:
    """ "mail in", "meeting (declined)": what it is, in a word or two."""
    verdict = verdict_at(activity, now)
    if activity.noted:
        return f"{activity.noted} (noted by hand)"
    if activity.kind == "meeting":
        return "meeting" if verdict == "held" else f"meeting ({verdict})"
    medium = {"inbound": "mail in", "outbound": "mail out", "internal": "mail"}[activity.direction or "inbound"]
    return medium if verdict == "person" else f"{medium} ({verdict})"
