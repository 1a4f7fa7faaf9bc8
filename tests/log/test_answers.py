"""Answers are values, for any door: no command line, no terminal and no clock is needed to ask for
one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from activity.errors import NotFound
from fed_log import ANA, Log
from lasttouch.answers import awaiting, companies, contacts, last, stale, status, today, unmatched, upcoming, why
from lasttouch.answers import log as timeline
from lasttouch.answers.question import Filters, Question
from lasttouch.answers.why import OfActivity, OfContacts
from store.log import EVERYTHING
from store.log import Log as Reader

BOB, EVE, ZOE = "bob@globex.example", "eve@initech.example", "zoe@umbrella.example"


class Whole:
    """The log with the meetings among strangers, and whether anybody asked for it."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.asked = 0

    @contextlib.contextmanager
    def __call__(self) -> Iterator[Reader]:
        self.asked += 1
        yield self._log.reader


def test_last_tells_of_contacts_and_else_of_strangers_and_only_then_asks_for_everything(log: Log) -> None:
    bob, eve = log.contact("Bob Stone", BOB), log.contact("Eve Hill", EVE)
    log.mail(BOB, ANA, 90)
    log.mail(ANA, ZOE, 50)
    log.mail(ZOE, ANA, 51)
    whole = Whole(log)
    given = last.answer(log.reader, Question(log.now), whole)
    assert [one.id for one in given.people] == [eve, bob], "who was never touched is silent the longest"
    assert (given.strangers, given.is_empty, given.weeks) == ([], False, {})
    assert last.answer(log.reader, Question(log.now, "bob"), whole, weeks=4).weeks == {bob: [0, 0, 1, 0]}
    assert whole.asked == 0
    given = last.answer(log.reader, Question(log.now, ZOE), whole)
    assert [(one.id, one.last_touch) for one in given.people] == [(0, log.day(51))]
    assert [one.email for one in given.strangers] == [ZOE]
    assert whole.asked == 1
    with pytest.raises(NotFound, match=r"nobody@x\.example"):
        last.answer(log.reader, Question(log.now, "nobody@x.example"), whole)


def test_every_answer_of_an_empty_log_says_that_nobody_is_listed(log: Log) -> None:
    question = Question(log.now)
    assert last.answer(log.reader, question, Whole(log)).is_empty
    assert stale.answer(log.reader, question, None, 9).is_empty
    assert awaiting.answer(log.reader, question, "likely", 9).is_empty
    assert upcoming.answer(log.reader, question, None, 9, one_by_one=True).is_empty
    assert today.answer(log.reader, question, UTC, 9).is_empty
    assert companies.answer(log.reader, question).is_empty
    assert contacts.answer(log.reader, question).people == []
    assert unmatched.answer(log.reader, question, 9).strangers == []
    assert timeline.answer(log.reader, question, Whole(log), 9).activities == []
    assert status.answer(log.reader, question).holdings == (0, 0, 0)


def test_an_answer_is_narrowed_by_its_question_and_tells_what_it_left_out(log: Log) -> None:
    bob, eve = log.contact("Bob Stone", BOB), log.contact("Eve Hill", EVE)
    log.mail(BOB, ANA, 20)
    log.mail(EVE, ANA, 40)
    silent = stale.answer(log.reader, Question(log.now), timedelta(days=30), 1)
    assert [one.person.id for one in silent.silences] == [bob]
    assert silent.more == 1
    waits = awaiting.answer(log.reader, Question(log.now, "bob stone"), "newest", 9)
    assert [one.others[0].contact_id for one in waits.waiting] == [bob]
    recent = awaiting.answer(log.reader, Question(log.now), "newest", 9, is_all=True, back=timedelta(days=70))
    assert ([one.others[0].contact_id for one in recent.waiting], recent.older) == ([eve], 1)
    written = timeline.answer(log.reader, Question(log.now, "", Filters(since=log.day(30))), Whole(log), 9)
    assert [one.at for one in written.activities] == [log.day(40)]
    assert written.is_narrowed


def test_why_tells_of_an_activity_and_of_somebody_in_values_of_their_own(log: Log) -> None:
    bob = log.contact("Bob Stone", BOB)
    message_id = log.mail(BOB, ANA, 90)

    def nowhere() -> None:
        raise AssertionError("nobody has to be looked for among those who were erased")

    one = why.answer(log.reader, Question(log.now, message_id), Whole(log), nowhere).found
    assert isinstance(one, OfActivity)
    assert [person.id for person in one.concerned] == [bob]
    somebody = why.answer(log.reader, Question(log.now, "bob"), Whole(log), nowhere).found
    assert isinstance(somebody, OfContacts)
    assert [shown.behind.keys() for shown in somebody.contacts] == [{one.activity.id}]


def test_a_log_is_read_within_a_scope_and_today_that_is_everything(log: Log) -> None:
    assert log.reader.scope is EVERYTHING
    assert log.reader.connection is log.connection
