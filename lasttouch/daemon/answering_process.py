"""The answering process, as the daemon starts it: `python -m … CONFIG LISTENER ALIVE FORMAT LEVEL`."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from lasttouch.answering.child import Answering
from lasttouch.answering.preloaded import preload
from lasttouch.answering.server import Server
from lasttouch.daemon.journal import Format, keep_journal
from lasttouch.keeping.reading import HELD


def main(config: str, listener: str, alive: str, form: Format, level: str) -> None:
    """The descriptors are those of the listening socket, and of a pipe that ends with the daemon."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the daemon's terminal is for the daemon
    keep_journal(form, level)
    os.chdir("/")
    preload()
    HELD.know(Path(config))

    def work(channel: socket.socket, uid: int) -> NoReturn:
        Answering(uid, Path(config)).serve(channel)

    Server(socket.socket(fileno=int(listener)), int(alive), work).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
