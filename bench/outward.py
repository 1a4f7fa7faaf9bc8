"""The way out: what it costs to tell a target of many changes, or of none, and what a process that
is cut off loses."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from outward_cuts import Cutting, Killing

from activity.contact import ContactEntry
from bench.figures import Figure, at_least, at_most, cpu_seconds, median_of, told
from config_lines import account, files, head, table
from crm_doubles import HubSpotDouble, Receiver
from fed_log import ANA, Log
from lasttouch.configuration.config import load_config
from lasttouch.keeping.address_book import import_contacts
from lasttouch.keeping.opening import opened
from lasttouch.outward.delivery import Delivery, option_named
from store import touches
from store.transactions import writing

_BATCH = 100  # of HubSpot
_AT_ONCE = 500
SEED = int(os.environ.get("LASTTOUCH_SEED", "1"))


def run(quick: bool) -> Iterator[Figure]:
    yield from _many(1_000 if quick else 10_000)
    yield from _cut_off(60 if quick else 1_000)


def _many(count: int) -> Iterator[Figure]:
    """So many people whose date moves once more, when all of them are known there."""
    emails = [f"p{number}@globex{number % 97}.example" for number in range(count)]
    with tempfile.TemporaryDirectory() as name, _elsewhere(emails) as (url, token, asked):
        os.environ["BENCH_TOKEN"] = token
        config = Path(name) / "config.toml"
        target = table("[[targets]]", name="crm", kind="hubspot", url=url, token_env="BENCH_TOKEN")
        config.write_text(head("log.db") + account("ana", files("x")) + target)
        now = Log.start + timedelta(days=100)
        with opened(load_config(config), lambda: now) as agent:
            log = Log(agent)
            import_contacts(agent, [ContactEntry(f"P {email}", [email]) for email in emails])
            _mail(log, emails, 1)
            delivery = Delivery(agent, option_named(agent, "crm"))
            assert delivery.drain().done == count
            _mail(log, emails, 2)
            before = asked.value
            spent = cpu_seconds(delivery.drain)
            requests = asked.value - before
            yield at_most(f"processor time a changed date, {count:,} of them", 1_000 * spent / count, "ms", 1.0)
            yield at_most(f"requests for {count:,} changed dates", requests, "requests", count / _BATCH * 1.01)
            before = asked.value
            idle = [_milliseconds(delivery) for _ in range(21)]
            yield at_most("a pass with nothing changed", median_of(idle), "ms", 5.0)
            yield at_most("requests of a pass with nothing changed", asked.value - before, "requests", 0)


def _mail(log: Log, emails: list[str], day: float) -> None:
    for start in range(0, len(emails), _AT_ONCE):
        some = emails[start : start + _AT_ONCE]
        log.mail_batch([{"sender": email, "to": ANA, "days": day} for email in some])
    with writing(log.connection):
        log.connection.execute("UPDATE source SET seen_through = ?", (int(log.now.timestamp()),))
        touches.refresh(log.connection, log.now)


def _milliseconds(delivery: Delivery) -> float:
    started = time.perf_counter()
    assert delivery.drain().idle
    return 1_000 * (time.perf_counter() - started)


@contextlib.contextmanager
def _elsewhere(emails: list[str]) -> Iterator[tuple[str, str, Any]]:
    """A HubSpot in a process of its own that has all of these; its url, its token, and how much was
    asked of it."""
    here, there = multiprocessing.Pipe()
    asked = multiprocessing.Value("i", 0)
    process = multiprocessing.Process(target=_serve, args=(there, asked, emails), daemon=True)
    process.start()
    try:
        yield here.recv(), HubSpotDouble.token, asked
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Any, asked: Any, emails: list[str]) -> None:
    with HubSpotDouble() as crm:
        for number, email in enumerate(emails, 1):
            crm.contact(str(number), email)

        def count(_: str, __: str) -> None:
            asked.value += 1

        crm.after = count
        pipe.send(crm.url)
        time.sleep(3_600)


def _cut_off(cuts: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, HubSpotDouble() as crm, Receiver() as receiver:
        one = Cutting(Path(name), SEED, crm, receiver)
        one.live(cuts)
        yield from _came_of(one, "cuts before or after any request or commit", cuts)
    with tempfile.TemporaryDirectory() as name, HubSpotDouble() as crm, Receiver() as receiver:
        with Killing(Path(name), SEED, crm, receiver) as another:
            another.live(cuts)
        yield from _came_of(another, "kills (-9) of who tells, at any time", cuts)


def _came_of(one: Cutting, what: str, cuts: int) -> Iterator[Figure]:
    yield at_least(f"{what} (seed {SEED})", one.cuts, "cuts", cuts)
    yield told(f"changes meanwhile, {what}", len(one.moves), "changes")
    yield at_most(f"lost, {what}", len(one.lost()), "changes", 0)
    yield at_most(f"told twice, {what}", len(one.twice()), "changes", 0)
