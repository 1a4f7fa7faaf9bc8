"""One mailbox may be reached by any number of names: tags, dots, aliases. None costs more than the
one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from spending import Spent, spending

from activity.address import Address
from activity.contact import ContactEntry
from lasttouch.keeping import address_book, contact_changes, forgetting
from lasttouch.keeping.contact_changes import Edit
from lasttouch.keeping.recomputation import recompute
from store.transactions import writing

if TYPE_CHECKING:
    from fed_log import Log

ANA, KIM = "ana@acme.example", "kim@client.example"
LETTERS = "abcdefghijklmnop"

NAMES: dict[str, Callable[[int], str]] = {
    "tags": lambda n: f"bob+{n}@globex.example",
    "dots": lambda n: "".join(f"{letter}{'.' * (n >> bit & 1)}" for bit, letter in enumerate(LETTERS)) + "@gmail.com",
    "aliases": lambda n: f"bob{n}@globex.example",
}


def exchange(log: Log, emails: list[str]) -> None:
    """A message from every other one, to the others; and one among outsiders with each in copy."""
    letters = [{"sender": email, "to": ANA, "days": 1 + n / 1e4} for n, email in enumerate(emails[::2])]
    letters += [{"sender": ANA, "to": email, "days": 2 + n / 1e4} for n, email in enumerate(emails[1::2])]
    letters += [{"sender": KIM, "to": ANA, "cc": email, "days": 3 + n / 1e4} for n, email in enumerate(emails)]
    log.mail_batch(letters)


def ingest(log: Log, emails: list[str]) -> None:
    exchange(log, emails)
    log.agent.refresh()


def one_to_all(log: Log, emails: list[str]) -> None:
    log.mail(ANA, emails[0], 1, bcc=tuple(map(Address, emails)))
    log.agent.refresh()


def list_all(log: Log, emails: list[str]) -> None:
    log.contact("Bob", *emails)


def list_each(log: Log, emails: list[str]) -> None:
    address_book.import_contacts(log.agent, [ContactEntry(f"Bob {n}", [email]) for n, email in enumerate(emails)])


def merge(log: Log, emails: list[str]) -> None:
    contact_changes.merge(log.agent, log.contact("Robert", "rob@hooli.example"), [_bob(log, emails)])


def unname(log: Log, emails: list[str]) -> None:
    contact_changes.remove_alias(log.agent, _bob(log, emails), emails[1:])


def employ(log: Log, emails: list[str]) -> None:
    contact_changes.edit(log.agent, _bob(log, emails), Edit(company="Globex"))


def remove(log: Log, emails: list[str]) -> None:
    contact_changes.remove(log.agent, [_bob(log, emails)])


def forget(log: Log, emails: list[str]) -> None:
    forgetting.forget(log.agent, [_bob(log, emails)], [])


def derive_all(log: Log, emails: list[str]) -> None:
    with writing(log.connection):
        assert recompute(log.agent) == 0


def _bob(log: Log, emails: list[str]) -> int:
    query = "SELECT contact_id FROM contact_email WHERE email = ?"
    return int(log.connection.execute(query, (emails[0],)).fetchone()[0])


UNKNOWN = (ingest, one_to_all)
SEEN = (list_all, list_each)
LISTED = (ingest, one_to_all, merge, unname, employ, remove, forget, derive_all)


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(
    ("before", "write"),
    [("", one) for one in UNKNOWN] + [("seen", one) for one in SEEN] + [("seen and listed", one) for one in LISTED],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_write_costs_as_much_a_name_however_many_there_are(
    log: Log, names: str, before: str, write: Callable[[Log, list[str]], None]
) -> None:
    costs: list[Spent] = []
    for run, count in enumerate((100, 400)):
        emails = [f"{run}{NAMES[names](n)}" for n in range(count)]  # another mailbox each time
        if before:
            exchange(log, emails)
        if "listed" in before:
            log.contact(f"Bob {run}", *emails)
        with spending(log.connection, 20) as spent:
            write(log, emails)
        costs.append(spent)
    few, many = costs
    assert many.steps <= 5 * max(few.steps, 20)
    assert many.statements <= 5 * max(few.statements, 20)
