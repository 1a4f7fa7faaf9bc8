"""What the page keeps open from one question to the next of the same user: connections, never an answer.

To open a log takes a third of the time of a page. What is lent answers one user at a time, as a process of
theirs would, and is compared with what holds now before each answer (`keeping/held.py`).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lasttouch.keeping import reading
from lasttouch.keeping.held import Held

MOST_IDLE = 4
IDLE_SECONDS = 20.0  # and what was erased meanwhile is in memory until somebody looks (app.LOOK_SECONDS)

Who = tuple[str | None, str | None]
"""Whoever is signed in, and as whom a proxy knows them."""


class _Idle(NamedTuple):
    who: Who
    held: Held
    since: float


class KeptOpen:
    """Safe from several threads: what is lent is nobody else's until it is given back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._idle: list[_Idle] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def lent_to(self, who: Who) -> Iterator[None]:
        """Within, a question of theirs is opened by what their last one left. After one that fails, nothing is left."""
        held = self._taken(who)
        try:
            with reading.by(held):
                yield
        except BaseException:
            held.let_go()
            raise
        self._give_back(who, held)

    def let_go_of_idle(self, idle_seconds: float = IDLE_SECONDS) -> None:
        """Of all that was not asked for so long."""
        with self._lock:
            since = self._clock() - idle_seconds
            gone = [one for one in self._idle if one.since <= since]
            self._idle = [one for one in self._idle if one.since > since]
        for one in gone:
            one.held.let_go()

    def _taken(self, who: Who) -> Held:
        with self._lock:
            for at in reversed(range(len(self._idle))):
                if self._idle[at].who == who:
                    return self._idle.pop(at).held
        held = Held()
        held.hold()
        return held

    def _give_back(self, who: Who, held: Held) -> None:
        with self._lock:
            self._idle.append(_Idle(who, held, self._clock()))
            gone, self._idle = self._idle[:-MOST_IDLE], self._idle[-MOST_IDLE:]
        for one in gone:
            one.held.let_go()
