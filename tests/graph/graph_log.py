"""Logs of a mailbox behind a scripted Graph: of the source alone, and through the command line."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scripted_graph import ScriptedGraph

import cli
import config_lines
from activity.batch import Batch, Skip
from activity.envelope import Envelope
from capture.graph.account import GraphAccount
from capture.graph.mail import GraphMail
from household import Outcome

SINCE = date(2020, 1, 1)
TOKEN = "canary-token"


def account(graph: ScriptedGraph, token: Callable[[], str] = lambda: TOKEN, **more: Any) -> GraphAccount:
    own = frozenset(("ana@acme.example",))
    return GraphAccount(**{"host": graph.host, "token": token, "own_addresses": own, **more})


class MailLog:
    """What was read, by folder; a batch and its cursor are stored together."""

    def __init__(self, graph: ScriptedGraph, since: date = SINCE, exclude: tuple[str, ...] = (), **more: Any) -> None:
        self.graph = graph
        self.since = since
        self.exclude = exclude
        self.more = more
        self.cursors: dict[str, str] = {}
        self.seen: dict[str, list[Envelope]] = {}
        self.skipped: list[Skip] = []

    def sync(self, stop_after: int = 1_000_000) -> list[Batch]:
        """One pass, or its first batches."""
        batches = []
        source = GraphMail(account(self.graph, **self.more), self.since, self.exclude)
        with contextlib.closing(source.batches(dict(self.cursors))) as found:  # type: ignore[type-var]
            for batch in found:
                batches.append(batch)
                self.seen.setdefault(batch.place, []).extend(i for i in batch.items if isinstance(i, Envelope))
                self.skipped += batch.skipped
                if batch.cursor is not None:
                    self.cursors[batch.place] = batch.cursor
                if len(batches) == stop_after:
                    break
        return batches

    def subjects(self, place: str = "INBOX") -> list[str]:
        return [one.subject for one in self.seen.get(place, [])]


class AtMicrosoft:
    """A configuration whose accounts are at the scripted Graph, and the command line run against
    it."""

    def __init__(self, folder: Path, graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.graph = graph
        self.head = config_lines.head()
        self.accounts: dict[str, str] = {}
        self.database = folder / "lasttouch.db"
        monkeypatch.setenv("LASTTOUCH_CONFIG", str(folder / "config.toml"))
        self.add("ana")

    def add(self, name: str, *sections: str, url: str = "", options: str = "", **more: object) -> None:
        microsoft = config_lines.table(
            "[accounts.microsoft]", url=url or self.graph.host, token_command=f"echo {TOKEN}", **more
        )
        self.accounts[name] = config_lines.account(name, options, microsoft, *sections, timezone="Europe/Berlin")
        self.write()

    def write(self) -> None:
        path = self.folder / "config.toml"
        path.write_text(self.head + "".join(self.accounts.values()), encoding="utf-8")
        path.chmod(0o600)

    def run(self, *arguments: str) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(list(arguments))
        return Outcome(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: str) -> Any:
        outcome = self.run(*arguments, "--json")
        assert outcome.code == 0, outcome.err + outcome.out
        return outcome.json

    def contacts(self, *rows: str) -> None:
        path = self.folder / "contacts.csv"
        path.write_text("\n".join(["name,email,company", *rows, ""]), encoding="utf-8")
        self.ok("contacts", "import", str(path))

    def last(self, who: str) -> dict[str, Any]:
        (one,) = self.ok("last", who)
        return dict(one)

    def export(self) -> dict[str, dict[str, Any]]:
        """Every activity of the log, by its subject."""
        lines = self.run("export", "--json").out.splitlines()
        found = [json.loads(line) for line in lines]
        return {one["activity"]: one for one in found if "activity" in one}

    @contextlib.contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self.database)) as log:
            yield log
