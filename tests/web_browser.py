"""A page served on a port of this machine, and Debian's Chromium to look at it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lasttouch.configuration.config import load_config
from lasttouch.keeping.login_links import new_link
from lasttouch.local_time import utc_now
from lasttouch.web.listening import on_this_machine
from lasttouch.web.serving import announced, server
from web_world import WebWorld

CHROMIUM = Path("/usr/bin/chromium")
_GUARD_SECONDS = 30


def chromium_is_installed() -> bool:
    return CHROMIUM.exists()


class Served:
    """`url` is where it is; `link` signs in."""

    def __init__(self, url: str, page: object) -> None:
        self.url = url
        self._page = page

    def link(self, user: str | None = None) -> str:
        return new_link(self._page, user, utc_now())  # type: ignore[arg-type]


@contextmanager
def served(world: WebWorld) -> Iterator[Served]:
    loaded = load_config(world.config)
    place = on_this_machine(0)
    with announced(loaded, place) as page:
        serving = server(loaded, place, page)
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [place.listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _GUARD_SECONDS
        while not serving.started:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        try:
            yield Served(place.url, page)
        finally:
            serving.should_exit = True
            thread.join(_GUARD_SECONDS)


def arguments() -> list[str]:
    """A browser run by root, as in a container, has no sandbox of its own."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []
