"""Tracked mail of one person to another bears a newsletter's header; what it answers, as the log
knows, tells."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from store.people import people

if TYPE_CHECKING:
    from datetime import datetime

    from fed_log import Log

ANA, BOB, EVE = "ana@acme.example", "bob@globex.example", "eve@globex.example"
TRACKED = {"list-unsubscribe": "<https://track.example/u>"}
ASKED: dict[str, Any] = {"sender": ANA, "to": BOB, "days": 1, "message_id": "<asked@acme.example>"}
ANSWER: dict[str, Any] = {"sender": BOB, "to": ANA, "days": 2, "answers": "<asked@acme.example>", "signs": TRACKED}


def last_inbound(log: Log) -> datetime | None:
    log.agent.refresh()
    assert log.differences() == 0
    (one,) = people(log.reader, log.now)
    return one.last_inbound


@pytest.fixture
def bob(log: Log) -> Log:
    log.contact("Bob", BOB)
    return log


@pytest.mark.parametrize("order", permutations([ASKED, ANSWER, {"sender": EVE, "to": ANA, "days": 1.5}]))
@pytest.mark.parametrize("together", [True, False])
def test_an_answer_to_us_alone_is_a_persons_whatever_is_read_first(
    bob: Log, order: tuple[dict[str, Any], ...], together: bool
) -> None:
    for batch in [order] if together else [(one,) for one in order]:
        bob.mail_batch(batch)
    assert last_inbound(bob) == bob.day(2)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({}, {"answers": "<made-up@acme.example>"}),  # whoever makes up an id has answered nothing
        ({"to": EVE}, {}),  # an id that was found elsewhere: it was not to them
        ({"sender": EVE}, {}),  # not of ours
        ({}, {"cc": EVE}),
        ({}, {"to": EVE}),
        ({}, {"signs": TRACKED | {"list-id": "<news.globex.example>"}}),
        ({}, {"signs": TRACKED | {"precedence": "bulk"}}),
        ({}, {"signs": TRACKED | {"x-beenthere": "news@globex.example"}}),
        ({}, {"answers": ""}),
    ],
)
def test_anything_else_stays_bulk(bob: Log, asked: dict[str, Any], answer: dict[str, Any]) -> None:
    bob.mail_batch([ASKED | asked])
    bob.mail_batch([ANSWER | answer])
    assert last_inbound(bob) is None
