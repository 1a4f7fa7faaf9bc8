"""Conversations without ids and copies under other ids cost as much a message however many there
are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from letters import ANA, BOB, MAL, thread_index
from spending import spending

if TYPE_CHECKING:
    from fed_log import Log


def conversation(run: int, n: int) -> dict[str, Any]:
    """One that only Thread-Index holds together, both ways."""
    sender, to = ((ANA, BOB), (BOB, ANA))[n % 2]
    return {"sender": sender, "to": to, "days": 1 + n / 100, "thread_index": thread_index(f"t{run}+")}


def one_sided(run: int, n: int) -> dict[str, Any]:
    """The same from one who gets no answer."""
    return {"sender": MAL, "to": ANA, "days": 1 + n / 1e4, "thread_index": thread_index(f"t{run}+")}


def backwards(run: int, n: int) -> dict[str, Any]:
    return conversation(run, 5000 - n)


def resent(run: int, n: int) -> dict[str, Any]:
    """To many at the same second, each under an id of its own."""
    return {"sender": MAL, "to": f"p{n}@acme.example", "days": run, "resent": True, "resent_id": f"<{run}-{n // 2}@x>"}


def resent_over_and_over(run: int, n: int) -> dict[str, Any]:
    return {"sender": MAL, "to": ANA, "days": run, "resent": True}


@pytest.mark.parametrize("shape", [conversation, one_sided, backwards, resent, resent_over_and_over])
def test_a_message_costs_as_much_as_the_one_before(log: Log, shape: Callable[[int, int], dict[str, Any]]) -> None:
    log.contact("Bob", BOB)
    log.contact("Mal", MAL)
    steps: list[int] = []
    for run, count in enumerate((400, 1600), 1):
        letters = [{**shape(run, n), "message_id": f"<{run}.{n}@x>", "subject": f"s{n}"} for n in range(count)]
        at_once = count if shape in (conversation, backwards) else 100  # what waits in one is settled by the batch
        with spending(log.connection, 100) as spent:
            for first in range(0, count, at_once):
                log.mail_batch(letters[first : first + at_once])
            log.agent.refresh()
        steps.append(spent.steps)
    assert steps[1] <= 5 * steps[0], steps
    assert log.differences() == 0
