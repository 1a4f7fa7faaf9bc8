"""A list of contacts taken in, where our own code may stumble over one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from activity.batch import Skip
from activity.contact import ContactEntry
from activity.errors import UsageError
from capture.contact_files import ContactFile, RowProblem
from lasttouch.keeping.address_book import Change, import_contacts
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.by_halves import ByHalves
from store.contacts import Imported

MOST_AT_ONCE = 10_000
"""Contacts that a user who does not keep the list may have in one file: others wait for the log meanwhile."""


def import_file(agent: Agent, read: ContactFile) -> tuple[Change, list[RowProblem]]:
    """See `address_book.import_contacts`; and what was left out, in the order of the lines it
    stands on.

    Raises UsageError where they are too many.
    """
    if len(read.entries) > MOST_AT_ONCE and not agent.holding.keeps_the_list:
        raise UsageError(
            f"these are {len(read.entries)} contacts, and colleagues would have to wait for them",
            f"{MOST_AT_ONCE} in one file are taken; split it, or give it to whoever keeps the list",
        )
    changes: list[Change] = []
    problems = list(read.problems)

    def store(some: Sequence[ContactEntry], left_out: Sequence[Skip], _is_last: bool) -> None:
        changes.append(import_contacts(agent, some, of=agent.holding))
        problems.extend(RowProblem(int(skip.item), skip.reason) for skip in left_out)

    ByHalves("contacts import")(read.entries, store, lambda entry: str(entry.line))
    return changes[0] if len(changes) == 1 else _sum(changes), sorted(problems, key=lambda one: one.line)


def _sum(changes: Sequence[Change]) -> Change:
    done = [change.imported for change in changes]
    imported = Imported(
        sum(one.added for one in done),
        sum(one.updated for one in done),
        sum(one.unchanged for one in done),
        frozenset[int]().union(*(one.ids for one in done)),
        tuple(chain.from_iterable(one.contacts for one in done)),
    )
    return Change(
        imported,
        sum(change.rematched for change in changes),
        sum(change.erased for change in changes),
        sum(change.ours for change in changes),
        sum(change.put_aside for change in changes),
        list(dict(chain.from_iterable(change.shared for change in changes)).items()),
    )
