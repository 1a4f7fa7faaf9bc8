"""The same log in a file and in a PostgreSQL of our own: what storing, asking and checking cost
there and here.

Processor time, of this process and of the server's for it, so that the figures hold on a busy
machine too.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time

from bench import logs
from bench.figures import Figure, at_least, at_most, told
from bench.processes import own_cpu_of
from bench.world import END, Size, World, contact_entries
from lasttouch.answers import stale
from lasttouch.answers.question import Question
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Config
from lasttouch.keeping.address_book import import_contacts
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.checking import check
from lasttouch.keeping.lock_file import LockFile
from lasttouch.keeping.opening import follow_configuration
from store.database import open_for_writing
from store.inspection import bytes_used
from store.people import people
from store.server_place import place_on_server, server_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from postgres_server import PostgresServer

_ASKED = 200  # the server's time is told in hundredths of a second


def run(quick: bool) -> Iterator[Figure]:
    size = Size(3_000, 600) if quick else Size(100_000, 10_000)
    logs.BATCH = 500
    base = Path(tempfile.mkdtemp(prefix="ltbs"))
    try:
        with PostgresServer(base, durable=True) as server, tempfile.TemporaryDirectory(dir=logs.folder()) as folder:
            file = _Measured(Path(folder) / "lasttouch.db", size)
            other = _Measured(place_on_server(server.url(), Path(folder), None), size)
            yield from _figures(file, other)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _figures(file: _Measured, other: _Measured) -> Iterator[Figure]:
    yield told("ingest into a file", file.ingested, "activities/s of processor")
    yield told("ingest into PostgreSQL", other.ingested, "activities/s of processor")
    yield at_least("ingest, PostgreSQL ÷ file", other.ingested / file.ingested, "×", 0.40)
    yield told("ingest, PostgreSQL ÷ file, by the clock", other.by_the_clock / file.by_the_clock, "×")
    yield at_most("last of one, PostgreSQL", other.last * 1e3, "ms", 1)
    yield told("last of one, PostgreSQL ÷ file", other.last / file.last, "×")
    yield at_most("stale, the first hundred, PostgreSQL ÷ file", other.stale / file.stale, "×", 5)
    yield at_most("check, PostgreSQL ÷ file", other.checked / file.checked, "×", 2.5)
    yield at_most("bytes, PostgreSQL ÷ file", other.bytes / file.bytes, "×", 2.2)


class _Measured:
    """What it costs to fill a new log at `place`, and to ask it."""

    def __init__(self, place: Path, size: Size) -> None:
        connection = open_for_writing(place)
        self._backend: int | None = None
        if server_of(place) is not None:
            (self._backend,) = connection.execute("SELECT pg_backend_pid()").fetchone()
        config = Config.of_checked(tomllib.loads(logs.config_text(Path("elsewhere"))))
        loaded = LoadedConfig(place.with_name("config.toml"), config)
        loaded.database = place
        agent = Agent(loaded, connection, lambda: END, LockFile(place))
        follow_configuration(agent)
        import_contacts(agent, contact_entries(size.contacts))
        began, spent = perf_counter(), self._spent()
        for _ in logs.write_batches(agent, World(size)):
            pass
        self.ingested = size.activities / (self._spent() - spent)
        self.by_the_clock = size.activities / (perf_counter() - began)
        agent.refresh()
        if self._backend is not None:
            connection.execute("ANALYZE")
        self.last = self._each(lambda number: people(agent.log, END, [number + 1]))
        self.stale = self._each(lambda _: stale.answer(agent.log, Question(END), None, 100))
        self.checked = self._once(lambda: check(agent))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.bytes = bytes_used(agent.log, place)
        connection.close()

    def _each(self, ask: Callable[[int], object]) -> float:
        for number in range(6):
            ask(number)
        return self._once(lambda: [ask(number) for number in range(_ASKED)]) / _ASKED

    def _once(self, action: Callable[[], object]) -> float:
        spent = self._spent()
        action()
        return self._spent() - spent

    def _spent(self) -> float:
        """Seconds of a processor, here and at the server."""
        return process_time() + (0.0 if self._backend is None else own_cpu_of(self._backend))
