"""Contacts as they are listed, and as files that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lasttouch.answers.contacts import Answer
from lasttouch.moments import utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.terminal.output import clean
from lasttouch.views.columns import Rows
from lasttouch.views.people import listed
from store.people import Person

EXPORTED_DATES = ("last_touch", "last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_two_way")


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `contacts list --json`; see docs/json.md."""
    return [{**listed(one), "vanished": utc(one.vanished_at)} for one in answer.by_name()]


def table(answer: Answer) -> Rows:
    headings = ["Id", "Name", "Addresses", "Company", "Owner"]
    return headings, [
        [f"#{one.id}", one.name, " ".join(one.emails), one.company or "", one.owner] for one in answer.by_name()
    ]


def notes(answer: Answer) -> list[str]:
    return [] if answer.people else [NO_CONTACTS]


def export_rows(people: Sequence[Person]) -> Rows:
    """A CSV that `contacts import` reads back, with the dates beside."""
    headings = ["name", "email", "company", "owner", *EXPORTED_DATES]
    return headings, [
        [
            one.name,
            "; ".join(one.emails),
            one.company or "",
            one.owner,
            *(utc(getattr(one, date)) or "" for date in EXPORTED_DATES),
        ]
        for one in people
    ]


def vcards(people: Sequence[Person]) -> str:
    """vCard 4.0 (RFC 6350); the last touch stands in an X- property."""
    cards = []
    for one in people:
        lines = ["BEGIN:VCARD", "VERSION:4.0", f"FN:{_escaped(one.name)}"]
        lines += [f"EMAIL;PREF={min(place, 100)}:{_escaped(email)}" for place, email in enumerate(one.emails, 1)]
        if one.company:
            lines.append(f"ORG:{_escaped(one.company)}")
        if one.last_touch:
            lines.append(f"X-LASTTOUCH:{utc(one.last_touch)}")
        cards.append("\r\n".join([*lines, "END:VCARD", ""]))
    return "".join(cards)


def _escaped(text: str) -> str:
    for character in ("\\", ",", ";"):
        text = text.replace(character, "\\" + character)
    return clean(text.replace("\n", " "))
