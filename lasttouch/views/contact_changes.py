"""What became of a contact, or a company, that was changed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lasttouch.counting import activities
from lasttouch.keeping.contact_changes import Change, CompanyAdded, Edited, Merged, Readdressed, Removed
from lasttouch.naming import shown
from store.forgetting import Erased
from store.people import Person

Outcome = Change | Erased


def as_json(change: Outcome) -> dict[str, Any]:
    """The object of `contacts merge --json` and of its like; see docs/json.md."""
    match change:
        case Merged(contact, before, rematched):
            return {"contact": contact.id, "merged": sorted(one.id for one in before), "rematched": rematched}
        case Readdressed(contact_id, emails, _, rematched):
            return {"contact": contact_id, "emails": list(emails), "rematched": rematched}
        case Edited(contact, rematched):
            return {
                "contact": contact.id,
                "name": contact.name,
                "company": contact.company,
                "owner": contact.owner or None,
                "tags": list(contact.tags),
                "rematched": rematched,
            }
        case Removed(before, rematched):
            return {"removed": [one.id for one in before], "rematched": rematched}
        case CompanyAdded(name, domains, rematched):
            return {"name": name, "domains": list(domains), "rematched": rematched}
        case Erased():
            return {"emails": change.emails, "deleted": change.deleted, "struck": len(change.struck)}


def text(change: Outcome) -> str:
    """The same for people."""
    match change:
        case Merged(contact, before, _):
            return f"{_named(before)} merged; now: {shown(contact)}"
        case Readdressed(contact_id, emails, taken_away, rematched):
            done = "taken from" if taken_away else "added to"
            return f"{len(emails)} {done} #{contact_id}; {rematched} in the log changed hands."
        case Edited(contact, _):
            more = ", ".join([*(word for word in (contact.company, contact.owner) if word), *contact.tags])
            return f"{shown(contact)}{f': {more}' if more else ''}"
        case Removed(before, rematched):
            return f"No contact any more: {_named(before)}. Addresses in the log that are unlisted now: {rematched}."
        case CompanyAdded(name, _, rematched):
            return f"{name}: addresses already seen that are there: {rematched}."
        case Erased():
            return f"Erased. {activities(change.deleted)} deleted, struck from {len(change.struck)} others."


def _named(people: Iterable[Person]) -> str:
    """ "#7 Bob Stone <bob@globex.example, bob@home.example>; …" """
    return "; ".join(map(shown, people))
