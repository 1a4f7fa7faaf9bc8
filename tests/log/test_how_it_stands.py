"""How a message stands that waits, as its sentence says it: what it answers, and who else reads
it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lasttouch.answers.waiting import Wanted, awaiting
from lasttouch.keeping.learning import relearn
from store import letters
from store.awaiting import Side
from store.transactions import writing

if TYPE_CHECKING:
    from fed_log import Log

ANA, IRIS = "ana@acme.example", "iris@globex.example"


@pytest.fixture
def known(log: Log) -> Log:
    log.contact("Iris", IRIS)
    return log


def _because(log: Log, side: Side) -> str:
    with writing(log.connection):
        relearn(log.connection, log.now)
    (one,) = awaiting(log.reader, log.now, side, Wanted(), 10)
    return one.because


def test_what_has_the_subject_of_what_they_wrote_is_a_reply_though_it_names_nothing(known: Log) -> None:
    known.mail(IRIS, ANA, 50, subject="The pump")
    known.mail(ANA, IRIS, 51, subject="The pump")
    assert "in reply" in _because(known, "them")


def test_what_has_it_much_later_begins_anew(known: Log) -> None:
    known.mail(IRIS, ANA, 1, subject="The pump")
    known.mail(ANA, IRIS, 96, subject="The pump")
    waiting = awaiting(known.reader, known.now, "them", Wanted(), 10)
    assert [one.because.endswith("first of a conversation") for one in waiting] == [True]


def test_who_else_reads_or_wrote_it_is_told() -> None:
    ana, ben, iris, otto = ((n, n <= 2) for n in (1, 2, 3, 4))
    theirs, ours = ((7, 7, 0, by_us, None, "You two") for by_us in (False, True))
    assert letters._letter(theirs, [iris], [ana, otto], {1}, 0).traits == {"outside"}
    assert letters._letter(theirs, [iris], [ana, ben], {1}, 0).traits == {"several"}
    assert letters._letter(theirs, [iris], [ben], {1}, 0).traits == {"colleague"}
    assert letters._letter(ours, [ben], [iris], {1}, 0).traits == {"colleague"}
    assert letters._letter(ours, [ana], [iris], {1}, 0).traits == frozenset()


def test_a_letter_tells_which_it_answers(known: Log) -> None:
    first = known.mail(IRIS, ANA, 50, subject="The pump")
    known.mail(IRIS, ANA, 51, first, subject="Re: The pump")
    known.mail(ANA, IRIS, 52, first, subject="Re: The pump")
    later = sorted(letters.newest_letters(known.reader, int(known.now.timestamp())), key=lambda one: one.at)
    assert [one.answers for one in later] == [0, later[0].id, later[0].id]
