"""Copies of a message are one whatever order they come in, and whoever knows its id moves no date
of others by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from copies import ANA, BEN, EVE, KIM, TOM, dates, in_every_order, message, read

from activity.address import Address
from activity.attachment import Attachment
from activity.envelope import Envelope
from activity.shape import Shape
from fed_log import Log
from store.finding import find_activities
from store.timeline import activities


def test_the_same_id_from_another_sender_is_another_message(log_of_three: Log) -> None:
    log = log_of_three
    ours = (message(ANA, TOM, day=20), "ana", "Sent")
    forged = (message(EVE, ANA, TOM, day=1), "ana", "INBOX")
    in_every_order(log, [ours, forged])
    assert dates(log, TOM) == (None, log.day(20), log.day(1), None, 1)
    assert dates(log, EVE) == (log.day(1), None, None, None, 1)
    first, second = find_activities(log.reader, "m@x.example")
    assert [one.direction for one in activities(log.reader, [first, second])] == ["outbound", "inbound"]


def test_what_the_sender_kept_is_what_was_sent(log_of_three: Log) -> None:
    """A stranger shows Ana's own message to her, with another Date, other recipients and as many as
    of a broadcast."""
    log = log_of_three
    sent = message(ANA, TOM, day=20, bcc=(Address(KIM),))
    many = [f"p{number}@elsewhere.example" for number in range(40)]
    forged = [message(ANA, EVE, day=1), message(ANA, *many, day=30), message(ANA, TOM, KIM, EVE, day=15)]
    in_every_order(log, [(sent, "ana", "Sent"), *((one, "ana", "INBOX") for one in forged)])
    assert dates(log, TOM) == dates(log, KIM) == (None, log.day(20), None, None, 1)
    assert dates(log, EVE) == (None, None, None, None, 0)


def test_a_broadcast_stays_one(log_of_three: Log) -> None:
    log = log_of_three
    many = [f"p{number}@elsewhere.example" for number in range(40)]
    copies = [(message(ANA, TOM, *many), "ana", "Sent"), (message(ANA, EVE, TOM), "ben", "INBOX")]
    in_every_order(log, copies)
    assert dates(log, TOM)[1] is None
    assert dates(log, EVE)[1] is None


@pytest.mark.parametrize(
    "signs",
    [
        {"auto-submitted": "auto-replied"},
        {"list-id": "<l.rival.example>", "list-post": "<mailto:l@l.rival.example>"},
        {"precedence": "bulk"},
        {"return-path": "<>"},
        {"content-type": "multipart/report; report-type=delivery-status", "x-failed-recipients": KIM},
    ],
)
def test_a_copy_that_is_no_persons_tells_nothing(log_of_three: Log, signs: dict[str, str]) -> None:
    log = log_of_three
    persons = message(TOM, ANA, day=20, cc=(Address(KIM),))
    copy = message(TOM, ANA, EVE, day=1, signs=signs)
    in_every_order(log, [(persons, "ana", "INBOX"), (copy, "ben", "INBOX")])
    assert dates(log, TOM)[0] == log.day(20)
    assert dates(log, EVE)[2] is None
    (one,) = activities(log.reader, find_activities(log.reader, "<m@x.example>"))
    assert (one.verdict, len(one.sightings)) == ("person", 2)


def test_two_from_headers_are_nobodys(log_of_three: Log) -> None:
    log = log_of_three
    both = replace(message(TOM, ANA, KIM, day=1), from_=(Address(TOM), Address(EVE)), from_headers=2)
    in_every_order(log, [(message(TOM, ANA, day=20), "ana", "INBOX"), (both, "ana", "INBOX")])
    assert dates(log, TOM) == (log.day(20), None, None, None, 1)
    assert dates(log, EVE)[0] is dates(log, KIM)[2] is None


def test_all_recipients_of_copies_that_were_received_count(log_of_three: Log) -> None:
    """Bcc shows in the copy of whom it was sent to; the earliest Date holds."""
    log = log_of_three
    copies = [
        (message(TOM, ANA, day=20), "ana", "INBOX"),
        (message(TOM, ANA, day=20, bcc=(Address(BEN),)), "ben", "INBOX"),
        (message(TOM, ANA, day=20.001, cc=(Address(KIM),)), "ben", "Work"),
    ]
    in_every_order(log, copies)
    assert dates(log, TOM)[0] == dates(log, KIM)[2] == log.day(20)


OFFER, PLAN = Attachment("offer.pdf", "application/pdf", 84_000), Attachment("plan.pdf", "application/pdf", 9)
TEXT = Shape(10, 400)


def documents(log: Log) -> list[str]:
    (one,) = activities(log.reader, find_activities(log.reader, "<m@x.example>"))
    return [document.name for document in one.attachments]


def test_the_documents_are_those_of_the_copy_that_knows_best(log_of_three: Log) -> None:
    """A stranger hangs a document on what Ana has sent without one."""
    log = log_of_three
    sent = message(ANA, TOM, day=20, shape=TEXT)
    shown = message(ANA, TOM, day=20, shape=TEXT, attachments=(OFFER,))
    in_every_order(log, [(sent, "ana", "Sent"), (shown, "ben", "INBOX"), (shown, "ana", "INBOX")])
    assert documents(log) == []
    with_one = message(ANA, TOM, day=20, shape=TEXT, attachments=(PLAN,))
    in_every_order(log, [(with_one, "ana", "Sent"), (shown, "ben", "INBOX"), (sent, "ana", "INBOX")])
    assert documents(log) == ["plan.pdf"]


def test_of_equal_copies_the_one_with_most_documents_tells_them(log_of_three: Log) -> None:
    """On the way some are taken away; and what the source of the best copy does not tell, another
    may."""
    log = log_of_three
    whole, less = (message(TOM, ANA, day=20, attachments=some) for some in ((OFFER, PLAN), (PLAN,)))
    in_every_order(log, [(less, "ana", "INBOX"), (whole, "ben", "INBOX"), (message(TOM, ANA, day=20), "ana", "Work")])
    assert documents(log) == ["offer.pdf", "plan.pdf"]
    bare = message(ANA, TOM, day=20, bare=True)
    in_every_order(log, [(bare, "ana", "Sent"), (message(ANA, TOM, day=20, attachments=(OFFER,)), "ben", "INBOX")])
    assert documents(log) == ["offer.pdf"]


def group(author: str, *to: str, day: float = 10, **more: Any) -> Envelope:
    """As our own group "team" passes it on."""
    signs = {"list-id": "<team.acme.example>", "list-post": "<mailto:team@acme.example>", "precedence": "list"}
    return message("team@acme.example", *to, day=day, signs=signs, **({"original_from": (Address(author),)} | more))


@pytest.mark.parametrize("named", ["original_from", "reply_to"])
def test_our_group_is_not_the_author(log_of_three: Log, named: str) -> None:
    log = log_of_three
    passed_on = group(TOM, "team@acme.example", KIM, EVE, **{"original_from": (), named: (Address(TOM),)})
    in_every_order(log, [(passed_on, "ben", "INBOX")])
    assert dates(log, TOM)[0] == log.day(10)
    assert dates(log, KIM)[1] is None
    assert dates(log, KIM)[2] == log.day(10)
    (one,) = activities(log.reader, find_activities(log.reader, "<m@x.example>"))
    assert "our group team@acme.example passed it on" in one.reason


def test_the_direct_copy_holds_before_what_our_group_passed_on(log_of_three: Log) -> None:
    log = log_of_three
    copies = [
        (message(TOM, "team@acme.example", day=20, cc=(Address(KIM),)), "ana", "INBOX"),
        (group(TOM, "team@acme.example", EVE, day=1), "ben", "INBOX"),
    ]
    in_every_order(log, copies)
    assert dates(log, TOM) == (log.day(20), None, None, None, 1)
    assert dates(log, KIM) == (None, None, log.day(20), None, 0)
    assert dates(log, EVE) == (None, None, None, None, 0)


def test_what_is_forged_takes_no_place_even_of_what_was_passed_on(log_of_three: Log) -> None:
    log = log_of_three
    log.agent.policy = replace(log.agent.policy, trusted_authserv_ids=frozenset(("mx.acme.example",)))
    forged = message(TOM, ANA, EVE, day=1, signs={"authentication-results": "mx.acme.example; dmarc=fail"})
    in_every_order(log, [(group(TOM, "team@acme.example", KIM, day=20), "ben", "INBOX"), (forged, "ana", "INBOX")])
    assert dates(log, TOM) == (log.day(20), None, None, None, 1)
    assert dates(log, EVE) == (None, None, None, None, 0)


@pytest.mark.parametrize(
    "claim",
    [
        message(EVE, ANA, original_from=(Address(TOM),), reply_to=(Address(TOM),)),
        replace(group(TOM, ANA), from_=(Address(EVE),)),
        replace(group(TOM, ANA), from_=(Address(EVE),), signs={"list-post": "<mailto:eve@rival.example>"}),
        replace(group(TOM, ANA), signs={"list-post": "<mailto:other@acme.example>"}),
        replace(group(TOM, ANA), signs={}),
        replace(group(TOM, ANA), from_=(Address(ANA),), signs={"list-post": f"<mailto:{ANA}>"}),
    ],
)
def test_no_other_sender_speaks_for_somebody(log_of_three: Log, claim: Envelope) -> None:
    read(log_of_three, claim)
    assert dates(log_of_three, TOM) == (None, None, None, None, 0)


def test_who_wrote_into_our_contact_form_wrote_to_us(log_of_three: Log) -> None:
    log = log_of_three
    form = message("web@acme.example", ANA, reply_to=(Address(TOM, "Tom"),), signs={"auto-submitted": "auto-generated"})
    read(log, form)
    assert dates(log, TOM)[0] is None
    log.agent.policy = replace(log.agent.policy, forms=frozenset(("web@acme.example",)))
    read(log, replace(form, message_id="<second@x.example>"))
    assert dates(log, TOM)[0] == log.day(10)
    read(log, replace(form, message_id="<third@x.example>", reply_to=(), date=log.day(12)))
    assert dates(log, TOM)[0] == log.day(10)


def redirected(sender: str, *to: str, name: str = "copy", copy_of: str = "<m@x.example>", **more: Any) -> Envelope:
    return message(sender, *to, name=name, copy_of=copy_of, **more)


def test_a_redirected_copy_is_the_message_it_was_made_from(log_of_three: Log) -> None:
    """Our answer names the copy; it answers the message all the same."""
    log = log_of_three
    answer = message(ANA, TOM, day=12, name="answer", in_reply_to=("<copy@x.example>",))
    copies = [
        (message(TOM, "info@acme.example", day=10), "ben", "INBOX"),
        (redirected(TOM, "info@acme.example", day=10), "ana", "INBOX"),
    ]
    in_every_order(log, copies)
    read(log, answer, "ana", "Sent")
    assert dates(log, TOM) == (log.day(10), log.day(12), None, log.day(12), 2)
    (one,) = find_activities(log.reader, "copy@x.example")
    assert [one] == find_activities(log.reader, "m@x.example")
    assert log.differences() == 0


def test_who_says_to_send_a_copy_of_anothers_message_sends_a_message(log_of_three: Log) -> None:
    log = log_of_three
    copies = [
        (message(ANA, TOM, day=20), "ana", "Sent"),
        (redirected(EVE, ANA, TOM, day=1), "ana", "INBOX"),
    ]
    in_every_order(log, copies)
    assert dates(log, TOM) == (None, log.day(20), log.day(1), None, 1)
    assert dates(log, EVE)[0] == log.day(1)


def test_an_automatic_answer_that_names_what_it_answers_is_no_copy(log_of_three: Log) -> None:
    log = log_of_three
    read(log, message(ANA, TOM, day=20), "ana", "Sent")
    signs = {"auto-submitted": "auto-generated"}
    read(log, redirected(TOM, ANA, day=20.1, name="away", signs=signs))
    read(log, redirected(TOM, ANA, day=20.2, name="back", in_reply_to=("<m@x.example>",)))
    assert dates(log, TOM) == (log.day(20.2), log.day(20), None, log.day(20.2), 2)
    (one,) = activities(log.reader, find_activities(log.reader, "away@x.example"))
    assert one.verdict == "notification"
