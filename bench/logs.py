"""Logs of a given size, written by the store's own ingest and kept from run to run.

They are kept in $BENCH_DIR (else a folder of the system's temporary one) under a name that changes
with the world, the schema and what is stored of an activity, so that none is ever out of date.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from activity.envelope import Envelope
from activity.meeting import Meeting
from bench import world
from bench.world import END, Size, World, contact_entries
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Config
from lasttouch.keeping import learning
from lasttouch.keeping.address_book import import_contacts
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.lock_file import LockFile
from lasttouch.keeping.opening import follow_configuration
from matchers.book import AddressBook
from matchers.judge import judge
from matchers.message import judge_mail, message_facts
from matchers.occurrence import meeting_facts
from store import ingest, places, touches
from store.database import open_for_writing
from store.rows import Entry
from store.transactions import writing

BATCH = 5000
_CONFIG = """internal_domains = ["acme.example"]
[[accounts]]
name = "ana"
owner = "Ana Kim"
addresses = ["ana@acme.example"]
[[accounts.files]]
path = "nothing"
"""


def folder() -> Path:
    path = Path(os.environ.get("BENCH_DIR") or Path(tempfile.gettempdir()) / "lasttouch-bench")
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def config_text(database: Path) -> str:
    """A configuration for this log."""
    return f"database = {json.dumps(str(database))}\n{_CONFIG}"


@contextlib.contextmanager
def agent_on(database: Path, now: datetime = END) -> Iterator[Agent]:
    """The agent at work on this log, at the end of the world's time."""
    connection = open_for_writing(database)
    config = Config.of_checked(tomllib.loads(config_text(database)))
    try:
        agent = Agent(LoadedConfig(database.with_suffix(".toml"), config), connection, lambda: now, LockFile(database))
        follow_configuration(agent)
        yield agent
    finally:
        connection.close()


@contextlib.contextmanager
def copy_of_log(size: Size) -> Iterator[Path]:
    """A log of this size that may be changed."""
    kept = log(size)
    with tempfile.TemporaryDirectory(dir=folder()) as scratch:
        path = Path(scratch) / "lasttouch.db"
        shutil.copyfile(kept, path)
        yield path


def log(size: Size) -> Path:
    """The path of a log of this size, with every contact's touches derived; made if it is not there
    yet."""
    path = folder() / f"log-{size.activities}-{size.contacts}-{_version()}.db"
    if not path.exists():
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=folder()) as scratch:
            new = Path(scratch) / "lasttouch.db"
            with agent_on(new) as agent:
                agent.connection.execute("PRAGMA synchronous = OFF")  # what is lost is made anew
                import_contacts(agent, contact_entries(size.contacts))
                for _ in write_batches(agent, World(size), deriving=False):
                    pass
                agent.refresh()
                lesson = learning.lesson_due(agent.log, END)
                with writing(agent.connection):
                    learning.keep_up(agent.connection, END, lesson)
                agent.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                agent.connection.execute("PRAGMA journal_mode = DELETE")
            new.rename(path)
        print(f"made {path} in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return path


def write_batches(agent: Agent, items: World, deriving: bool = True) -> Iterator[tuple[int, float]]:
    """Judge and store a world, batch by batch; yields how many items each had and how long storing
    it took. Unless `deriving`, touches are left to be derived by whoever has them all."""
    with writing(agent.connection):
        addresses = {"ana": ["ana@acme.example"]}
        (source,) = places.register(agent.connection, {"ana": ("Ana Kim", ["imap"])}, addresses)
    book = agent.book()
    stream = items.items()
    while batch := list(islice(stream, BATCH)):
        by_place: dict[str, list[Entry]] = {}
        for place, item in batch:
            by_place.setdefault(place, []).append(_entry(agent, item))
        started = time.perf_counter()
        for place, entries in by_place.items():
            write(agent, source.id, place, entries, book, deriving)
        yield len(batch), time.perf_counter() - started


def write(
    agent: Agent, source: int, place: str, entries: list[Entry], book: AddressBook, deriving: bool = True
) -> None:
    """One batch as the pipeline stores it: rows and cursor in one transaction."""
    with writing(agent.connection):
        place_id = places.place_id(agent.connection, source, place)
        touched: set[int] | None = set() if deriving else None
        ingest.write(agent.connection, place_id, entries, book, agent.judge, touched)
        if touched is not None:
            touches.refresh_but_busiest(agent.connection, agent.clock(), touched)
        places.move_cursor(agent.connection, place_id, str(len(entries)))


def _entry(agent: Agent, item: Envelope | Meeting) -> Entry:
    if isinstance(item, Envelope):
        facts = message_facts(item, item.date or END, agent.never_log, True)
        assert facts is not None
        return Entry(facts, judge_mail(facts, agent.policy))
    facts = meeting_facts(item, agent.policy.own_addresses, agent.never_log, True)
    assert facts is not None
    return Entry(facts, judge(facts, agent.policy))


def _version() -> str:
    """Changes with the schema, with how worlds are made and with how they are stored."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        contextlib.closing(open_for_writing(Path(scratch) / "x.db")) as empty,
    ):
        schema = [sql for (sql,) in empty.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")]
    text = "\n".join([*schema, *(Path(one).read_text(encoding="utf-8") for one in (world.__file__, __file__))])
    return hashlib.sha256(text.encode()).hexdigest()[:10]
