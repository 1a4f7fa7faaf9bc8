"""The same log in a file and in a PostgreSQL of our own: what storing, asking and checking cost there and here, each
figure told as soon as it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from activity.sharing import Level
from bench import logs
from bench.engines import agent_at, each, places, reader_at, relations, size_of, spent
from bench.figures import Figure, at_least, at_most, told
from bench.team import ACCOUNTS, share_out
from bench.world import END, Size, World, contact_entries
from lasttouch.answers import awaiting, stale
from lasttouch.answers.question import Filters, Question
from lasttouch.keeping.address_book import import_contacts
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.checking import check
from lasttouch.keeping.opening import follow_configuration
from store.log import Log, Scope
from store.people import people

FILE, SERVER = "file", "PostgreSQL"
_CONFIG = logs.config_text(Path("elsewhere"))
_LARGEST = 8
_SCHEMA = "SELECT current_schema()"
_TOUCHED = "SELECT contact_id FROM contact_touch WHERE last_touch IS NOT NULL ORDER BY contact_id LIMIT 200"
_OF_FIVE = Scope("u1", ((1, Level.OWN), *((number, Level.WHO) for number in range(2, 6))), ACCOUNTS - 5, 1)


def run(quick: bool) -> Iterator[Figure]:
    size = Size(3_000, 600) if quick else Size(100_000, 10_000)
    logs.BATCH = 500
    with places() as place:
        at = {engine: place(engine) for engine in (FILE, SERVER)}
        yield from _ingested(at, size)
        yield from _bytes(at, size)
        yield from _asked(at)
        yield from _checked(at)
        yield from _of_an_audience(at[SERVER])


def _ingested(at: dict[str, Path], size: Size) -> Iterator[Figure]:
    a_second, by_the_clock = {}, {}
    for engine, place in at.items():
        with agent_at(place, _CONFIG) as agent:
            follow_configuration(agent)
            import_contacts(agent, contact_entries(size.contacts))
            began = perf_counter()
            a_second[engine] = size.activities / spent(agent.log, partial(_write, agent, size))
            by_the_clock[engine] = size.activities / (perf_counter() - began)
            agent.refresh()
        yield told(f"ingest into {engine}", a_second[engine], "activities/s of processor")
    yield at_least("ingest, PostgreSQL ÷ file", a_second[SERVER] / a_second[FILE], "×", 0.40)
    yield told("ingest, PostgreSQL ÷ file, by the clock", by_the_clock[SERVER] / by_the_clock[FILE], "×")


def _write(agent: Agent, size: Size) -> None:
    for _ in logs.write_batches(agent, World(size)):
        pass


def _bytes(at: dict[str, Path], size: Size) -> Iterator[Figure]:
    taken = {}
    for engine, place in at.items():
        with agent_at(place, _CONFIG) as agent:
            taken[engine] = size_of(agent.log, place) / size.activities
            yield told(f"bytes an activity, {engine}", taken[engine], "bytes")
            if engine == SERVER:
                agent.connection.execute("ANALYZE")
                for name, number in relations(agent.log)[:_LARGEST]:
                    yield told(f"bytes an activity, {engine}, {name}", number / size.activities, "bytes")
    yield at_most("bytes, PostgreSQL ÷ file", taken[SERVER] / taken[FILE], "×", 2.2)
    with agent_at(at[SERVER], _CONFIG) as agent:  # what a first pass leaves half empty
        agent.connection.execute(f'REINDEX SCHEMA "{agent.connection.execute(_SCHEMA).fetchone()[0]}"')
        packed = size_of(agent.log, at[SERVER]) / size.activities
        yield told("bytes once indexes are made anew, PostgreSQL ÷ file", packed / taken[FILE], "×")


_OVERDUE = Question(END, "", Filters(sort="overdue"))
QUESTIONS: Sequence[tuple[str, Callable[[Log, int], object]]] = (
    ("last of one", lambda log, number: people(log, END, [number + 1])),
    ("stale, the first hundred", lambda log, _: stale.answer(log, _OVERDUE, None, 100)),
    ("awaiting, the first hundred", lambda log, _: awaiting.answer(log, Question(END), "newest", 100)),
)


def _asked(at: dict[str, Path]) -> Iterator[Figure]:
    for name, ask in QUESTIONS:
        cost = {}
        for engine, place in at.items():
            with reader_at(place) as log:
                cost[engine] = each(log, partial(ask, log))
        ms = f"{name}, PostgreSQL", cost[SERVER] * 1e3, "ms"
        ratio = f"{name}, PostgreSQL ÷ file", cost[SERVER] / cost[FILE], "×"
        yield at_most(*ms, 1) if name == "last of one" else told(*ms)
        yield told(*ratio) if name == "last of one" else at_most(*ratio, 5)


def _checked(at: dict[str, Path]) -> Iterator[Figure]:
    cost = {}
    for engine, place in at.items():
        with agent_at(place, _CONFIG) as agent:
            cost[engine] = spent(agent.log, partial(check, agent))
        yield told(f"check, {engine}", cost[engine], "s of processor")
    yield at_most("check, PostgreSQL ÷ file", cost[SERVER] / cost[FILE], "×", 2.5)


def _of_an_audience(place: Path) -> Iterator[Figure]:
    """One of fifty, who sees five, against who sees all of it, both in PostgreSQL."""
    share_out(place)
    with reader_at(place) as whole, reader_at(place, _OF_FIVE) as part:
        seen = [one for (one,) in part.execute(_TOUCHED)]
        for name, ask in QUESTIONS:
            mine, all_of_it = (each(log, partial(_ask_of, log, ask, seen)) for log in (part, whole))
            yield told(f"{name}, by one who sees five of fifty accounts", mine * 1e3, "ms")
            yield at_most(f"{name}, by one who sees five of fifty accounts ÷ the keeper", mine / all_of_it, "×", 2)


def _ask_of(log: Log, ask: Callable[[Log, int], object], contacts: Sequence[int], number: int) -> None:
    ask(log, contacts[number % len(contacts)] - 1)
