"""A log in a PostgreSQL of our own as it grows, by its activities and by its accounts: what a batch, and a question, of
the larger cost against the smaller, and what a batch costs in a file of that size.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

import pytest
from psycopg import RawCursor

from bench import logs
from bench.engines import agent_at, each, places, reader_at, size_of, spent
from bench.figures import Figure, at_least, at_most, told
from bench.scale import QUESTIONS, SERVER
from bench.team import share_out
from bench.world import Size, World
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import follow_configuration
from store.database import open_for_writing
from store.moving import move
from store.transactions import writing

CONTACTS = 400
ACCOUNTS = (1, 50, 5_000)
_BATCH, _BATCHES = 500, 6
_STATEMENTS = 35
"""More a batch would be one for each of something."""
_AT_LEAST = 0.50
"""Of a file's speed, once a log is large."""


def run(quick: bool) -> Iterator[Figure]:
    small, large = (2_000, 8_000) if quick else (100_000, 2_000_000)
    made = {activities: logs.log(Size(activities, CONTACTS)) for activities in (small, large)}
    logs.BATCH = _BATCH
    with places() as place:
        few = yield from _cost_of(place, made[small], small, 1)
        many = yield from _cost_of(place, made[large], large, 1)
        yield from _compared(many, few, f"{large:,} activities ÷ {small:,}")
        yield from _beside_a_file(Size(large, CONTACTS), many["a batch"])
        for accounts in ACCOUNTS[1:]:
            many = yield from _cost_of(place, made[small], small, accounts)
            yield from _compared(many, few, f"{accounts:,} accounts ÷ 1")


def _compared(many: Mapping[str, float], few: Mapping[str, float], how: str) -> Iterator[Figure]:
    for name, cost in many.items():
        yield told(f"{name}, {how}", cost / few[name], "×")


def _beside_a_file(size: Size, on_a_server: float) -> Iterator[Figure]:
    """What a batch costs in a file of that size, and on a server."""
    with logs.copy_of_log(size) as database, logs.agent_on(database) as agent:
        _batches(agent, 1)
        here = _a_batch(agent)
    yield told(f"a batch of {_BATCH}, {size.activities:,} activities in a file", here * 1e3, "ms")
    name = f"ingest at {size.activities:,} activities, PostgreSQL ÷ file"
    yield at_least(name, here / on_a_server, "×", _AT_LEAST)


def _cost_of(
    place: Callable[[str], Path], made: Path, activities: int, accounts: int
) -> Generator[Figure, None, dict[str, float]]:
    """Seconds by what they were spent on, each told on the way."""
    of = f"{activities:,} activities of {accounts:,} accounts"
    at, cost = place(SERVER), dict[str, float]()
    with closing(open_for_writing(made)) as source, writing(source):
        move(source, at)
    if accounts > 1:
        share_out(at, accounts)
    with agent_at(at, _config(accounts)) as agent:
        agent.connection.execute("ANALYZE")
        yield told(f"bytes an activity, {of}", size_of(agent.log, at) / activities, "bytes")
        yield told(f"its configuration is followed, {of}", spent(agent.log, partial(follow_configuration, agent)), "s")
        _batches(agent, 1)
        with _counted() as asked:
            cost["a batch"] = _a_batch(agent)
        yield told(f"a batch of {_BATCH}, {of}", cost["a batch"] * 1e3, "ms")
        transactions = asked.count("COMMIT")
        yield at_most(f"statements a transaction of such a batch, {of}", len(asked) / transactions, "", _STATEMENTS)
        agent.refresh()
    with reader_at(at) as log:
        for name, ask in QUESTIONS:
            cost[name] = each(log, partial(ask, log))
            yield told(f"{name}, {of}", cost[name] * 1e3, "ms")
    return cost


def _a_batch(agent: Agent) -> float:
    """In seconds of processor."""
    return spent(agent.log, partial(_batches, agent, _BATCHES)) / _BATCHES


def _batches(agent: Agent, number: int) -> None:
    for _ in logs.write_batches(agent, World(Size(number * _BATCH, CONTACTS), seed=number)):
        pass


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Statements that go to the server meanwhile, one for all rows of it."""
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute", "executemany"):
            patch.setattr(RawCursor, name, partialmethod(_counting, getattr(RawCursor, name), asked))
        yield asked


def _counting(cursor: RawCursor[Any], ask: Callable[..., Any], asked: list[str], statement: str, *more: Any) -> Any:
    asked.append(statement)
    return ask(cursor, statement, *more)


def _config(accounts: int) -> str:
    """As many as share_out makes, by the same names."""
    text = 'internal_domains = ["acme.example"]\n'
    for number in range(1, accounts + 1):
        name, owner = ("ana", "Ana Kim") if number == 1 else (f"u{number}", f"U{number}")
        text += f'[[accounts]]\nname = "{name}"\nowner = "{owner}"\naddresses = ["{name}@acme.example"]\n'
        text += '[[accounts.files]]\npath = "nothing"\n'
    return text
