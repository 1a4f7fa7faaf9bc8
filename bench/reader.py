"""Somebody who asks for one contact after another, in a process of their own."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from bench.world import END
from store.database import open_for_reading
from store.people import people

_IDLE_SECONDS = 3.0
_PAUSE_SECONDS = 0.0005


@dataclass
class Reading:
    """The 99th percentile of the seconds an answer took; known when the reading has ended."""

    p99: float = 0.0


def idle(database: Path, contacts: int) -> float:
    """The 99th percentile while nobody writes."""
    with during(database, contacts) as reading:
        time.sleep(_IDLE_SECONDS)
    return reading.p99


@contextlib.contextmanager
def during(database: Path, contacts: int) -> Iterator[Reading]:
    """Read as long as the block lasts."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_read, args=(theirs, database, contacts), daemon=True)
    process.start()
    ours.recv()
    reading = Reading()
    yield reading
    ours.send("enough")
    reading.p99 = ours.recv()
    process.join()


def _read(pipe: Connection, database: Path, contacts: int) -> None:
    chance = random.Random(5)
    connection = open_for_reading(database)
    taken: list[float] = []
    for _ in range(1000):
        people(connection, END, [chance.randrange(1, contacts + 1)])
    pipe.send("reading")
    while not pipe.poll():
        contact = chance.randrange(1, contacts + 1)
        started = time.perf_counter()
        people(connection, END, [contact])
        taken.append(time.perf_counter() - started)
        time.sleep(_PAUSE_SECONDS)
    pipe.send(sorted(taken)[int(len(taken) * 0.99)])
