"""A proxy as far away as another continent: `python -m bench.delay PORT SECONDS` prints the port it
listens on.

A process of its own, so that what it carries is no work for the process that is measured.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_PIECE = 1 << 18


@contextlib.contextmanager
def far_away(port: int, one_way: float) -> Iterator[int]:
    """A port at which the loopback `port` answers, every byte held back by `one_way` seconds in
    each direction."""
    command = [sys.executable, "-m", "bench.delay", str(port), str(one_way)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def _serve(port: int, one_way: float) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", port))
        for source, target in ((near, far), (far, near)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            threading.Thread(target=_take, args=(source, waiting, one_way), daemon=True).start()
            threading.Thread(target=_deliver, args=(waiting, target), daemon=True).start()


def _take(source: socket.socket, waiting: queue.SimpleQueue[tuple[float, bytes]], one_way: float) -> None:
    data = b"-"
    while data:
        try:
            data = source.recv(_PIECE)
        except OSError:
            data = b""
        waiting.put((time.monotonic() + one_way, data))


def _deliver(waiting: queue.SimpleQueue[tuple[float, bytes]], target: socket.socket) -> None:
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


if __name__ == "__main__":
    _serve(int(sys.argv[1]), float(sys.argv[2]))
