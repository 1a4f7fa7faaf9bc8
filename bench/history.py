"""What changes, imports and queries cost over a long history: 50,000 contacts, 100,000 and
1,000,000 activities."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from activity.contact import ContactEntry
from bench import answers
from bench.figures import Figure, at_most, cpu_seconds, median_of, seconds, told
from bench.logs import agent_on, copy_of_log, log, write_batches
from bench.reader import during, idle
from bench.world import END, Size, World, contact_entries
from lasttouch.keeping import address_book, contact_changes
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.recomputation import recompute
from store.people import people
from store.transactions import writing
from store.unmatched import Stranger, unmatched

_CHANGES = 40  # of each kind
_FEW = range(2, 7)  # exchanges with somebody
T = TypeVar("T")


def run(quick: bool) -> Iterator[Figure]:
    """The larger log must not be dearer than the smaller where only one contact is concerned."""
    small = Size(5_000, 5_000) if quick else Size(100_000)
    large = Size(20_000, 5_000) if quick else Size(1_000_000)
    yield at_most("database per activity", log(large).stat().st_size / large.activities, "bytes", 400)
    yield from answers.figures(small, large)
    with copy_of_log(small) as database, agent_on(database) as agent:
        before = dict(_changes(agent))
    with copy_of_log(large) as database:
        yield from _ingest(database, large)
        with agent_on(database) as agent:
            for name, spent in _changes(agent):
                yield at_most(f"one contact {name}", spent * 1e3, "ms", 5)
                yield at_most(f"one contact {name}, large ÷ small history", spent / before[name], "×", 1.5)
            (stranger,) = unmatched(agent.log, END, 1)
            alias = seconds(lambda: contact_changes.add_alias(agent, 1, [stranger.address]))
            yield told("the busiest contact given an alias", alias * 1e3, "ms")
            yield from _imports(agent, large)
            yield from _recomputation(agent)


def _ingest(database: Path, size: Size) -> Iterator[Figure]:
    """Further mail into the log as it is, while somebody reads; then what that made unknown is
    derived again."""
    alone = idle(database, size.contacts)
    with during(database, size.contacts) as reading, agent_on(database) as agent:
        batches = write_batches(agent, World(Size(max(10_000, size.activities // 10), size.contacts), seed=2))
        counts, spent = zip(*batches, strict=True)
    yield told("ingest while being read", sum(counts) / sum(spent), "activities/s")
    yield told("reader p99, idle", alone.p99 * 1e6, "µs")
    yield at_most("reader p99 during ingest ÷ idle", reading.p99 / alone.p99, "×", 3)
    yield told("reader median during ingest ÷ idle", reading.median / alone.median, "×")
    yield told("contacts derived for the reader on the spot", reading.derived * 100, "%")
    yield told("reader p99 during ingest of the other contacts ÷ idle", reading.others_p99 / alone.p99, "×")
    with agent_on(database) as agent:
        yield told("touches derived again after a tenth more activities", seconds(agent.refresh), "s")
        batches = write_batches(agent, World(Size(20_000, size.contacts), seed=3))
        counts, spent = zip(*batches, strict=True)
        yield told("ingest", sum(counts) / sum(spent), "activities/s")
        agent.refresh()
        list(islice(write_batches(agent, World(Size(5_000, size.contacts), seed=4)), 1))
        yield told("touches derived again after a batch of 5,000", seconds(agent.refresh) * 1e3, "ms")


def _changes(agent: Agent) -> Iterator[tuple[str, float]]:
    """The median seconds of each kind of change to one contact.

    All concerned have exchanged a few times, whatever the size of the log, so that only that
    differs.
    """
    chance = random.Random(4)
    strangers = [one for one in unmatched(agent.log, END) if one.exchanges in _FEW]
    newcomers, founders, aliases = _samples(chance, strangers, 3)
    known = [one.id for one in people(agent.log, END) if one.touches in _FEW]
    receivers, kept, dropped = _samples(chance, known, 3)
    added: list[int] = []

    def add(stranger: Stranger) -> None:
        added.extend(address_book.add_strangers(agent, [stranger]).imported.ids)

    def found(stranger: Stranger) -> None:
        name = stranger.address
        address_book.import_contacts(agent, [ContactEntry(name, [name], f"Firm of {name}", name.replace("@", "."))])

    def alias(pair: tuple[int, Stranger]) -> None:
        contact_changes.add_alias(agent, pair[0], [pair[1].address])

    yield "added", _each(add, newcomers)
    yield "added with a new company", _each(found, founders)
    yield "removed", _each(lambda one: contact_changes.remove(agent, [one]), added)
    yield "given an alias", _each(alias, zip(receivers, aliases, strict=False))
    pairs = zip(kept, dropped, strict=False)
    yield "merged", _each(lambda pair: contact_changes.merge(agent, pair[0], [pair[1]]), pairs)


def _each(change: Callable[[T], object], concerned: Iterable[T]) -> float:
    return median_of([seconds(partial(change, one)) for one in concerned])


def _samples(chance: random.Random, population: Sequence[T], samples: int) -> list[list[T]]:
    """So many samples of as many as are wanted, or as there are, with nobody in two of them."""
    size = min(_CHANGES, len(population) // samples)
    chosen = chance.sample(population, samples * size)
    return [chosen[start::samples] for start in range(samples)]


def _imports(agent: Agent, size: Size) -> Iterator[Figure]:
    """The whole address book once more, as it is and with one contact in a hundred changed."""
    entries = contact_entries(size.contacts)
    address_book.import_contacts(agent, entries)  # those that were merged or removed above come back
    yield from _import("import of all contacts unchanged", agent, entries)
    for number in range(0, len(entries), 200):
        entries[number] = replace(entries[number], owner="Nobody Else")
        entries[number + 1] = replace(
            entries[number + 1], emails=[*entries[number + 1].emails, f"new{number}@x.example"]
        )
    yield from _import("import of all contacts, 1 % changed", agent, entries)


def _import(name: str, agent: Agent, entries: Sequence[ContactEntry]) -> Iterator[Figure]:
    """By the clock, and of the processor alone: it is one computation, and the machine may be
    shared."""
    elapsed = 0.0

    def import_contacts() -> None:
        nonlocal elapsed
        elapsed = seconds(lambda: address_book.import_contacts(agent, entries))

    spent = cpu_seconds(import_contacts)
    yield at_most(name, elapsed, "s", 2)
    yield told(f"{name}, processor", spent, "s")


def _recomputation(agent: Agent) -> Iterator[Figure]:
    different = 0

    def check() -> None:
        nonlocal different
        with writing(agent.connection):
            different = recompute(agent)

    yield told("everything recomputed", seconds(check), "s")
    yield at_most("differences found by recomputing", different, "rows", 0)
