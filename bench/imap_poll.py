"""A poll with nothing new, against the least a poll can be and against mbsync."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.delay import far_away
from bench.figures import Figure, at_most, median_of, median_seconds, seconds, told
from bench.imap_account import ONE_WAY, ask, fresh, log_of, one_pass, read_all
from bench.mbsync import COMMAND, Mbsync
from dovecot_server import DovecotServer

_ROUNDS = 15


def nothing_new(server: DovecotServer, base: Path, small: int, size: int) -> Iterator[Figure]:
    """As the daemon polls: connection, login and listing included, starting Python and opening the
    log not.

    The bar is for `size`: with `small` mailboxes the server's own work for a login is nearly all of
    either poll.
    """
    with log_of(server, base, size) as agent:
        poll = median_seconds(lambda: one_pass(agent), 9)
    yield told(f"poll of {size:,} with nothing new", poll * 1000, "ms")
    with far_away(server.port, ONE_WAY) as port, log_of(server, base, size, port) as agent:
        far = median_seconds(lambda: one_pass(agent), 5)
    yield told("round trips of a poll with nothing new, from the greeting on", round((far - poll) / (2 * ONE_WAY)), "")
    yield at_most(f"lasttouch sync of {size:,} with nothing new, as a command", _command(server, base, size), "s", 0.12)
    yield from _beside_others(server, base, small, bar=None)
    yield from _beside_others(server, base, size, bar=0.3)


def _command(server: DovecotServer, base: Path, size: int) -> float:
    """The whole command, starting Python included: mostly imports."""
    folder = fresh(server, base, size)
    read_all(folder)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    root = str(Path(__file__).parents[1])
    environment = {
        **kept, "PYTHONPATH": root, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "LASTTOUCH_CONFIG": str(folder / "config.toml"),
    }  # fmt: skip
    command = [sys.executable, "-c", "import cli; cli.main()", "sync"]
    run = partial(subprocess.run, command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return median_seconds(run, _ROUNDS)


def _beside_others(server: DovecotServer, base: Path, size: int, bar: float | None) -> Iterator[Figure]:
    with log_of(server, base, size) as agent:

        def poll() -> float:
            return seconds(lambda: one_pass(agent))

        bare = median_of(poll() / seconds(lambda: _session(server, size)) for _ in range(_ROUNDS))
        yield told(f"poll of {size:,} with nothing new ÷ bare session", bare, "×")
        if shutil.which(COMMAND) is None:
            return
        mbsync = Mbsync(server, base / f"mbsync{size}", f"u{size}")
        mbsync.run()
        ratio = median_of(poll() / seconds(mbsync.run) for _ in range(_ROUNDS))
        name = f"poll of {size:,} with nothing new ÷ mbsync"
        yield told(name, ratio, "×") if bar is None else at_most(name, ratio, "×", bar)


def _session(server: DovecotServer, size: int) -> None:
    """The least a poll can be: log in, ask for the state of all mailboxes, log out."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        ask(connection, f"a LOGIN u{size} {server.password}")
        ask(connection, 'b LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY))')
        connection.sendall(b"c LOGOUT\r\n")
