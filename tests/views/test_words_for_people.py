"""What people read, of values made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lasttouch.answers import changes
from lasttouch.answers.silence import Silence
from lasttouch.answers.silence_words import arithmetic
from lasttouch.doctor.finding import Finding
from lasttouch.moments import ago
from lasttouch.views import changes as changes_view
from lasttouch.views import doctor
from lasttouch.views.stale import silences_table
from store.moved import NEVER, Last, Move
from store.people import Person

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _person(name: str) -> Person:
    return Person(1, name, (), None, "", None, NOW, "inbound", 7, NOW, None, None, None, None, None, 9, {})


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (60, "8 weeks ago"),
        (366, "12 months ago"),
        (636, "20 months ago"),
        (731, "2 years ago"),
        (-27, "in 3 weeks"),
    ],
)
def test_how_long_ago_it_was_is_told_in_a_unit_of_which_there_are_several(days: int, words: str) -> None:
    assert ago(NOW - timedelta(days=days), NOW) == words


@pytest.mark.parametrize(
    ("gap", "silent", "silence", "rhythm", "ratio"),
    [
        (1, 9, "9 days", "every day", "9.0x"),
        (1, 366, "1 year", "every day", "over 10x"),
        (400, 2922, "8 years", "every 1.1 years", "7.3x"),
        (2.5, 30, "30 days", "every 2.5 days", "over 10x"),
        (10, 21, "21 days", "every 10 days", "2.1x"),
    ],
)
def test_silence_and_rhythm_are_told_in_words_that_fit_their_length(
    gap: float, silent: float, silence: str, rhythm: str, ratio: str
) -> None:
    one = Silence(_person("Bob"), "stale", timedelta(days=silent), timedelta(days=gap))
    _, (cells,) = silences_table([one], {}, UTC)
    assert cells[:4] == ["Bob", silence, rhythm, ratio]
    assert arithmetic(one) == f"silent {silence}, usually {rhythm}: {ratio}"


def test_without_a_rhythm_the_silence_stands_alone() -> None:
    one = Silence(_person("Bob"), "stale", timedelta(days=1.5), None)
    _, (cells,) = silences_table([one], {}, UTC)
    assert cells[:4] == ["Bob", "1 day", "", ""]
    assert arithmetic(one) == "silent 1 day"


def test_every_account_is_a_heading_once() -> None:
    findings = [
        Finding("versions", "ok", "lasttouch 1"),
        Finding("password-private", "ok", "private", "", "ana"),
        Finding("password-private", "warning", "open", "chmod 600 p", "ben"),
        Finding("clock", "ok", "right"),
        Finding("mail-login", "ok", "logged in", "", "ana"),
        Finding("mail-login", "ok", "logged in", "", "ben"),
    ]
    assert list(doctor.text(findings)) == [
        "ok      lasttouch 1", "ok      right",
        "ana:", "  ok      private", "  ok      logged in",
        "ben:", "  warning open", "          → chmod 600 p", "  ok      logged in",
    ]  # fmt: skip


def test_a_date_that_moved_is_told_in_the_words_of_the_other_tables() -> None:
    first = changes.Change(Move("1", 1, NOW, Last(NOW, "inbound"), NEVER), _person("Bob"))
    then = changes.Change(Move("2", 1, NOW, Last(NOW, "meeting"), Last(NOW, "inbound")), _person("Bob"))
    _, rows = changes_view.table(changes.Answer([first, then], "2", more=False, is_anew=False), UTC)
    day = "2026-11-22 09:00"
    assert rows == [
        [day, "Bob", day, "they wrote", "never", ""],
        [day, "Bob", day, "met", day, "they wrote"],
    ]
