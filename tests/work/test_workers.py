"""Workers as processes of their own at one log in a real PostgreSQL: killed and stopped at any moment,
they leave what one uninterrupted pass leaves."""

from __future__ import annotations

import contextlib
import mailbox
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import config_lines
from household import contents_of
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from postgres_server import PostgresServer
from running_daemon import ROOT, until
from store.database import open_for_reading

PEOPLE = ("ana", "ben", "cleo", "dan")
MESSAGES = 400
HASTE = """
import sys; sys.path[:0] = [{root!r}]
from lasttouch.keeping import turns; turns.LEASE_SECONDS, turns.BEAT_SECONDS = 2, 0.5
import lasttouch.work.worker as worker; worker.BEAT_SECONDS = 0.5; worker.TICK_SECONDS = 0.1
import datetime; import store.postgres_queue as queue; queue.SILENT = datetime.timedelta(seconds=2)
import cli; cli.main()
"""


class Fleet:
    """Workers of one configuration."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        accounts = [
            config_lines.account(one, config_lines.files(str(folder / f"{one}.mbox")), poll_every="2s")
            for one in PEOPLE
        ]
        self.config.write_text(config_lines.head(database, backfill="20y") + "".join(accounts))
        self.config.chmod(0o600)
        self.loaded = load_config(self.config)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", HASTE.format(root=str(ROOT)), "--config", str(self.config), "worker"]
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen([*command, "--log-level", "debug", "--at-once", "2"], stdout=log, stderr=log)
        self.processes.append(process)
        return process

    @property
    def said(self) -> str:
        return (self.folder / "workers.log").read_text()

    def end(self) -> None:
        for one in self.processes:
            one.send_signal(signal.SIGCONT) if one.poll() is None else None
            one.kill()
            one.wait()

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(open_for_reading(self.loaded.database)) as log:
            return log.execute(query).fetchall()

    def has_read_everything(self) -> bool:
        """Every source to its end, and nobody is at it."""
        (row,) = self.asked("SELECT count(*), count(last_success) FROM source WHERE active")
        return row == (len(PEOPLE), len(PEOPLE))

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        with contextlib.closing(open_for_reading(self.loaded.database)) as log:
            return contents_of(log)


@pytest.fixture(scope="module")
def mailboxes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four mailboxes of one team, which share two messages of five, in conversations."""
    folder = tmp_path_factory.mktemp("team")
    chance = random.Random(5)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    boxes = {one: mailbox.mbox(folder / f"{one}.mbox") for one in PEOPLE}
    for number in range(MESSAGES):
        message = EmailMessage()
        whom = chance.sample(PEOPLE, 2 if number % 5 < 2 else 1)
        sides = f"p{number % 40}@client{number % 7}.example", ", ".join(f"{one}@acme.example" for one in whom)
        message["From"], message["To"] = sides
        message["Date"] = format_datetime(start + timedelta(hours=number))
        message["Message-ID"] = f"<{number}@x.example>"
        message["Subject"] = f"Re: matter {number % 90}"
        if number >= 90:
            message["In-Reply-To"] = message["References"] = f"<{number - 90}@x.example>"
        for one in whom:
            boxes[one].add(message)
    for box in boxes.values():
        box.close()
    return folder


@pytest.fixture(scope="module")
def uninterrupted(mailboxes: Path, postgres: PostgresServer) -> dict[str, list[tuple[Any, ...]]]:
    fleet = Fleet(mailboxes, postgres.url())
    with opened(fleet.loaded) as agent:
        list(sync(agent))
    return fleet.contents()


@pytest.fixture
def fleet(mailboxes: Path, postgres: PostgresServer) -> Iterator[Fleet]:
    made = Fleet(mailboxes, postgres.url())
    yield made
    made.end()


def test_killed_and_stopped_workers_leave_what_one_pass_leaves(
    fleet: Fleet, uninterrupted: dict[str, list[tuple[Any, ...]]]
) -> None:
    workers = [fleet.start() for _ in range(3)]
    until(lambda: fleet.said.count("started: ") == 3, 120)
    workers[0].kill()
    workers[1].send_signal(signal.SIGSTOP)
    until(fleet.has_read_everything, 120)
    workers[1].send_signal(signal.SIGCONT)
    time.sleep(0.5)
    workers[2].send_signal(signal.SIGTERM)
    assert workers[2].wait(20) == 0
    assert fleet.contents() == uninterrupted
    assert fleet.asked("SELECT count(*) FROM activity") == [(MESSAGES,)]
