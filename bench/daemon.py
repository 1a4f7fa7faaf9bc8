"""The daemon beside a real Dovecot: what many accounts cost while nothing happens, and how soon new
mail is a touch."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bench.figures import Figure, at_most, told
from bench.mailbox import messages
from bench.processes import own_cpu_of
from config_lines import account, head, imap
from dovecot_server import DovecotServer

_POLL_SECONDS = 60
_MAILBOXES = 20
_SERVER = """
mail_max_userip_connections = 200
service imap-login {
  process_limit = 500
  client_limit = 1000
}
service imap {
  process_limit = 500
}
service anvil {
  client_limit = 2000
}
service auth {
  client_limit = 4000
}
"""


def run(quick: bool) -> Iterator[Figure]:
    """Accounts with 20 mailboxes each, polled every minute, on a Dovecot of the bench's own."""
    accounts, minutes, mails = (10, 1, 20) if quick else (50, 5, 100)
    base = Path(tempfile.mkdtemp(prefix="ltb", dir="/tmp"))
    server = DovecotServer(base / "dovecot", extra=_SERVER)
    process: subprocess.Popen[bytes] | None = None
    try:
        server.start()
        names = [f"u{number}" for number in range(accounts)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: _fill(server, name), names))
        process = _start(server, base, names)
        _await_quiet(base, accounts)
        used = own_cpu_of(process.pid)
        time.sleep(minutes * _POLL_SECONDS)
        share = (own_cpu_of(process.pid) - used) / (minutes * _POLL_SECONDS) * 100
        size = f"{accounts} accounts × {_MAILBOXES} mailboxes"
        yield at_most(f"CPU with nothing new, {size}, every {_POLL_SECONDS} s", share, "% of a core", 2)
        yield at_most(f"RSS, {size}", _status(process.pid, "VmRSS") / 1000, "MB", 200)
        yield told("peak RSS since the start, first passes too", _status(process.pid, "VmHWM") / 1000, "MB")
        yield told("threads", _status(process.pid, "Threads"), "")
        took = sorted(_until_touch(server, base, names[number % accounts], number) for number in range(mails))
        yield told("new mail to a counted touch, median", took[len(took) // 2], "s")
        yield at_most("new mail to a counted touch, p95", took[int(len(took) * 0.95)], "s", 2)
        process.send_signal(signal.SIGTERM)
        started = time.perf_counter()
        process.wait(30)
        yield at_most("SIGTERM to the end", time.perf_counter() - started, "s", 5)
    finally:
        if process is not None:
            process.kill()
            process.wait()
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


def _fill(server: DovecotServer, name: str) -> None:
    with server.client(name) as client:
        for number in range(_MAILBOXES - 2):  # beside INBOX and Sent
            client.create_folder(f"Projects {number}")
        for message in messages(5):
            client.append("INBOX", message)


def _start(server: DovecotServer, base: Path, names: list[str]) -> subprocess.Popen[bytes]:
    """The daemon; `bob@globex.example` is a contact."""
    config = base / "config.toml"
    mail = {name: imap(server.tls_port, name, "BENCH_PASSWORD", server.ca_file) for name in names}
    accounts = [account(name, section, poll_every="60s") for name, section in mail.items()]
    config.write_text(head("log.db", backfill="90y") + "".join(accounts))
    config.chmod(0o600)
    cli = [sys.executable, str(Path(__file__).parents[1] / "cli.py"), "--config", str(config)]
    environment = {**os.environ, "BENCH_PASSWORD": server.password}
    subprocess.run([*cli, "contacts", "add", "Bob", "bob@globex.example"], check=True, stdout=subprocess.DEVNULL)
    return subprocess.Popen(
        [*cli, "run", "--log-level", "debug"], env=environment, stderr=(base / "daemon.log").open("wb")
    )


def _await_quiet(base: Path, accounts: int) -> None:
    """Every account has been read, is watched, and has been read once more."""
    deadline = time.monotonic() + 180
    while (base / "daemon.log").read_text().count("is watched in 2") < accounts:
        if time.monotonic() > deadline:
            raise RuntimeError((base / "daemon.log").read_text()[-2000:])
        time.sleep(0.5)
    time.sleep(5)


def _until_touch(server: DovecotServer, base: Path, name: str, number: int) -> float:
    """From the moment the server has a message to the one when its contact's touches count it."""
    message_id = f"new{number}@globex.example"
    text = (
        f"From: bob@globex.example\r\nTo: {name}@acme.example\r\nMessage-ID: <{message_id}>\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\nSubject: new\r\n\r\nhello"
    )
    with server.client(name) as client:
        client.append("INBOX", text.encode())
    started = time.perf_counter()
    query = (
        "SELECT 1 FROM activity a JOIN participation p ON p.activity_id = a.id JOIN address r ON r.id = p.address_id"
        " JOIN contact_touch t ON t.contact_id = r.contact_id WHERE a.identity LIKE ? AND p.touch = 'inbound'"
        " AND t.last_inbound >= a.at"
    )
    with contextlib.closing(sqlite3.connect(base / "log.db", timeout=10)) as log:
        while log.execute(query, (f"%{message_id}%",)).fetchone() is None:
            if time.perf_counter() - started > 90:
                raise RuntimeError(f"{message_id} is no touch; {(base / 'daemon.log').read_text()[-2000:]}")
            time.sleep(0.01)
    return time.perf_counter() - started


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
