"""The account that the benches of mail read: a user of the bench's Dovecot, whose log is new each
time."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config_lines import account, head, imap
from dovecot_server import DovecotServer
from lasttouch.configuration.config import load_config
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync

ONE_WAY = 0.025  # seconds: 50 ms there and back


def read_all(folder: Path) -> None:
    """What `sync` does with this folder's configuration."""
    with opened(load_config(folder / "config.toml")) as agent:
        one_pass(agent)


def one_pass(agent: Agent) -> None:
    """What the daemon does at each poll."""
    for report in sync(agent):
        assert report.error is None, report.error


def fresh(server: DovecotServer, base: Path, size: int, port: int | None = None, user: str = "") -> Path:
    """A folder with the configuration of this user, or of the one whose INBOX holds so many
    messages."""
    folder = Path(tempfile.mkdtemp(dir=base))
    mail = imap(port or server.port, user or f"u{size}", "BENCH_PASSWORD")
    (folder / "config.toml").write_text(head("log.db", backfill="90y") + account("ana", mail))
    return folder


@contextlib.contextmanager
def log_of(server: DovecotServer, base: Path, size: int, port: int | None = None) -> Iterator[Agent]:
    """A log that has read everything there is."""
    with opened(load_config(fresh(server, base, size, port) / "config.toml")) as agent:
        one_pass(agent)
        yield agent


def ask(connection: socket.socket, command: str) -> None:
    """Send a command; what comes is received to the end of the answer and thrown away."""
    connection.sendall(command.encode() + b"\r\n")
    done = f"\r\n{command[0]} OK".encode()
    tail = b"\r\n"
    while done not in tail:
        chunk = connection.recv(1 << 18)
        assert chunk, tail
        tail = (tail + chunk)[-4000:]
