"""Whose an address is, asked of a large address book."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.figures import Figure, at_least, at_most, cpu_seconds, median_of, peak_megabytes, told
from bench.world import contact_entries, person
from matchers.book import AddressBook
from matchers.policy import Policy

CONTACTS = 100_000
_PARTICIPANTS = 400_000


def run(quick: bool) -> Iterator[Figure]:
    """100,000 contacts of 12,500 companies; the participants are as in real mail."""
    contacts, participants = (10_000, 40_000) if quick else (CONTACTS, _PARTICIPANTS)
    policy = Policy(own_addresses=frozenset(["ana@acme.example"]), internal_domains=frozenset(["acme.example"]))
    book = _book(contacts, policy)
    stream = list(_participants(contacts, participants))

    def ask() -> None:
        for email in stream:
            book.match(email)

    cold = cpu_seconds(ask)
    warm = median_of([cpu_seconds(ask) for _ in range(5)])
    yield told("contacts", contacts, "contacts")
    yield told("participants matched, first time", participants / cold, "participants/s of CPU")
    yield at_least("participants matched", participants / warm, "participants/s of CPU", 300_000)
    yield at_most("peak memory", peak_megabytes(), "MB", 150)


def _book(contacts: int, policy: Policy) -> AddressBook:
    entries = contact_entries(contacts)
    emails = [(email, number) for number, entry in enumerate(entries, 1) for email in entry.emails]
    companies = {person(number).email.partition("@")[2]: number for number in range(0, contacts, 8)}
    companies.pop("gmail.com", None)
    return AddressBook(emails, companies.items(), policy)


def _participants(contacts: int, count: int) -> Iterator[str]:
    """Half are contacts, one in fifty of them under a tag; a fifth are our own, the rest strangers
    and machines."""
    chance = random.Random(2)
    for number in range(count):
        kind = chance.random()
        if kind < 0.5:
            local, _, domain = person(int(contacts * chance.random() ** 3)).email.partition("@")
            yield f"{local}+news@{domain}" if number % 50 == 0 else f"{local}@{domain}"
        elif kind < 0.7:
            yield "ana@acme.example"
        elif kind < 0.85:
            yield f"someone{int(50_000 * chance.random())}@company{number % (contacts // 8)}.example"
        else:
            yield f"news@shop{int(400 * chance.random() ** 2)}.example"
