"""Somebody who asks for one contact after another, in a process of their own."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
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
    """Seconds an answer took; known when the reading has ended.

    `derived` is the share of contacts whose touches had to be derived for the answer, `others_p99`
    is of the others.
    """

    median: float = 0.0
    p99: float = 0.0
    derived: float = 0.0
    others_p99: float = 0.0


def idle(database: Path, contacts: int) -> Reading:
    """While nobody writes."""
    with during(database, contacts) as reading:
        time.sleep(_IDLE_SECONDS)
    return reading


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
    reading.median, reading.p99, reading.derived, reading.others_p99 = ours.recv()
    process.join()


def _read(pipe: Connection, database: Path, contacts: int) -> None:
    chance = random.Random(5)
    reader = open_for_reading(database)
    taken: list[tuple[float, bool]] = []
    for _ in range(1000):
        people(reader, END, [chance.randrange(1, contacts + 1)])
    pipe.send("reading")
    while not pipe.poll():
        contact = chance.randrange(1, contacts + 1)
        started = time.perf_counter()
        people(reader, END, [contact])
        ended = time.perf_counter()
        (due,) = reader.execute("SELECT due FROM contact_touch WHERE contact_id = ?", (contact,)).fetchone()
        taken.append((ended - started, due == 0))
        time.sleep(_PAUSE_SECONDS)
    everything, others = sorted(one for one, _ in taken), sorted(one for one, derived in taken if not derived)
    pipe.send((_at(everything, 0.5), _at(everything, 0.99), 1 - len(others) / len(taken), _at(others, 0.99)))


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[int(len(ordered) * share)]
