"""The schedule: never two at once for a source, and nothing that was asked for is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from household import NOW, Household, event
from lasttouch.configuration.config import load_config
from lasttouch.daemon.schedule import Plan, Schedule
from lasttouch.keeping.opening import opened
from lasttouch.local_time import utc_now
from lasttouch.passes.pipeline import sync
from running_daemon import until
from store.places import SourceRow

HOUR = timedelta(hours=1)
ROW = SourceRow(1, "ana", "imap")


class Reader:
    """Reads when it is let; counts how often it did, and how many reads were under way at most."""

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)
        self.begun = self.ended = self.at_once = 0

    def read(self, _: SourceRow) -> Plan:
        self.begun += 1
        self.at_once = max(self.at_once, self.begun - self.ended)
        assert self.let.acquire(timeout=60)
        self.ended += 1
        return Plan(utc_now() + HOUR, "steady" if self.ended % 2 else "doubtful")


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def schedule(reader: Reader) -> Iterator[Schedule]:
    schedule = Schedule(reader.read, utc_now)
    schedule.start()
    yield schedule
    reader.let.release(1000)


def test_what_is_asked_for_while_a_source_is_read_is_read_once_more(schedule: Schedule, reader: Reader) -> None:
    schedule.follow([(ROW, HOUR, Plan(utc_now(), "doubtful"))])
    until(lambda: reader.begun == 1)
    for _ in range(5):
        schedule.soon(1)
    reader.let.release()
    until(lambda: reader.begun == 2)
    reader.let.release()
    until(lambda: reader.ended == 2)
    schedule.soon(1)
    until(lambda: reader.begun == 3)
    assert reader.at_once == 1


def test_a_new_plan_for_a_source_that_is_being_read_waits_for_it(schedule: Schedule, reader: Reader) -> None:
    schedule.follow([(ROW, HOUR, Plan(utc_now(), "doubtful"))])
    until(lambda: reader.begun == 1)
    schedule.follow([(ROW, HOUR, Plan(utc_now(), "steady"))])
    done = threading.Event()
    schedule.order(done.set)
    assert done.wait(60)
    assert reader.begun == 1
    reader.let.release()
    until(lambda: reader.begun == 2)
    assert reader.at_once == 1


def test_a_source_that_is_gone_is_read_no_more(schedule: Schedule, reader: Reader) -> None:
    schedule.follow([(ROW, HOUR, Plan(utc_now() + HOUR, "steady"))])
    schedule.follow([])
    schedule.soon(1)
    done = threading.Event()
    schedule.order(done.set)
    assert done.wait(60)
    assert reader.begun == 0


def test_an_order_that_fails_stops_no_other(schedule: Schedule) -> None:
    def fails() -> None:
        raise ValueError

    done = threading.Event()
    schedule.order(fails)
    schedule.order(done.set)
    assert done.wait(60)


def test_when_the_clock_goes_back_no_touch_lies_ahead(household: Household, user: str) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.radicale.put(user, "work", "m", event("m", NOW + timedelta(days=3), "bob@globex.example"))
    loaded = load_config(household.folder / "config.toml")
    with opened(loaded, lambda: NOW + timedelta(days=30)) as agent:
        assert all(report.error is None for report in sync(agent))
    assert household.last("bob")["last_meeting"] is not None  # as that clock had it
    with opened(loaded) as agent:
        agent.correct_touches()
    assert household.last("bob")["last_meeting"] is None
    assert household.last("bob")["next_meeting"] is not None
