"""A log whose dates move, and a process that tells two targets of it and is cut off at any point.

A cut is what kill -9 leaves: what was not committed is rolled back, what was sent was sent, and
nothing else is done. Cutting makes it within this process, before or after any request or commit;
Killing kills a process, at any time.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from config_lines import account, files, head, table
from crm_doubles import HubSpotDouble, Receiver
from deliver.http import Server
from fed_log import ANA, Log
from lasttouch.configuration.config import load_config
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.outward import collecting, delivery, directory_pass, listener_pass
from lasttouch.outward.delivery import Delivery, option_named
from store import touches
from store.transactions import writing

PEOPLE = [f"p{number}@globex.example" for number in range(5)]
_COMMITTING = (collecting, delivery, directory_pass, listener_pass)
MOST_POINTS = 24


class Cut(BaseException):
    """No handler of ours is for it."""


class Knife:
    """Cuts at the point that is `left` points away; a point is before and after each commit and
    each request."""

    left = 0
    cuts = 0

    def point(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cuts += 1
            raise Cut

    @contextlib.contextmanager
    def writing(self, connection: sqlite3.Connection) -> Iterator[None]:
        self.point()
        with writing(connection):
            yield
            self.point()
        self.point()

    def send(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def send(server: Server, *words: Any, **more: Any) -> Any:
            self.point()
            answer = real(server, *words, **more)
            self.point()
            return answer

        return send


class Cutting:
    """`log` moves dates; `live` tells both targets of it, and is cut off `cuts` times."""

    def __init__(self, folder: Path, seed: int, crm: HubSpotDouble, receiver: Receiver) -> None:
        self._chance = random.Random(seed)
        self._crm, self._receiver = crm, receiver
        self._config = folder / "config.toml"
        (folder / "x").mkdir()
        os.environ["CUT_TOKEN"], os.environ["CUT_SECRET"] = crm.token, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        self._config.write_text(
            head("log.db")
            + account("ana", files("x"))
            + table("[[targets]]", name="crm", kind="hubspot", url=crm.url, token_env="CUT_TOKEN")
            + table("[[targets]]", name="hook", kind="webhook", url=receiver.url, secret_env="CUT_SECRET",
                    allow_addresses=["127.0.0.1"])
        )  # fmt: skip
        self._at = Log.start + timedelta(days=100)
        self._day = 1.0
        self.knife = Knife()
        self.moves: list[tuple[int, str]] = []
        with self._agent() as agent:
            log = Log(agent)
            for number, email in enumerate(PEOPLE):
                log.contact(f"P{number}", email)
                crm.contact(str(number + 1), email)

    @contextlib.contextmanager
    def _agent(self) -> Iterator[Agent]:
        with opened(load_config(self._config), lambda: self._at) as agent:
            yield agent

    def move(self) -> None:
        """A mail that moves somebody's date on, or the last one taken back."""
        with self._agent() as agent:
            log = Log(agent)
            log._number = len(self.moves)
            email = self._chance.choice(PEOPLE)
            self._day += 0.01
            log.mail(email, ANA, self._day)
            with writing(agent.connection):
                agent.connection.execute("UPDATE source SET seen_through = ?", (int(self._at.timestamp()) + 10**8,))
                touches.refresh(agent.connection, self._at)
            self.moves.append((PEOPLE.index(email) + 1, f"{log.day(self._day):%Y-%m-%dT%H:%M:%SZ}"))

    def tell(self, cut: bool) -> None:
        """As a new process: both targets' turns, cut off somewhere."""
        self.knife.left = self._chance.randint(1, MOST_POINTS) if cut else 0
        self._at += timedelta(seconds=1)
        with contextlib.ExitStack() as patched:
            for module in _COMMITTING:
                patched.enter_context(mock.patch.object(module, "writing", self.knife.writing))
            patched.enter_context(mock.patch.object(Server, "send", self.knife.send(Server.send)))
            with contextlib.suppress(Cut), self._agent() as agent:
                for name in self._chance.sample(["crm", "hook"], 2):
                    outcome = Delivery(agent, option_named(agent, name)).drain()
                    assert outcome.error is None, outcome.error

    def live(self, cuts: int) -> None:
        while self.cuts < cuts:
            if self._chance.random() < 0.5:
                self.move()
            self.tell(cut=True)
        for _ in range(3):
            self.tell(cut=False)

    @property
    def cuts(self) -> int:
        return self.knife.cuts

    def lost(self) -> list[object]:
        """What did not arrive: changes that no message told of, and fields that hold another date
        than the log."""
        last = {str(contact): at for contact, at in self.moves}
        wrong = [key for key, at in last.items() if self._crm.held(key) != at]
        arrived = self._told()
        return [*wrong, *[one for one in self.moves if one not in arrived]]

    def twice(self) -> list[object]:
        """What was told twice: one change by two messages, or a date written where it stood
        already."""
        seen: set[object] = set()
        doubled = [one for one in self._told() if one in seen or seen.add(one)]  # type: ignore[func-returns-value]
        return [*doubled, *self._written_again()]

    def _told(self) -> list[tuple[int, str]]:
        """What the messages said, each counted once."""
        told = {
            headers["webhook-id"]: (body["data"]["contact"], body["data"]["last_touch"])
            for headers, (_, _, body) in zip(self._receiver.headers, self._receiver.requests, strict=True)
        }
        return list(told.values())

    def _written_again(self) -> list[object]:
        holds: dict[str, str] = {}
        again: list[object] = []
        for _, path, body in self._crm.requests:
            if path.endswith("/batch/update"):
                for one in body["inputs"]:
                    at = one["properties"]["lasttouch_at"]
                    if holds.get(one["id"]) == at:
                        again.append((one["id"], at))
                    holds[one["id"]] = at
        return again


class Killing(Cutting):
    """`with Killing(…) as one:`; who tells is a process, and is killed at any time within its
    turn."""

    killed = 0
    turn_seconds = 0.1

    def __enter__(self) -> Killing:
        program = Path(__file__).with_name("outward_killed.py")
        self._teller = subprocess.Popen(
            [sys.executable, str(program), str(self._config)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._teller.communicate()

    @property
    def cuts(self) -> int:
        return self.killed

    def tell(self, cut: bool) -> None:
        self._at += timedelta(seconds=1)
        delay = self._chance.uniform(0, self.turn_seconds) if cut else -1
        names = self._chance.sample(["crm", "hook"], 2)
        began = time.monotonic()
        assert self._teller.stdin is not None
        assert self._teller.stdout is not None
        print(self._at.timestamp(), delay, *names, file=self._teller.stdin, flush=True)
        became = self._teller.stdout.readline().strip()
        assert became in ("killed", "done"), became
        self.killed += became == "killed"
        if not cut:
            self.turn_seconds = time.monotonic() - began
        for double in (self._crm, self._receiver):  # what was sent before the kill has arrived by then
            double.wait_until_idle()

    def live(self, cuts: int) -> None:
        for _ in range(2):  # the second says how long it takes, once all is imported
            self.move()
            self.tell(cut=False)
        super().live(cuts)
