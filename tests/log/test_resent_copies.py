"""What somebody sent on as it was is the message it was, under whatever id it comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from copies import ANA, BEN, EVE, KIM, TOM, dates, everything, in_every_order, message, read

from activity.address import Address
from activity.envelope import Envelope
from fed_log import Log
from store.finding import find_activities
from store.timeline import activities

ORIGINAL = "<m@x.example>"


def resent(sender: str, *to: str, name: str = "again", **more: Any) -> Envelope:
    return replace(message(sender, *to, name=name, **more), resent=True)


@pytest.mark.parametrize(
    "copy",
    [
        resent(TOM, ANA, name="m", resent_id="<of-the-sending@x.example>"),  # as RFC 5322 has it
        resent(TOM, ANA, resent_id=ORIGINAL),
        resent(TOM, ANA, day=10, resent_id="<of-the-sending@x.example>"),
        resent(TOM, ANA, day=10),
        resent(TOM, ANA, day=10, resent_id="<again@x.example>"),
    ],
)
def test_it_is_the_same_message_whichever_comes_first(log_of_three: Log, copy: Envelope) -> None:
    log = log_of_three
    in_every_order(log, [(message(TOM, ANA), "ana", "INBOX"), (copy, "ben", "INBOX")])
    assert dates(log, TOM) == (log.day(10), None, None, None, 1)
    (one,) = activities(log.reader, find_activities(log.reader, ORIGINAL))
    assert (one.identity, len(one.sightings)) == (ORIGINAL, 2)
    assert find_activities(log.reader, copy.message_id) == [one.id]


def test_answers_to_either_id_answer_it(log_of_three: Log) -> None:
    log = log_of_three
    copies = [
        (message(TOM, ANA), "ana", "INBOX"),
        (resent(TOM, ANA), "ben", "INBOX"),
        (message(BEN, TOM, day=12, name="one", in_reply_to=("<again@x.example>",)), "ben", "Sent"),
        (message(TOM, BEN, day=13, name="two", in_reply_to=("<one@x.example>",)), "ben", "INBOX"),
    ]
    in_every_order(log, copies)
    assert dates(log, TOM) == (log.day(13), log.day(12), None, log.day(13), 3)
    assert log.connection.execute("SELECT count(DISTINCT a.conversation) FROM activity a").fetchone() == (1,)


def test_all_copies_without_the_message_itself_are_one(log_of_three: Log) -> None:
    log = log_of_three
    copies = [(resent(TOM, "info@acme.example", name=name), "ana", name) for name in ("one", "two", "three")]
    in_every_order(log, copies)
    assert dates(log, TOM) == (log.day(10), None, None, None, 1)
    assert len(everything(log)) == 1


def test_what_is_read_at_once_is_put_together_at_once(log_of_three: Log) -> None:
    log = log_of_three
    in_every_order(log, [(message(TOM, ANA), "ana", "INBOX"), (resent(TOM, ANA), "ana", "INBOX")])
    assert dates(log, TOM)[-1] == 1


def test_to_whom_it_was_resent_was_not_written_to(log_of_three: Log) -> None:
    """Ana passes Tom's message on to Kim; her mailbox of sent mail holds what she sent."""
    log = log_of_three
    copies = [
        (message(TOM, ANA, day=10), "ana", "INBOX"),
        (resent(TOM, ANA, day=10), "ana", "Sent"),
    ]
    in_every_order(log, copies)
    assert dates(log, TOM) == (log.day(10), None, None, None, 1)
    assert dates(log, KIM) == (None, None, None, None, 0)


def test_who_resends_it_can_add_nobody_to_it(log_of_three: Log) -> None:
    log = log_of_three
    copies = [
        (message(TOM, ANA, day=20), "ana", "INBOX"),
        (resent(TOM, ANA, KIM, EVE, name="m", day=1), "ben", "INBOX"),
    ]
    in_every_order(log, copies)
    assert dates(log, TOM) == (log.day(20), None, None, None, 1)
    assert dates(log, KIM) == dates(log, EVE) == (None, None, None, None, 0)


@pytest.mark.parametrize(
    "other",
    [
        resent(EVE, ANA, resent_id=ORIGINAL),  # of somebody else
        resent(TOM, ANA, day=10.5),  # of another time
        resent(TOM, BEN),  # to others
        replace(resent(TOM, ANA), subject="Something else"),
        message(TOM, ANA, name="again"),  # twice, but nobody says that it was resent
    ],
)
def test_anything_else_is_another_message(log_of_three: Log, other: Envelope) -> None:
    log = log_of_three
    in_every_order(log, [(message(TOM, ANA), "ana", "INBOX"), (other, "ben", "INBOX")])
    assert len(everything(log)) == 2


def test_what_is_suspect_is_put_together_with_nothing(log_of_three: Log) -> None:
    log = log_of_three
    forged = replace(resent(TOM, ANA, resent_id=ORIGINAL), from_=(Address(TOM), Address(EVE)), from_headers=2)
    in_every_order(log, [(message(TOM, ANA), "ana", "INBOX"), (forged, "ben", "INBOX")])
    assert len(everything(log)) == 2
    assert dates(log, TOM)[-1] == 1


def test_what_was_said_of_it_holds_under_its_own_id(log_of_three: Log) -> None:
    log = log_of_three
    read(log, resent(TOM, ANA), "ben", "INBOX")
    log.connection.execute("INSERT INTO said_of_activity VALUES ('<again@x.example>', 'done', 0, 1, NULL)")
    read(log, message(TOM, ANA), "ana", "INBOX")
    assert log.connection.execute("SELECT identity FROM said_of_activity").fetchall() == [(ORIGINAL,)]
