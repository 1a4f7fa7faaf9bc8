"""Reading a mailbox: the whole pass against a raw drain of the same answers, and a poll with nothing new."""

from __future__ import annotations

import email
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import imapclient

from bench.figures import Figure, at_least, at_most, median_of, seconds, told
from bench.mailbox import fill
from capture.mail.headers import HEADER_FIELDS
from dovecot_server import DovecotServer
from lasttouch.agent import opened
from lasttouch.config import load_config
from lasttouch.pipeline import sync

_ITEMS = f"(UID INTERNALDATE FLAGS BODY.PEEK[HEADER.FIELDS ({' '.join(HEADER_FIELDS).upper()})])"
_CONFIG = """
database = "log.db"
backfill = "90y"
internal_domains = ["acme.example"]
[[accounts]]
name = "ana"
addresses = ["ana@acme.example"]
[accounts.imap]
host = "127.0.0.1"
port = {port}
security = "none"
username = "{user}"
password_env = "BENCH_PASSWORD"
"""


def run(quick: bool) -> Iterator[Figure]:
    """Fills mailboxes on a Dovecot of its own; needs dovecot-imapd, and isync for the comparison with mbsync."""
    sizes = (2_000, 10_000) if quick else (20_000, 100_000, 300_000)
    base = Path(tempfile.mkdtemp(prefix="ltb", dir="/tmp"))
    server = DovecotServer(base / "dovecot", location="mdbox")
    try:
        server.start()
        os.environ["BENCH_PASSWORD"] = server.password
        for size in sizes:
            with server.client(f"u{size}") as client:
                fill(client, "INBOX", size)
        yield from _backfill(server, base, sizes[1], pairs=3 if quick else 5)
        for size in sizes:
            yield told(f"peak RSS of a first pass over {size:,}", _peak_megabytes(server, base, size), "MB")
        yield from _nothing_new(server, base, sizes[1])
        yield from _far_away(server, base, sizes[0])
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


def _backfill(server: DovecotServer, base: Path, size: int, pairs: int) -> Iterator[Figure]:
    _drain(server, size)
    drains, passes, cpu = [], [], []
    for _ in range(pairs):
        drains.append(seconds(lambda: _drain(server, size)))
        folder = _fresh(server, base, size)
        before = time.process_time()
        passes.append(seconds(lambda folder=folder: _sync(folder)))
        cpu.append(time.process_time() - before)
    ratio = median_of(mine / raw for mine, raw in zip(passes, drains, strict=True))
    yield told(f"raw drain of {size:,}", median_of(drains), "s")
    yield told(f"first pass over {size:,}", median_of(passes), "s")
    yield at_most("first pass ÷ raw drain", ratio, "×", 3.0)
    yield told("messages a second", size / median_of(passes), "1/s")
    yield told("CPU a message", median_of(cpu) / size * 1e6, "µs")
    part = min(size, 5_000)
    plain = seconds(lambda: _plain_loop(server, size, part)) / part * size
    yield at_least("plain imapclient loop ÷ first pass", plain / median_of(passes), "×", 8.0)


def _nothing_new(server: DovecotServer, base: Path, size: int) -> Iterator[Figure]:
    folder = _fresh(server, base, size)
    _sync(folder)
    poll = median_of(seconds(lambda: _sync(folder)) for _ in range(7))
    yield told("poll with nothing new", poll * 1000, "ms")
    if shutil.which("mbsync") is None:
        return
    command = _mbsync(server, base, size)
    command()
    theirs = median_of(seconds(command) for _ in range(5))
    yield told("mbsync with nothing new", theirs * 1000, "ms")
    yield at_most("poll with nothing new ÷ mbsync", poll / theirs, "×", 0.3)


def _far_away(server: DovecotServer, base: Path, size: int) -> Iterator[Figure]:
    near = seconds(lambda: _sync(_fresh(server, base, size)))
    with _Delay(server.port, 0.025) as port:
        far = seconds(lambda: _sync(_fresh(server, base, size, port)))
    yield at_most(f"first pass over {size:,} at 50 ms ÷ loopback", far / near, "×", 1.3)


def _sync(folder: Path) -> None:
    with opened(load_config(folder / "config.toml")) as agent:
        for report in sync(agent):
            assert report.error is None, report.error


def _fresh(server: DovecotServer, base: Path, size: int, port: int | None = None) -> Path:
    folder = Path(tempfile.mkdtemp(dir=base))
    (folder / "config.toml").write_text(_CONFIG.format(port=port or server.port, user=f"u{size}"))
    return folder


def _drain(server: DovecotServer, size: int) -> None:
    """The same FETCH commands, their answers read and thrown away."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        _ask(connection, f"a LOGIN u{size} {server.password}")
        _ask(connection, "b EXAMINE INBOX")
        for low in range(1, size + 1, 5000):
            _ask(connection, f"c UID FETCH {low}:{low + 4999} {_ITEMS}")


def _ask(connection: socket.socket, command: str) -> None:
    connection.sendall(command.encode() + b"\r\n")
    done = f"\r\n{command[0]} OK".encode()
    tail = b"\r\n"
    while done not in tail:
        chunk = connection.recv(1 << 18)
        assert chunk, tail
        tail = (tail + chunk)[-4000:]


def _plain_loop(server: DovecotServer, size: int, part: int) -> None:
    """What one would write first: IMAPClient.fetch and the standard library's parser."""
    with imapclient.IMAPClient("127.0.0.1", server.port, ssl=False) as client:
        client.login(f"u{size}", server.password)
        client.select_folder("INBOX", readonly=True)
        key = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADER_FIELDS).upper()})]"
        for low in range(1, part + 1, 1000):
            for items in client.fetch(range(low, low + 1000), ["INTERNALDATE", "FLAGS", key]).values():
                block = next(value for name, value in items.items() if name.startswith(b"BODY["))
                header = email.message_from_bytes(block)
                email.utils.getaddresses([str(header[name]) for name in ("From", "To", "Cc") if header[name]])
                email.utils.parsedate_to_datetime(str(header["Date"]))


def _peak_megabytes(server: DovecotServer, base: Path, size: int) -> float:
    """Measured in a process of its own, by the kernel's word when it has ended."""
    folder = _fresh(server, base, size)
    code = (
        "import resource, sys, cli; cli.run(['sync', '--json', '--config', sys.argv[1]]);"
        " print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "config.toml")], cwd=root, capture_output=True, text=True, check=True
    )
    return int(done.stderr.split()[-1]) / 1000


def _mbsync(server: DovecotServer, base: Path, size: int):  # type: ignore[no-untyped-def]
    """mbsync of the same mailbox into a Maildir, as a function that runs it once."""
    folder = base / "mbsync"
    folder.mkdir()
    (folder / "rc").write_text(
        f"IMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser u{size}\nPass {server.password}\nSSLType None\n"
        f"AuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath {folder}/mail/\n"
        f"Inbox {folder}/mail/INBOX\n"
        "\nChannel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    )
    (folder / "mail").mkdir()
    return lambda: subprocess.run(["mbsync", "-q", "-c", str(folder / "rc"), "c"], check=True, capture_output=True)


class _Delay:
    """A proxy that holds back every byte by `one_way` seconds in each direction, without limiting the rate."""

    def __init__(self, port: int, one_way: float) -> None:
        self._port, self._one_way = port, one_way
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        import queue

        waiting: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

        def deliver() -> None:
            while True:
                due, data = waiting.get()
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not data:
                        target.shutdown(socket.SHUT_WR)
                        return
                    target.sendall(data)
                except OSError:
                    return

        threading.Thread(target=deliver, daemon=True).start()
        data = b"-"
        while data:
            try:
                data = source.recv(1 << 18)
            except OSError:
                data = b""
            waiting.put((time.monotonic() + self._one_way, data))
