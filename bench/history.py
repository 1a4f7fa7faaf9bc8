"""What changes, imports and queries cost over a long history: 50,000 contacts, 100,000 and 1,000,000 activities."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from bench.figures import Figure, at_most, median_of, median_seconds, seconds, told
from bench.logs import agent_on, copy_of_log, log, write_batches
from bench.reader import during, idle
from bench.world import END, Size, World, contact_entries
from lasttouch import address_book
from lasttouch.agent import Agent
from store.database import open_for_reading, writing
from store.people import people
from store.timeline import newest
from store.unmatched import Stranger, unmatched

_FIRST = 100  # of the longest silent
_CHANGES = 40  # of each kind


def run(quick: bool) -> Iterator[Figure]:
    """The larger log must not be dearer than the smaller where only one contact is concerned."""
    small = Size(2_000, 1_000) if quick else Size(100_000)
    large = Size(20_000, 1_000) if quick else Size(1_000_000)
    yield at_most("database per activity", log(large).stat().st_size / large.activities, "bytes", 400)
    yield from _queries(small, large)
    with copy_of_log(small) as database, agent_on(database) as agent:
        before = dict(_changes(agent))
    with copy_of_log(large) as database:
        yield from _ingest(database, large)
        with agent_on(database) as agent:
            for name, spent in _changes(agent):
                yield at_most(f"one contact {name}", spent * 1e3, "ms", 5)
                yield at_most(f"one contact {name}, large ÷ small history", spent / before[name], "×", 1.5)
            yield from _imports(agent, large)
            yield from _recomputation(agent)


def _queries(small: Size, large: Size) -> Iterator[Figure]:
    few, many = _query_seconds(small), _query_seconds(large)
    lookup = many["lookup"]
    yield told("primary-key lookup of a contact", lookup * 1e6, "µs")
    yield told("last touch of one contact", many["one"] * 1e6, "µs")
    yield at_most("last touch of one contact ÷ lookup", many["one"] / lookup, "×", 4)
    yield told("longest silent 100", many["silent"] * 1e6, "µs")
    yield at_most("longest silent 100 ÷ lookup", many["silent"] / lookup, "×", 15)
    yield at_most("longest silent 100, large ÷ small history", many["silent"] / few["silent"], "×", 1.5)
    yield told("all contacts with their touches", many["all"] * 1e3, "ms")
    yield at_most("newest 50 with the busiest contact", many["timeline"] * 1e3, "ms", 0.5)
    yield at_most("first 50 unmatched", many["unmatched"] * 1e3, "ms", 5)


def _query_seconds(size: Size) -> dict[str, float]:
    """The median of each query on an open connection; of single contacts, over many different ones."""
    connection = open_for_reading(log(size))
    ids = random.Random(3).sample(range(1, size.contacts + 1), min(size.contacts, 2_000))
    lookup = "SELECT * FROM contact WHERE id = ?"

    def each(ask: Callable[[int], object]) -> float:
        for contact in ids:
            ask(contact)
        return median_of(seconds(lambda contact=contact: ask(contact)) for contact in ids)

    try:
        return {
            "lookup": each(lambda contact: connection.execute(lookup, (contact,)).fetchone()),
            "one": each(lambda contact: people(connection, END, [contact])),
            "silent": median_seconds(lambda: people(connection, END)[:_FIRST], 3),
            "all": median_seconds(lambda: people(connection, END), 3),
            "timeline": median_seconds(lambda: newest(connection, END, 50, [1]), 20),
            "unmatched": median_seconds(lambda: unmatched(connection, END, 50), 3),
        }
    finally:
        connection.close()


def _ingest(database: Path, size: Size) -> Iterator[Figure]:
    """Further mail into the log as it is, while somebody reads; then what that made unknown is derived again."""
    alone = idle(database, size.contacts)
    with during(database, size.contacts) as reading, agent_on(database) as agent:
        batches = write_batches(agent, World(Size(max(10_000, size.activities // 10), size.contacts), seed=2))
        counts, spent = zip(*batches, strict=True)
    yield told("ingest while being read", sum(counts) / sum(spent), "activities/s")
    yield told("reader p99, idle", alone * 1e6, "µs")
    yield at_most("reader p99 during ingest ÷ idle", reading.p99 / alone, "×", 3)
    with agent_on(database) as agent:
        yield told("touches derived again after 100,000 activities", seconds(agent.refresh), "s")
        batches = write_batches(agent, World(Size(20_000, size.contacts), seed=3))
        counts, spent = zip(*batches, strict=True)
        yield told("ingest", sum(counts) / sum(spent), "activities/s")
        agent.refresh()
        list(islice(write_batches(agent, World(Size(5_000, size.contacts), seed=4)), 1))
        yield told("touches derived again after a batch of 5,000", seconds(agent.refresh) * 1e3, "ms")


def _changes(agent: Agent) -> Iterator[tuple[str, float]]:
    """The median seconds of each kind of change to one contact with its history."""
    strangers = unmatched(agent.connection, END)
    chance = random.Random(4)
    newcomers, aliases = _two_samples(chance, strangers)
    contacts = chance.sample(range(2, 900), 3 * _CHANGES)
    added: list[int] = []

    def add(stranger: Stranger) -> None:
        added.extend(address_book.add_strangers(agent, [stranger]).imported.ids)

    yield "added", median_of([seconds(lambda one=one: add(one)) for one in newcomers])
    yield "removed", median_of([seconds(lambda one=one: address_book.remove(agent, [one])) for one in added])
    pairs = list(zip(contacts, aliases, strict=False))
    yield (
        "given an alias",
        median_of([seconds(lambda c=c, a=a: address_book.add_alias(agent, c, [a.address])) for c, a in pairs]),
    )
    couples = list(zip(contacts[_CHANGES:], contacts[2 * _CHANGES :], strict=False))
    yield "merged", median_of([seconds(lambda a=a, b=b: address_book.merge(agent, a, [b])) for a, b in couples])


def _two_samples(chance: random.Random, strangers: list[Stranger]) -> tuple[list[Stranger], list[Stranger]]:
    chosen = chance.sample(strangers, 2 * _CHANGES)
    return chosen[:_CHANGES], chosen[_CHANGES:]


def _imports(agent: Agent, size: Size) -> Iterator[Figure]:
    """The whole address book once more, as it is and with one contact in a hundred changed."""
    entries = contact_entries(size.contacts)
    address_book.take_in(agent, entries)  # those that were merged or removed above come back
    yield at_most("import of all contacts unchanged", seconds(lambda: address_book.take_in(agent, entries)), "s", 2)
    for number in range(0, len(entries), 200):
        entries[number] = replace(entries[number], owner="Nobody Else")
        entries[number + 1] = replace(
            entries[number + 1], emails=[*entries[number + 1].emails, f"new{number}@x.example"]
        )
    yield at_most("import of all contacts, 1 % changed", seconds(lambda: address_book.take_in(agent, entries)), "s", 2)


def _recomputation(agent: Agent) -> Iterator[Figure]:
    different = 0

    def check() -> None:
        nonlocal different
        with writing(agent.connection):
            different = agent.recompute()

    yield told("everything recomputed", seconds(check), "s")
    yield at_most("differences found by recomputing", different, "rows", 0)
