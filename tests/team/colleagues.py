"""Colleagues with mail in folders, each of whom asks the command line as whom the kernel says they
are."""

from __future__ import annotations

import contextlib
import contextvars
import io
import itertools
from pathlib import Path
from typing import Any

import cli
from config_lines import account, files, head, table
from household import Outcome, mail
from lasttouch.keeping.viewing import ask_as

ROLES = {"cleo": "steward", "root": "administrator"}


class Colleagues:
    """Ana, Ben and Cleo have an account each, "info" has readers; the steward is Cleo, root
    administers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.top = head("log.db")
        self.accounts: dict[str, dict[str, object]] = {name: {"user": name} for name in ("ana", "ben", "cleo")}
        self.users: dict[str, dict[str, object]] = {name: {} for name in ("ana", "ben", "cleo", "root")}
        self._numbers = itertools.count()

    def configure(self) -> None:
        for name in self.accounts:
            (self.folder / name).mkdir(exist_ok=True)
        users = [
            table("[[users]]", name=name, os_user=f"{name}-os", role=ROLES.get(name), **more)
            for name, more in self.users.items()
        ]
        self.config.write_text(self.top + "".join(self.account_tables()) + "".join(users))
        self.config.chmod(0o600)

    def account_tables(self) -> list[str]:
        return [account(name, files(name), owner=name.title(), **more) for name, more in self.accounts.items()]

    def receive(self, name: str, sender: str, to: str, days_ago: float, **more: Any) -> None:
        """A message in this account's folder."""
        from household import ago

        (self.folder / name).mkdir(exist_ok=True)
        path = self.folder / name / f"{next(self._numbers)}.eml"
        path.write_bytes(mail(sender, to, ago(days=days_ago), **more))

    def sync(self) -> None:
        self.configure()
        assert self._run("sync", "--json").code == 0

    def run(self, who: str | None, *arguments: str) -> Outcome:
        """As this user asks through the service; None: somebody whom the system has no name for."""

        def asked() -> Outcome:
            ask_as(who and f"{who}-os")
            return self._run(*arguments)

        return contextvars.copy_context().run(asked)

    def ok(self, who: str, *arguments: str) -> Any:
        outcome = self.run(who, *arguments, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json

    def refused(self, who: str | None, *arguments: str) -> str:
        outcome = self.run(who, *arguments)
        assert outcome.code == 1, outcome
        assert outcome.out == ""
        return outcome.err

    def direct(self, *arguments: str) -> Outcome:
        """As whoever may open the files."""
        return self._run(*arguments)

    def _run(self, *arguments: str) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(["--config", str(self.config), *arguments])
        return Outcome(code, out.getvalue(), err.getvalue())
