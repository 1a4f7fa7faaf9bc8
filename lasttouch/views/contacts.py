"""Contacts as lists, and what an import did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lasttouch.moments import utc
from lasttouch.terminal.output import clean
from lasttouch.views.last import Rows, listed
from store.people import Person

if TYPE_CHECKING:
    from lasttouch.keeping.address_book import Change

PROBLEMS_SHOWN = 20
EXPORTED_DATES = ("last_touch", "last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_two_way")


class Problem(Protocol):
    """A row that could not be read: where it stands in its file (1-based), and why."""

    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...


def contacts_json(people: Sequence[Person]) -> list[dict[str, Any]]:
    """The array of `contacts list --json`; see docs/json.md."""
    return [{**listed(one), "vanished": utc(one.vanished_at)} for one in people]


def contacts_table(people: Sequence[Person]) -> Rows:
    headings = ["Id", "Name", "Addresses", "Company", "Owner"]
    return headings, [[f"#{one.id}", one.name, " ".join(one.emails), one.company or "", one.owner] for one in people]


def import_json(change: Change, problems: Sequence[Problem], without_email: int = 0) -> dict[str, Any]:
    """The object of `contacts import --json`; see docs/json.md."""
    return {
        "added": change.imported.added,
        "updated": change.imported.updated,
        "unchanged": change.imported.unchanged,
        "rematched": change.rematched,
        "erased": change.erased,
        "ours": change.ours,
        "put_aside": change.put_aside,
        "without_email": without_email,
        "problems": [{"line": one.line, "message": one.message} for one in problems],
        "shared": [{"address": address, "names": names} for address, names in change.shared],
    }


def import_text(change: Change, problems: Sequence[Problem], without_email: int = 0) -> list[str]:
    done = change.imported
    lines = [f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged."]
    if change.rematched:
        addresses = "address" if change.rematched == 1 else "addresses"
        lines.append(f"{change.rematched} {addresses} already seen in mail or meetings now belong to them.")
    if change.erased:
        lines.append(f"{change.erased} passed over: erased with `contacts forget`, or under a never_log rule.")
    if change.put_aside:
        lines.append(f"{change.put_aside} passed over: removed or ignored before; contacts add brings them back.")
    if change.ours:
        lines.append(f"{change.ours} passed over: at an own or internal address, or a calendar's; that touches nobody.")
    for address, names in change.shared[:PROBLEMS_SHOWN]:
        whose = " and ".join(map(clean, names))
        lines.append(f"{clean(address)} is listed for {whose}: it counts for none of them until they are merged.")
    if len(change.shared) > PROBLEMS_SHOWN:
        lines.append(f"and {len(change.shared) - PROBLEMS_SHOWN} more such addresses: see --json")
    if without_email:
        lines.append(f"{without_email} without an e-mail address passed over.")
    lines += [f"line {one.line}: {one.message}" for one in problems[:PROBLEMS_SHOWN]]
    if len(problems) > PROBLEMS_SHOWN:
        lines.append(f"and {len(problems) - PROBLEMS_SHOWN} more like these: see --json")
    return lines


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
