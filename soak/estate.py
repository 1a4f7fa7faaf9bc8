"""What the soak runs on: a Dovecot, a Radicale, a fault proxy for each source, the daemon, and commands beside it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "model")]

from config_lines import account, caldav, carddav, head, imap
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from radicale_server import RadicaleServer
from running_daemon import RunningDaemon

LOCKED_OUT = "mute"
MISTYPED = "late"
CALENDAR = "work"
BOOK = "people"
MAILBOXES = ("INBOX", "Projects", "Projects/Old")


class Estate:
    """`names` are the accounts, each with mail and a calendar, the first with an address book; besides them one whose
    password is wrong for ever, and one whose password is corrected (a wrong one at first).

    `mail` and `dav` are their proxies by account. Use as a context manager.
    """

    def __init__(self, folder: Path, names: list[str], poll_every: str) -> None:
        self.folder = folder
        self.names = names
        self.poll_every = poll_every
        self.database = folder / "lasttouch.db"
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
        self._write_config()
        os.environ.update(self._environment)
        self.start_daemon()
        self._stack.callback(self.kill_daemon)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _proxy(self, port: int) -> FaultProxy:
        return self._stack.enter_context(FaultProxy(port))

    def _write_config(self) -> None:
        text = head()
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

    # the daemon

    def start_daemon(self) -> None:
        self._log_begins = len(self.daemon.log) if hasattr(self, "daemon") else 0
        self.daemon = RunningDaemon(self.folder)

    def daemon_is_ready(self) -> bool:
        """Does it listen to signals? Before, they just end it."""
        return "started: " in self.daemon.log[self._log_begins :]

    def kill_daemon(self) -> None:
        self.daemon.process.send_signal(signal.SIGCONT)
        self.daemon.process.kill()
        self.daemon.process.wait()

    def daemon_memory(self) -> float:
        """Resident, in MB."""
        for line in Path(f"/proc/{self.daemon.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    # the servers

    def restart_dovecot(self) -> None:
        """As an upgrade does: connections end, those that come meanwhile are refused."""
        self.dovecot.stop()
        self.dovecot.start()

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
            [sys.executable, str(ROOT / "cli.py"), *words], capture_output=True, text=True, timeout=120, check=False
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
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as log:
            return dict(log.execute("SELECT subject, at FROM v_activities"))
