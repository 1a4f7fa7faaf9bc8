"""Contacts as lists, and what an import did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from lasttouch.address_book import Change
from lasttouch.views.last import Rows
from store.people import Person


class Problem(Protocol):
    """A row that could not be read: where it stands in its file (1-based), and why."""

    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...


def contacts_json(people: Sequence[Person]) -> list[dict[str, Any]]:
    """The array of `contacts list --json`; see docs/json.md."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "emails": list(one.emails),
            "company": one.company,
            "owner": one.owner or None,
        }
        for one in people
    ]


def contacts_table(people: Sequence[Person]) -> Rows:
    headings = ["Id", "Name", "Addresses", "Company", "Owner"]
    return headings, [[f"#{one.id}", one.name, " ".join(one.emails), one.company or "", one.owner] for one in people]


def import_json(change: Change, problems: Sequence[Problem]) -> dict[str, Any]:
    """The object of `contacts import --json`; see docs/json.md."""
    return {
        "added": change.imported.added,
        "updated": change.imported.updated,
        "unchanged": change.imported.unchanged,
        "rematched": change.rematched,
        "problems": [{"line": one.line, "message": one.message} for one in problems],
    }


def import_text(change: Change, problems: Sequence[Problem]) -> list[str]:
    done = change.imported
    lines = [f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged."]
    if change.rematched:
        addresses = "address" if change.rematched == 1 else "addresses"
        lines.append(f"{change.rematched} {addresses} already seen in mail or meetings now belong to them.")
    lines += [f"line {one.line}: {one.message}" for one in problems]
    if problems:
        lines.append(f"{len(problems)} problems; what they name was left out.")
    return lines
