"""Several questions to the network asked at once, with an end to the waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from time import monotonic
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def at_once(questions: Mapping[K, Callable[[], T]], seconds: float) -> dict[K, T | Exception]:
    """The answer to each question, or the exception it ended in; TimeoutError where none came
    within `seconds`.

    A question that hangs is left to itself and does not keep the program from ending.
    """
    answers: dict[K, T | Exception] = {}

    def ask(key: K, question: Callable[[], T]) -> None:
        try:
            answers[key] = question()
        except Exception as error:  # noqa: BLE001 - whatever becomes of one, the others are asked
            answers[key] = error

    threads = [threading.Thread(target=ask, args=one, daemon=True) for one in questions.items()]
    deadline = monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))
    return {key: answers.get(key, TimeoutError(f"no answer within {seconds:g} s")) for key in questions}
