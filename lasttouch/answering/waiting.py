"""Who waits to be answered: those who have connected and not asked yet, and those whose turn has not come."""

from __future__ import annotations

import socket
from collections import Counter
from typing import NamedTuple

WAITING = 512
WAITING_FOR_ONE = 64


class Asked(NamedTuple):
    """A connection with the user id of who made it, as the kernel says, and when it was made (monotonic seconds)."""

    connection: socket.socket
    uid: int
    at: float


class Waiting:
    """In the order in which they came; so many and no more, of all and of each."""

    def __init__(self) -> None:
        self._has_asked: dict[Asked, bool] = {}
        self._of_one: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._has_asked)

    def take(self, asked: Asked) -> bool:
        """False where there are too many."""
        if len(self) >= WAITING or self._of_one[asked.uid] >= WAITING_FOR_ONE:
            return False
        self._has_asked[asked] = False
        self._of_one[asked.uid] += 1
        return True

    def holds(self, asked: Asked) -> bool:
        return asked in self._has_asked

    def has_asked(self, asked: Asked) -> None:
        """Something has come."""
        self._has_asked[asked] = True

    def leave(self, asked: Asked) -> None:
        del self._has_asked[asked]
        self._of_one[asked.uid] -= 1
        if not self._of_one[asked.uid]:
            del self._of_one[asked.uid]

    def ready(self) -> list[Asked]:
        return [asked for asked, has_asked in self._has_asked.items() if has_asked]

    def silent_since(self, moment: float) -> list[Asked]:
        """Those who have connected before and said nothing."""
        return [asked for asked, has_asked in self._has_asked.items() if not has_asked and asked.at < moment]
