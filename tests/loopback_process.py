"""A server program on a free port of loopback, and what it answers over HTTP."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_START_SECONDS = 30
MEMORY = Path("/dev/shm")
_PLENTY = 1 << 30


def server_folder(prefix: str) -> Path:
    """A new folder for what a server stores, in memory where there is plenty: thousands of files
    that nobody keeps.

    Its path is short, as names of unix sockets are limited to 108 bytes.
    """
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if memory_is_plenty() else "/tmp"))


def memory_is_plenty() -> bool:
    """Memory as a folder, where what tests write may also be run."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    return not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC and shutil.disk_usage(MEMORY).free > _PLENTY


class LoopbackProcess:
    """`command` gives the command line for a port. Raises RuntimeError where it does not come to
    listen."""

    def __init__(self, command: Callable[[int], Sequence[str]]) -> None:
        for _ in range(3):  # another process may take the free port before the server does
            self.port = _free_port()
            self._process = subprocess.Popen(
                command(self.port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
            )
            if self._is_up():
                return
            self.stop()
        raise RuntimeError(f"{command(0)[2]} does not start")

    def stop(self) -> None:
        self._process.kill()  # it has nothing to lose, and may take its time to end otherwise
        self._process.wait()

    def _is_up(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False


def answered(
    connection: http.client.HTTPConnection, method: str, path: str, body: str, headers: dict[str, str]
) -> bytes:
    """The answer to a request, after which the connection is closed; one of 400 or more is a
    RuntimeError."""
    try:
        connection.request(method, path, body.encode(), headers)
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status >= 400:
        raise RuntimeError(f"{method} {path}: {response.status} {answer[:200]!r}")
    return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
