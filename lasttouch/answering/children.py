"""The children of the answering process: whose they are, which of them idle, and whether there may be one more."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

from lasttouch.answering.waiting import Asked

AT_ONCE = 32  # commands; one of whoever has none under way is begun beyond that
AT_ONCE_FOR_ONE = 4
KEPT = 64  # those that idle, and those at work


class Child:
    """`asked` is what it answers now; `since` is when it began with it, or when it was done with the last (monotonic
    seconds).
    """

    def __init__(self, pid: int, uid: int, channel: socket.socket) -> None:
        self.pid = pid
        self.uid = uid
        self.channel = channel
        self.asked: Asked | None = None
        self.since = time.monotonic()
        self.interrupted: float | None = None


class Children:
    """By whom they answer."""

    def __init__(self) -> None:
        self._all: dict[int, Child] = {}
        self._of: dict[int, list[Child]] = {}
        self.at_work = 0

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Child]:
        return iter(list(self._all.values()))

    def add(self, child: Child) -> None:
        self._all[child.pid] = child
        self._of.setdefault(child.uid, []).append(child)

    def remove(self, child: Child) -> None:
        self.is_done(child)
        del self._all[child.pid]
        own = self._of[child.uid]
        own.remove(child)
        if not own:
            del self._of[child.uid]

    def begins(self, child: Child, asked: Asked) -> None:
        child.asked, child.since = asked, time.monotonic()
        self.at_work += 1

    def is_done(self, child: Child) -> Asked | None:
        """What it was at, if anything."""
        asked = child.asked
        if asked is not None:
            self.at_work -= 1
        child.asked, child.interrupted, child.since = None, None, time.monotonic()
        return asked

    def may_begin(self, uid: int) -> bool:
        at_work = sum(child.asked is not None for child in self._of.get(uid, ()))
        return at_work < (AT_ONCE_FOR_ONE if self.at_work < AT_ONCE else 1)

    def idle_of(self, uid: int) -> Child | None:
        """The last to be done."""
        idle = [child for child in self._of.get(uid, ()) if child.asked is None]
        return max(idle, key=lambda child: child.since, default=None)

    def longest_idle(self) -> Child | None:
        idle = [child for child in self._all.values() if child.asked is None]
        return min(idle, key=lambda child: child.since, default=None)
