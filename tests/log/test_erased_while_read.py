"""What is erased between two looks of one answer is left out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lasttouch.answers.attention import Whom, _Reader
from lasttouch.keeping import forgetting
from store import awaiting as conversations

if TYPE_CHECKING:
    from fed_log import Log

ANA, BOB, EVE = "ana@acme.example", "bob@globex.example", "eve@hooli.example"


def test_what_waits_and_is_erased_before_it_is_named_is_left_out(log: Log) -> None:
    bob = log.contact("Bob", BOB)
    log.contact("Eve", EVE)
    log.mail(BOB, ANA, 5)
    log.mail(EVE, ANA, 6)
    waiting = list(conversations.awaiting(log.reader, log.now, "us"))
    forgetting.forget(log.agent, [bob], [])
    assert [one.others[0].name for one in conversations.named(log.reader, waiting)] == ["Eve"]
    assert [one.others[0].name for one in conversations.told(log.reader, waiting)] == ["Eve"]


def test_a_message_alone_that_is_erased_is_left_out(log: Log) -> None:
    log.contact("Bob", BOB)
    log.mail(BOB, ANA, 5)
    (one,) = conversations.awaiting(log.reader, log.now, "us")
    assert list(conversations.told(log.reader, [one._replace(activity_id=one.activity_id + 99)])) == []


def test_a_reason_that_is_erased_before_it_is_worded_is_left_out(log: Log) -> None:
    bob = log.contact("Bob", BOB)
    reader = _Reader(log.reader, log.now, Whom(), 10)
    log.mail(BOB, ANA, 5)
    found = list(reader._waiting("owed", list(conversations.awaiting(log.reader, log.now, "us"))))
    assert [one.contact for one in found] == [bob]
    assert len(reader.worded(found)) == 1
    forgetting.forget(log.agent, [bob], [])
    assert reader.worded(found) == []
