"""A claim that mail came back is believed of the mail system only, in time, and of what it can be
about."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import islice, permutations
from typing import TYPE_CHECKING, Any

import pytest
from spending import spending

from engine_switch import ON_POSTGRESQL
from fed_log import Log
from store.finding import find_activity
from store.people import people
from store.timeline import activities

if TYPE_CHECKING:
    from collections.abc import Callable

ANA, BOB, EVE, MAL = "ana@acme.example", "bob@globex.example", "eve@globex.example", "mal@evil.example"
DAEMON = "mailer-daemon@mx.acme.example"
MINUTE = 1 / 1440


def bounce(log: Log, day: float, *failed: str, sender: str = DAEMON, **more: Any) -> str:
    return log.mail(sender, ANA, day, failed_recipients=failed, is_report=bool(failed), **more)


def last_outbound(log: Log) -> dict[str, datetime | None]:
    log.agent.refresh()
    assert log.differences() == 0
    return {one.name: one.last_outbound for one in people(log.reader, log.now)}


def came_back(log: Log, message_id: str) -> tuple[str, ...]:
    row_id = find_activity(log.reader, message_id)
    assert row_id is not None
    return activities(log.reader, [row_id])[0].bounced


@pytest.fixture
def bob(log: Log) -> Log:
    log.contact("Bob", BOB)
    return log


def test_the_header_that_comes_back_says_which_of_two_it_was(bob: Log) -> None:
    first, second = bob.mail(ANA, BOB, 1), bob.mail(ANA, BOB, 4)
    bounce(bob, 5, BOB, returned_id=first)
    assert (came_back(bob, first), came_back(bob, second)) == ((BOB,), ())
    assert last_outbound(bob) == {"Bob": bob.day(4)}


def test_what_it_answers_says_so_too(bob: Log) -> None:
    first, second = bob.mail(ANA, BOB, 1), bob.mail(ANA, BOB, 4)
    bounce(bob, 4.5, BOB, answers=second)
    assert (came_back(bob, first), came_back(bob, second)) == ((), (BOB,))
    assert last_outbound(bob) == {"Bob": bob.day(1)}


@pytest.mark.parametrize("minutes", [-4, 0, 4])
def test_without_a_name_the_time_it_had_arrived_tells(bob: Log, minutes: int) -> None:
    first, second = bob.mail(ANA, BOB, 1), bob.mail(ANA, BOB, 4)
    bounce(bob, 5, BOB, arrival_date=bob.day(1) + timedelta(minutes=minutes), returned_id="<relay@ses.example>")
    assert (came_back(bob, first), came_back(bob, second)) == ((BOB,), ())


def test_without_a_name_and_a_time_it_is_of_the_hour_before(bob: Log) -> None:
    first = bob.mail(ANA, BOB, 4)
    bounce(bob, 4 + 30 * MINUTE, BOB)
    assert came_back(bob, first) == (BOB,)
    assert last_outbound(bob) == {"Bob": None}


def test_in_words_alone_it_is_of_the_one_it_was_to(bob: Log) -> None:
    first = bob.mail(ANA, BOB, 4)
    both = bob.mail(ANA, BOB, 3, cc=EVE)
    bounce(bob, 4.1, answers=first, subject="Message undeliverable")
    bounce(bob, 3.1, answers=both, subject="Message undeliverable")
    assert (came_back(bob, first), came_back(bob, both)) == ((BOB,), ())


UNBELIEVABLE: dict[str, Callable[[Log, str], object]] = {
    "a stranger": lambda log, sent: bounce(log, 4.1, BOB, sender=MAL, returned_id=sent),
    "a stranger's header": lambda log, sent: log.mail(MAL, ANA, 4.1, answers=sent, signs={"x-failed-recipients": BOB}),
    "six days later": lambda log, sent: bounce(log, 10.1, BOB, returned_id=sent),
    "before it was sent": lambda log, sent: bounce(log, 3.9, BOB, returned_id=sent),
    "another recipient": lambda log, sent: bounce(log, 4.1, EVE, returned_id=sent),
    "two hours later, without a name": lambda log, sent: bounce(log, 4 + 120 * MINUTE, BOB),
    "arrived at another time": lambda log, sent: bounce(log, 4.1, BOB, arrival_date=log.day(4.05)),
    "of two people, without a name": lambda log, sent: bounce(log, 4 + MINUTE, BOB, EVE),
    "a delay": lambda log, sent: bounce(log, 4.1, answers=sent, subject="Warning: message delayed 4 hours"),
    "good news": lambda log, sent: bounce(log, 4.1, answers=sent, subject="Delivered: your message"),
    "a report of other things": lambda log, sent: bounce(
        log, 4.1, answers=sent, subject="Undeliverable", signs={"content-type": "multipart/report; report-type=x"}
    ),
    "written long ago": lambda log, sent: bounce(log, 4 + MINUTE, BOB, internal_date=log.day(60)),
    "he has written since": lambda log, sent: (bounce(log, 4.1, BOB, returned_id=sent), log.mail(BOB, ANA, 4.05)),
    "somebody else's account": lambda log, sent: bounce(log, 4.1, BOB, returned_id=sent, account="ben"),
}


@pytest.mark.parametrize("claim", UNBELIEVABLE)
def test_other_claims_take_nothing_back(bob: Log, claim: str) -> None:
    sent = bob.mail(ANA, BOB, 4)
    UNBELIEVABLE[claim](bob, sent)
    assert came_back(bob, sent) == ()
    assert last_outbound(bob) == {"Bob": bob.day(4)}


def test_it_is_the_same_in_whatever_order_they_are_read(log: Log) -> None:
    log.contact("Bob", BOB)
    steps: list[Callable[[str], object]] = [
        lambda x: log.mail(ANA, BOB, 4, message_id=f"<a{x}>"),
        lambda x: log.mail(ANA, BOB, 4.2, message_id=f"<b{x}>"),
        lambda x: bounce(log, 4.02, BOB, message_id=f"<n{x}>"),
        lambda x: bounce(log, 4.3, answers=f"<b{x}>", subject="Undeliverable mail", message_id=f"<w{x}>"),
        lambda x: log.mail(BOB, ANA, 4.1, message_id=f"<c{x}>"),
    ]
    seen = set()
    # to write one message at a time takes a server thirty times as long
    for number, order in enumerate(islice(permutations(steps), 0, None, 15 if ON_POSTGRESQL else 1)):
        for step in order:
            step(str(number))
        seen.add((came_back(log, f"<a{number}>"), came_back(log, f"<b{number}>")))
        assert log.differences() == 0
        log.connection.execute("BEGIN")
        for table in ("activity", "participation", "sighting", "bounce", "thread", "reference", "unplaced"):
            log.connection.execute(f"DELETE FROM {table}")
        log.connection.execute("COMMIT")
    assert seen == {((), (BOB,))}


@pytest.mark.parametrize("seed", range(5))
def test_forged_claims_change_nobodys_date(log: Log, seed: int) -> None:
    rng = random.Random(seed)
    friends = [f"friend{number}@globex.example" for number in range(20)]
    sent: list[str] = []
    for number, friend in enumerate(friends):
        log.contact(f"Friend {number}", friend)
        sent += [log.mail(ANA, friend, rng.uniform(1, 20)) for _ in range(3)]
    before = last_outbound(log)
    forged: list[dict[str, Any]] = []
    for _ in range(150):
        claims = rng.sample(friends, rng.choice([1, 2, 20]))
        sender = rng.choice([MAL, DAEMON, "postmaster@evil.example"])
        lie: dict[str, Any] = {"sender": sender, "to": ANA, "days": rng.uniform(1, 25)}
        if rng.random() < 0.5:
            lie["signs"] = {"x-failed-recipients": ", ".join(claims), "return-path": "<>"}
        else:
            lie |= {"failed_recipients": tuple(claims), "is_report": True}
        if sender == MAL and "signs" not in lie:
            lie["returned_id"] = rng.choice(sent)
        elif len(claims) == 1:
            lie["internal_date"] = log.day(60)
            lie["arrival_date"] = None
        forged.append(lie)
    log.mail_batch(forged)
    assert last_outbound(log) == before


def test_many_claims_cost_as_much_each_as_few(log: Log) -> None:
    log.contact("Bob", BOB)
    steps: list[int] = []
    for count in (100, 400):
        with spending(log.connection, 100) as spent:
            log.mail_batch(
                [{"sender": ANA, "to": BOB, "days": 4 + n / 1e5, "message_id": f"<{count}s{n}>"} for n in range(count)]
            )
            log.mail_batch([
                {"sender": DAEMON, "to": ANA, "days": 4.01 + n / 1e5, "message_id": f"<{count}n{n}>",
                 "failed_recipients": (BOB,), "is_report": True, "arrival_date": log.day(4 + n / 1e5)}
                for n in range(count)
            ])  # fmt: skip
        steps.append(spent.steps)
    assert steps[1] <= 7 * steps[0]  # five times as much is in the log then, and all of it is of one person
    assert log.differences() == 0


def test_what_names_mail_that_is_not_ours_is_of_nothing_else(bob: Log) -> None:
    sent = bob.mail(ANA, BOB, 4)
    theirs = bob.mail(EVE, ANA, 4 + 10 * MINUTE, cc=BOB)
    bounce(bob, 4 + 30 * MINUTE, BOB, answers=theirs)
    assert came_back(bob, sent) == ()
    assert last_outbound(bob) == {"Bob": bob.day(4)}
