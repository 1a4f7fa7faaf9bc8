"""The proof of an activity, or of somebody's dates."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.answers.why import Answer, KeptOut, OfActivity, OfContacts
from lasttouch.views.why_activity import proof_json, proof_text
from lasttouch.views.why_contact import contact_json, contact_text

KEPT_OUT = "a never_log rule kept it out; nothing of it is stored"


def as_json(answer: Answer) -> Any:
    """The object, or the array, of `why --json`; see docs/json.md."""
    now = answer.now
    match answer.found:
        case OfActivity() as one:
            return proof_json(one, now)
        case OfContacts(contacts, back):
            return [contact_json(one, back, now) for one in contacts]
        case KeptOut(identity):
            return {"activity": None, "message_id": identity, "sets": [], "not_counted_because": KEPT_OUT}
        case strangers:
            from lasttouch.views.no_contact import unlisted_json  # noqa: PLC0415 - most are contacts

            return [unlisted_json(one, now) for one in strangers]


def text(answer: Answer, zone: tzinfo) -> list[str]:
    """The same for people."""
    now = answer.now
    match answer.found:
        case OfActivity() as one:
            return proof_text(one, now, zone)
        case OfContacts(contacts, back):
            found = [
                contact_text(one.person, one.behind, one.recent, now, zone, one.said, back, one.lists)
                for one in contacts
            ]
        case KeptOut(identity):
            return [f"{identity}: {KEPT_OUT}."]
        case strangers:
            from lasttouch.views.no_contact import unlisted_text  # noqa: PLC0415 - most are contacts

            found = [unlisted_text(one, now, zone) for one in strangers]
    return [line for lines in found for line in lines]
