"""What the soak runs on: a Dovecot, a Radicale, a fault proxy for each source, the daemon, and commands beside it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from lasttouch.configuration.config import load_config
from store.database import open_for_reading
from store.log import Log

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "model")]

from config_lines import account, caldav, carddav, head, imap
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from postgres_server import PostgresServer
from radicale_server import RadicaleServer
from running_daemon import RunningDaemon, until

LOCKED_OUT = "mute"
MISTYPED = "late"
CALENDAR = "work"
BOOK = "people"
MAILBOXES = ("INBOX", "Projects", "Projects/Old")
FAILED = 1  # how a worker ends that cannot begin


class Estate:
    """`names` are the accounts, each with mail and a calendar, the first with an address book; besides them one whose
    password is wrong for ever, and one whose password is corrected (a wrong one at first).

    With `workers` the log is in a PostgreSQL, and they read it in place of the one daemon; `daemons` are either.
    `mail` and `dav` are their proxies by account. Use as a context manager.
    """

    def __init__(self, folder: Path, names: list[str], poll_every: str, workers: int = 0) -> None:
        self.folder = folder
        self.names = names
        self.poll_every = poll_every
        self.postgres: PostgresServer | None = None
        self.daemons: list[RunningDaemon] = []
        self._workers = workers
        self._stack = contextlib.ExitStack()
        self._environment = {
            "LASTTOUCH_CONFIG": str(folder / "config.toml"), "SOAK_CALENDAR": "secret", "SOAK_WRONG": "canary-4711",
        }  # fmt: skip

    def __enter__(self) -> Estate:
        self.dovecot = DovecotServer(self.folder / "dovecot")
        self._stack.callback(shutil.rmtree, self.folder / "dovecot", ignore_errors=True)
        self.dovecot.start()
        self._stack.callback(self.dovecot.stop)
        self.radicale = self._stack.enter_context(RadicaleServer(dict.fromkeys(self.names, "secret")))
        self.mail = {name: self._proxy(self.dovecot.tls_port) for name in [*self.names, LOCKED_OUT]}
        self.dav = {name: self._proxy(self.radicale.port) for name in self.names}
        for name in self.names:
            self.radicale.create_calendar(name, CALENDAR, "Work")
        self.radicale.create_address_book(self.names[0], BOOK, "People")
        for name in self.names:
            with self.dovecot.client(name) as client:
                for mailbox in MAILBOXES[1:]:
                    client.create_folder(mailbox)
        self._environment["SOAK_MAIL"] = self.dovecot.password
        self.type_password("mistyped")
        if self._workers:
            (base := self.folder / "postgresql").mkdir()
            self.postgres = self._stack.enter_context(PostgresServer(base, durable=True))
        self._write_config()
        os.environ.update(self._environment)
        self._log_begins = [0] * max(1, self._workers)
        self.daemons = [self._started(number) for number in range(len(self._log_begins))]
        self._stack.callback(self._end_daemons)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _proxy(self, port: int) -> FaultProxy:
        return self._stack.enter_context(FaultProxy(port))

    def _write_config(self) -> None:
        text = head(self.postgres.url("soak")) if self.postgres else head()
        for name in [*self.names, LOCKED_OUT]:
            text += account(name, *self._sections(name), poll_every=self.poll_every)
        mistyped = imap(
            self.dovecot.tls_port, MISTYPED, None, self.dovecot.ca_file, password_file=f"{MISTYPED}.password"
        )
        text += account(MISTYPED, mistyped, poll_every="1h")
        path = self.folder / "config.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

    def _sections(self, name: str) -> list[str]:
        password = "SOAK_WRONG" if name == LOCKED_OUT else "SOAK_MAIL"
        sections = [imap(self.mail[name].port, name, password, self.dovecot.ca_file)]
        if name != LOCKED_OUT:
            sections.append(caldav(f"http://127.0.0.1:{self.dav[name].port}/", name, "SOAK_CALENDAR"))
        if name == self.names[0]:
            sections.append(carddav(f"http://127.0.0.1:{self.dav[name].port}/", name, "SOAK_CALENDAR"))
        return sections

    def type_password(self, password: str) -> None:
        """Of the account MISTYPED, into its file."""
        path = self.folder / f"{MISTYPED}.password"
        path.touch(mode=0o600)
        path.write_text(password, encoding="utf-8")

    # the daemon, or workers

    def start_daemon(self, number: int) -> None:
        self._log_begins[number] = len(self.daemons[number].log)
        self.daemons[number] = self._started(number)

    def _started(self, number: int) -> RunningDaemon:
        if not self._workers:
            return RunningDaemon(self.folder)
        return RunningDaemon(self.folder, words=("worker",), told_in=f"worker{number}.log")

    def daemon_is_ready(self, number: int) -> bool:
        """Does it listen to signals? Before, they just end it."""
        return "started: " in self.daemons[number].log[self._log_begins[number] :]

    def could_not_begin(self, number: int) -> bool:
        """PostgreSQL was away just then; a service manager starts it again."""
        said = self.daemons[number].log[self._log_begins[number] :]
        ended = self.daemons[number].process.poll() == FAILED
        return ended and "started: " not in said and "cannot be reached" in said

    @property
    def said(self) -> str:
        """All that any of them wrote."""
        return "".join(one.log for one in self.daemons)

    def has_said(self, text: str, times: int = 1) -> None:
        until(lambda: self.said.count(text) >= times, 120)

    def kill_daemon(self, number: int) -> None:
        daemon = self.daemons[number]
        daemon.process.send_signal(signal.SIGCONT)
        daemon.process.kill()
        daemon.process.wait()

    def _end_daemons(self) -> None:
        for number in range(len(self.daemons)):
            self.kill_daemon(number)

    def daemon_memory(self, number: int) -> float:
        """Resident, in MB."""
        for line in Path(f"/proc/{self.daemons[number].process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    # the servers

    def restart_dovecot(self) -> None:
        """As an upgrade does: connections end, those that come meanwhile are refused."""
        self.dovecot.stop()
        self.dovecot.start()

    def restart_postgres(self) -> None:
        """As if it had been killed."""
        assert self.postgres is not None
        self.postgres.stop("immediate")
        self.postgres.start()

    def stop_radicale(self) -> None:
        self.radicale.pause()

    def start_radicale(self) -> None:
        self.radicale.start()
        for proxy in self.dav.values():
            proxy.target = self.radicale.port

    def new_uidvalidity(self, name: str, mailbox: str, validity: int) -> None:
        """Of a mailbox that stays as it is otherwise."""
        subprocess.run(
            ["doveadm", "-c", str(self.folder / "dovecot" / "dovecot.conf"), "mailbox", "update", "-u", name,
             "--uid-validity", str(validity), mailbox],
            check=True, capture_output=True,
        )  # fmt: skip

    # commands

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *words], capture_output=True, text=True, timeout=300, check=False
        )

    def ok(self, *words: str) -> Any:
        done = self.command(*words, "--json")
        if done.returncode:
            raise AssertionError(f"lasttouch {' '.join(words)}: {done.returncode} {done.stderr} {done.stdout[-500:]}")
        return json.loads(done.stdout)

    def exported(self) -> list[dict[str, Any]]:
        done = self.command("export")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def captured(self) -> dict[str, str]:
        """The subjects in the log and their instants."""
        return dict(self.asked("SELECT subject, at FROM v_activities"))

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Of the log, wherever it is."""
        with contextlib.closing(self.opened()) as log:
            return log.execute(query).fetchall()

    def is_read(self, name: str) -> bool:
        """By hand, whatever was refused before."""
        self.command("sync", "--account", name, "--retry")
        return all(one["error"] is None for one in self.ok("status")["accounts"] if one["account"] == name)

    def opened(self) -> Log:
        return open_for_reading(load_config(self.folder / "config.toml").database)
