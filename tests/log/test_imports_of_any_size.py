"""Whoever brings one address many times, or many for one, waits no longer a row than others do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from spending import spending

from activity.contact import ContactEntry
from lasttouch.keeping import address_book

if TYPE_CHECKING:
    from collections.abc import Callable

    from fed_log import Log

SHAPES: dict[str, Callable[[int, int], list[ContactEntry]]] = {
    "one address under many names": lambda run, n: [
        ContactEntry(f"Name{i} Of{run}", [f"shared{run}@globex.example"]) for i in range(n)
    ],
    "one address with many keys": lambda run, n: [
        ContactEntry(f"Name{i} Of{run}", [f"keyed{run}@globex.example"], key=f"crm-{run}-{i}") for i in range(n)
    ],
    "one address with no name": lambda run, n: [
        ContactEntry(f"bare{run}@globex.example", [f"bare{run}@globex.example", f"b{i}.{run}@hooli.example"])
        for i in range(n)
    ],
    "one person a row for each address": lambda run, n: [
        ContactEntry(f"Bob {run}", [f"bob{run}@globex.example", f"bob{i}.{run}@globex.example"]) for i in range(n)
    ],
    "one person with many addresses": lambda run, n: [
        ContactEntry(f"Amy {run}", [f"amy{i}.{run}@globex.example" for i in range(n)])
    ],
    "many people": lambda run, n: [ContactEntry(f"P{i} {run}", [f"p{i}.{run}@globex.example"]) for i in range(n)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_import_costs_as_much_a_row_however_many_there_are(log: Log, shape: str) -> None:
    steps: list[int] = []
    statements: list[int] = []
    for count in (150, 600):
        entries = SHAPES[shape](count, count)
        with spending(log.connection, 20) as spent:
            address_book.import_contacts(log.agent, entries)
        steps.append(spent.steps)
        statements.append(spent.statements)
    assert steps[1] <= 5 * steps[0]
    assert statements[1] <= 5 * statements[0]
    assert log.differences() == 0


def test_whoever_is_renamed_by_an_entry_is_known_by_the_new_name_to_the_next(log: Log) -> None:
    bob = log.contact("Bob", "bob@globex.example")
    change = address_book.import_contacts(
        log.agent,
        [
            ContactEntry("Robert Roe", ["bob@globex.example"]),
            ContactEntry("Robert Roe", ["bob@globex.example", "rr@globex.example"]),
        ],
    )
    assert change.imported.contacts == (bob, bob)


def test_somebody_without_a_name_is_whoever_has_the_address(log: Log) -> None:
    change = address_book.import_contacts(
        log.agent,
        [
            ContactEntry("amy@globex.example", ["amy@globex.example"]),
            ContactEntry("Amy Adams", ["amy@globex.example"]),
            ContactEntry("amy@globex.example", ["amy@globex.example", "aa@hooli.example"]),
        ],
    )
    assert len(set(change.imported.contacts)) == 1
