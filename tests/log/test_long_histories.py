"""What a page tells of one contact, and of what has waited for long, costs the same after years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from spending import spending

from lasttouch.answers.listings import listings
from lasttouch.answers.waiting import Wanted, counted
from store.acquaintance import known_by
from store.people import people
from store.weeks import instants_since

if TYPE_CHECKING:
    from fed_log import Log

ANA, IRIS, BEN = "ana@acme.example", "iris@globex.example", "ben@hooli.example"
FEW, MANY = 150, 600
LOOK = 100
ROUNDED = 12  # steps: of each of a page's statements one may be begun in the first measurement, and told in the second


@pytest.fixture
def steps(log: Log) -> Callable[[str, Callable[[], object]], list[int]]:
    """What a question costs when FEW, and when MANY were written by `sender` within the first 50 days."""

    def measured(sender: str, ask: Callable[[], object]) -> list[int]:
        costs = []
        for number in (FEW, MANY - FEW):
            log.mail_batch([{"sender": sender, "to": ANA, "days": 50 * n / number} for n in range(number)])
            log.agent.refresh()
            with spending(log.connection, 100) as spent:
                ask()
            costs.append(spent.steps)
        return costs

    return measured


def test_what_has_waited_for_long_is_counted_without_going_through_it_all(
    log: Log, steps: Callable[[str, Callable[[], object]], list[int]]
) -> None:
    """A meeting settled all of it; there may be more than what was looked at, and that is said."""
    log.contact("Iris", IRIS)
    log.meet(IRIS, 60)
    longer = Wanted(until=log.now - timedelta(days=30))
    found = []
    few, many = steps(IRIS, lambda: found.append(counted(log.reader, log.now, "us", longer, 50, LOOK)))
    assert many <= few + 5, (few, many)
    assert found == [(0, True)] * 2
    assert counted(log.reader, log.now, "us", longer, 50, MANY) == (0, False)
    log.mail(IRIS, ANA, 65)
    assert counted(log.reader, log.now, "us", longer, 50, LOOK) == (1, True)
    assert counted(log.reader, log.now, "us", longer, 1) == (1, True)


def test_what_is_kept_of_a_meeting_is_not_believed_once_it_may_be_another(log: Log) -> None:
    iris = log.contact("Iris", IRIS)
    log.mail(IRIS, ANA, 1)
    log.agent.refresh()
    longer = Wanted(until=log.now - timedelta(days=30))

    def counted_where(due: int | None) -> tuple[int, bool]:
        values = (int(log.day(5).timestamp()), due, iris)
        log.connection.execute("UPDATE contact_touch SET last_meeting = ?, due = ? WHERE contact_id = ?", values)
        return counted(log.reader, log.now, "us", longer, 50, LOOK)

    assert counted_where(None) == (0, False)
    assert counted_where(int((log.now + timedelta(days=1)).timestamp())) == (0, False)
    assert counted_where(0) == (1, False)


def test_what_waits_of_one_contact_is_not_looked_for_among_everybodys(
    log: Log, steps: Callable[[str, Callable[[], object]], list[int]]
) -> None:
    iris = log.contact("Iris", IRIS)
    question = log.mail(IRIS, ANA, 0.5, subject="An offer")
    (person,) = people(log.reader, log.now, [iris])
    few, many = steps(BEN, lambda: listings(log.reader, person, log.now))
    assert many <= few + ROUNDED, (few, many)
    (told,) = [one for one in listings(log.reader, person, log.now) if one.list == "awaiting"]
    ids = dict(log.connection.execute("SELECT identity, id FROM activity"))
    assert told.activity == ids[question]


def test_who_knows_a_contact_and_their_year_are_read_from_the_newest_on(
    log: Log, steps: Callable[[str, Callable[[], object]], list[int]]
) -> None:
    iris = log.contact("Iris", IRIS)
    log.mail(IRIS, ANA, 95)
    log.meet(IRIS, 99.99)  # not over yet
    begins = log.now - timedelta(days=30)
    few, many = steps(
        IRIS, lambda: (known_by(log.reader, [iris], log.now), instants_since(log.reader, iris, begins, log.now))
    )
    assert many <= few + 5, (few, many)
    assert [one.last_touch for one in known_by(log.reader, [iris], log.now)[iris]] == [log.day(95)]
    assert instants_since(log.reader, iris, begins, log.now) == [log.day(95), log.day(99.99)]


def test_every_account_that_knows_a_contact_is_named_with_its_newest_touch(log: Log) -> None:
    iris = log.contact("Iris", IRIS, "iris@home.example")
    log.mail(IRIS, ANA, 10)
    log.mail("iris@home.example", ANA, 12, account="ben")
    log.mail(ANA, IRIS, 20)
    told = [(one.account, one.last_touch) for one in known_by(log.reader, [iris], log.now)[iris]]
    assert told == [("ana", log.day(20)), ("ben", log.day(12))]
    assert known_by(log.reader, [log.contact("Nobody", "nobody@globex.example")], log.now) == {}
