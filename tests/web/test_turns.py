"""Who asks for much of the page at once waits for themselves."""

from __future__ import annotations

import threading
from functools import partial

import anyio
import anyio.to_thread

from lasttouch.web import app
from lasttouch.web.turns import AT_ONCE_FOR_ONE, Turns

HANG_GUARD = 30.0


def test_whoever_asks_for_more_than_there_are_threads_leaves_some_to_others() -> None:
    at_work, most, lock = 0, 0, threading.Lock()
    ana_was_answered = threading.Event()

    def bens() -> bool:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        answered = ana_was_answered.wait(HANG_GUARD)
        with lock:
            at_work -= 1
        return answered

    async def all_ask() -> list[bool]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = app.THREADS
        turns, answers = Turns(), list[bool]()

        async def asks() -> None:
            answers.append(await turns.run("ben", bens))

        async with anyio.create_task_group() as everybody:
            for _ in range(2 * app.THREADS):
                everybody.start_soon(asks)
            await anyio.wait_all_tasks_blocked()
            await turns.run("ana", ana_was_answered.set)
        assert not turns._of, "who asks no more is not remembered"
        return answers

    assert anyio.run(partial(all_ask)) == [True] * 2 * app.THREADS
    assert most == AT_ONCE_FOR_ONE
