"""How often Graph may be asked: 4 requests at once for the whole app, and silence when it asks for that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AT_ONCE = 4
_gate = threading.BoundedSemaphore(AT_ONCE)


class Silence:
    """Until when a mailbox is left alone; its mail, calendars and contacts share one.

    The limit is one of an app and a mailbox (learn.microsoft.com/graph/throttling-limits, Outlook).
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._until = 0.0
        self._lock = threading.Lock()

    def keep(self, seconds: float) -> None:
        """Nothing is asked for so long."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the silence to end, and for one of the places at the gate."""
        while True:
            with _gate:
                if (wait := self._until - self._clock()) <= 0:
                    yield
                    return
            self._sleep(wait)


_silences: dict[str, Silence] = {}
_lock = threading.Lock()


def silence_of(mailbox: str) -> Silence:
    """The one that all sources of this mailbox share."""
    with _lock:
        return _silences.setdefault(mailbox, Silence())
