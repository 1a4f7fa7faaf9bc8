"""The page as the daemon starts it: `python -m … CONFIG ALIVE FORMAT LEVEL`, see `daemon/page.py`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

import uvicorn

from activity.errors import LasttouchError
from lasttouch.configuration.config import load_config
from lasttouch.daemon.journal import Format, keep_journal
from lasttouch.web.listening import as_configured, trust_of
from lasttouch.web.serving import announced, server

_log = logging.getLogger("lasttouch.web.process")  # runs as __main__, of which no journal is kept


def main(config: str, alive: str, form: Format, level: str) -> None:
    """`alive` is the descriptor of a pipe that ends with the daemon."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the daemon's terminal is for the daemon
    keep_journal(form, level)
    try:
        loaded = load_config(Path(config))
        place = as_configured(loaded.config)
        with announced(loaded, place) as page:
            serving = server(loaded, place, page, trust_of(loaded.config))
            threading.Thread(target=_end_with, args=[int(alive), serving], daemon=True).start()
            _log.info("the page is at %s", place.url)
            serving.run(sockets=[place.listener])
    except LasttouchError as error:
        _log.critical("the page is not there: %s. %s", error.message, error.hint)
        sys.exit(error.exit_code)


def _end_with(alive: int, serving: uvicorn.Server) -> None:
    os.read(alive, 1)
    serving.should_exit = True


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
