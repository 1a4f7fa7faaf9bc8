"""A log in a file, or in a PostgreSQL of our own, and what of a processor it takes: of this process, and of the
server's for it, so that the figures hold on a busy machine too.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import process_time

from bench import logs
from bench.processes import own_cpu_of
from bench.world import END
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Config
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.lock_file import LockFile
from store.database import open_for_reading, open_for_writing
from store.inspection import bytes_used
from store.log import Log, Scope
from store.scoped import open_scoped
from store.server_place import place_on_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from postgres_server import PostgresServer

_SOME, _MOST_ROUNDS, _ENOUGH_SECONDS = 20, 40, 1.0
_RELATIONS = """SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i') ORDER BY 2 DESC"""


@contextlib.contextmanager
def places() -> Iterator[Callable[[str], Path]]:
    """Gives the place of a new log in a file ("file") or in a PostgreSQL (whatever else)."""
    base = Path(tempfile.mkdtemp(prefix="ltbs"))
    try:
        with PostgresServer(base, durable=True) as server, tempfile.TemporaryDirectory(dir=logs.folder()) as folder:

            def place(engine: str) -> Path:
                here = Path(tempfile.mkdtemp(dir=folder))
                return here / "lasttouch.db" if engine == "file" else place_on_server(server.url(), here, None)

            yield place
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextlib.contextmanager
def agent_at(place: Path, text: str) -> Iterator[Agent]:
    """The agent at work on the log there, by this configuration, at the end of the world's time."""
    loaded = LoadedConfig(place.with_name("config.toml"), Config.of_checked(tomllib.loads(text)))
    loaded.database = place
    with closing(open_for_writing(place)) as connection:
        yield Agent(loaded, connection, lambda: END, LockFile(place))


@contextlib.contextmanager
def reader_at(place: Path, scope: Scope | None = None) -> Iterator[Log]:
    """The whole log there, or what of it is seen within a scope."""
    log = open_for_reading(place) if scope is None else open_scoped(place, scope, END)
    try:
        yield log
    finally:
        log.close()


def spent(log: Log, action: Callable[[], object]) -> float:
    """Seconds of a processor, here and at the server."""
    is_here = isinstance(log.connection, sqlite3.Connection)
    backend = None if is_here else int(log.execute("SELECT pg_backend_pid()").fetchone()[0])

    def so_far() -> float:
        return process_time() + (0.0 if backend is None else own_cpu_of(backend))

    began = so_far()
    action()
    return so_far() - began


def each(log: Log, ask: Callable[[int], object]) -> float:
    """Of one, once the caches are warm: of as many as take a second, since the server's time is told in hundredths."""
    number = 0

    def some() -> None:
        nonlocal number
        for _ in range(_SOME):
            ask(number)
            number += 1

    some()
    whole, rounds = 0.0, 0
    while whole < _ENOUGH_SECONDS and rounds < _MOST_ROUNDS:
        whole += spent(log, some)
        rounds += 1
    return whole / (rounds * _SOME)


def size_of(log: Log, place: Path) -> int:
    """In bytes, with indexes."""
    log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bytes_used(log, place)


def relations(log: Log) -> Sequence[tuple[str, int]]:
    """The tables and indexes of a log on a server, with their bytes, the largest first."""
    return log.execute(_RELATIONS).fetchall()
