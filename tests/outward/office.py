"""Ana's log, its targets, and what is said at the command line; without users, so that she sees all
of it."""

from __future__ import annotations

import contextlib
import io
import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import cli
from config_lines import account, files, head, table
from household import Outcome, event, mail
from lasttouch.configuration.config import load_config
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.local_time import Clock, utc_now
from lasttouch.outward.delivery import Delivery, option_named
from lasttouch.outward.outcome import Outcome as Passed
from store import targets
from store.targets import Standing
from store.transactions import writing

ANA, BOB = "ana@acme.example", "bob@globex.example"


class Office:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.targets: list[str] = []
        self.accounts: dict[str, dict[str, object]] = {"ana": {"owner": "Ana Kim"}}
        self.more = ""
        self._numbers = itertools.count()

    def target(self, name: str, kind: str, **options: object) -> None:
        self.targets.append(table("[[targets]]", name=name, kind=kind, **options))

    def configure(self) -> None:
        accounts = []
        for name, options in self.accounts.items():
            (self.folder / name).mkdir(exist_ok=True)
            accounts.append(account(name, files(name), **options))
        self.config.write_text("".join([head("log.db"), *accounts, self.more, *self.targets]))
        self.config.chmod(0o600)

    def contacts(self, *rows: str) -> None:
        """Each "name,address;address"."""
        path = self.folder / "contacts.csv"
        path.write_text("\n".join(["name,email", *rows]))
        assert self.run("contacts", "import", str(path)).code == 0

    def receive(self, sender: str, to: str, at: datetime, account: str = "ana", **more: Any) -> Path:
        (self.folder / account).mkdir(exist_ok=True)
        number = next(self._numbers)
        path = self.folder / account / f"{number}.eml"
        path.write_bytes(mail(sender, to, at, f"m{number}@x.example", **more))
        return path

    def meet(self, uid: str, start: datetime, *people: str, **more: Any) -> None:
        (self.folder / "ana").mkdir(exist_ok=True)
        (self.folder / "ana" / f"{uid}.ics").write_text(event(uid, start, *people, organizer=ANA, **more))

    def sync(self) -> None:
        self.configure()
        outcome = self.run("sync", "--json")
        assert outcome.code == 0, outcome.err

    def run(self, *arguments: str) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(["--config", str(self.config), *arguments])
        return Outcome(code, out.getvalue(), err.getvalue())

    def push(self, name: str, *arguments: str) -> Any:
        outcome = self.run("push", name, *arguments, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json

    @contextlib.contextmanager
    def agent(self, clock: Clock = utc_now) -> Iterator[Agent]:
        with opened(load_config(self.config), clock) as agent:
            yield agent

    def drain(self, name: str, clock: Clock = utc_now) -> Passed:
        """What the daemon does at every turn."""
        with self.agent(clock) as agent:
            return Delivery(agent, option_named(agent, name)).drain()

    def standing(self, name: str) -> Standing:
        with self.agent() as agent:
            (found,) = [one for one in targets.standings(agent.log) if one.target.name == name]
            return found

    def unknown_since(self, at: datetime) -> None:
        """The sources were not read to their end since then."""
        with self.agent() as agent, writing(agent.connection):
            agent.connection.execute("UPDATE source SET seen_through = ?", (int(at.timestamp()),))

    def seen(self) -> None:
        self.unknown_since(utc_now())
