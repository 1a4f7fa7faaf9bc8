"""So much at once for one user, so that who asks for much waits for themselves and not others for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar
from weakref import WeakValueDictionary

import anyio
from starlette.concurrency import run_in_threadpool

AT_ONCE_FOR_ONE = 3  # of the threads that there are (app.THREADS)

Answer = TypeVar("Answer")


class Turns:
    """Of those who ask at the moment; for the thread of the event loop alone."""

    def __init__(self) -> None:
        self._of: WeakValueDictionary[Hashable, anyio.Semaphore] = WeakValueDictionary()

    async def run(self, who: Hashable, work: Callable[[], Answer]) -> Answer:
        """What `work` answers in a thread, once it is `who`'s turn."""
        turn = self._of.get(who)
        if turn is None:
            turn = self._of[who] = anyio.Semaphore(AT_ONCE_FOR_ONE)
        async with turn:
            return await run_in_threadpool(work)
