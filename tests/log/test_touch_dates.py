"""The arithmetic of dates, on rows written by hand."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from store.codes import COPIED, INBOUND, MEETING, OUTBOUND, ROLE
from store.touch_dates import DAY, NEVER, Moment, TouchRow, touches_of, usual_gap

NOW = 1_000 * DAY


def _mail(touch: int, day: int, activity: int, conversation: int | None = None, role: str = "to") -> TouchRow:
    conversation = activity if conversation is None else conversation
    return touch, day * DAY, activity, None, conversation, activity, ROLE[role], None, 1


def _met(start: float, activity: int, hours: int = 1, identity: str = "") -> TouchRow:
    at = int(start * DAY)
    identity = identity or f"meeting:u{activity}"
    return MEETING, at, activity, at + hours * 3600, activity, activity, ROLE["attendee"], identity, 1


def test_the_newest_of_each_kind_in_any_order() -> None:
    rows = [_mail(INBOUND, 5, 1), _mail(INBOUND, 9, 2), _mail(OUTBOUND, 7, 3), _mail(COPIED, 99, 4), _met(8, 5)]
    for _ in range(20):
        random.Random(1).shuffle(rows)
        found = touches_of(rows, NOW)
        assert found.last_inbound == Moment(9 * DAY, 2)
        assert found.last_outbound == Moment(7 * DAY, 3)
        assert found.last_meeting == Moment(8 * DAY, 5)
        assert found.last_copied == Moment(99 * DAY, 4)
        assert found.last_touch() == (Moment(9 * DAY, 2), "inbound")
        assert (found.touches, found.due) == (4, None)


def test_nobody_was_ever_touched_without_rows() -> None:
    found = touches_of([], NOW)
    assert found[:6] == (NEVER,) * 6
    assert (found.touches, found.usual_gap, found.overdue_at(), found.due) == (0, None, None, None)


def test_a_meeting_counts_when_it_is_over_and_says_when_that_will_be() -> None:
    under_way, ahead = _met(999.99, 1), _met(1_003, 2)
    found = touches_of([under_way, ahead], NOW)
    assert (found.last_meeting, found.next_meeting, found.touches) == (NEVER, Moment(1_003 * DAY, 2), 0)
    assert found.due == under_way[3] is not None
    later = touches_of([under_way, ahead], under_way[3])
    assert (later.last_meeting, later.touches, later.due) == (Moment(under_way[1], 1), 1, ahead[1])


def test_one_activity_under_two_addresses_is_one_touch() -> None:
    assert touches_of([_mail(INBOUND, 1, 7), _mail(INBOUND, 1, 7)], NOW).touches == 1


def test_the_last_exchange_both_ways_is_an_answer_or_a_meeting() -> None:
    rows = [_mail(OUTBOUND, 1, 1), _mail(INBOUND, 3, 3)]
    assert touches_of(rows, NOW).last_two_way == NEVER
    answered = [_mail(OUTBOUND, 1, 1, 8), _mail(INBOUND, 3, 3, 8), _mail(INBOUND, 9, 9)]
    assert touches_of(answered, NOW).last_two_way == Moment(3 * DAY, 3)
    assert touches_of([*answered, _met(4, 5)], NOW).last_two_way == Moment(4 * DAY, 5)


def test_an_answer_follows_in_its_own_conversation_the_other_way() -> None:
    rng = random.Random(2)
    for _ in range(200):
        mail = [
            _mail(rng.choice((INBOUND, OUTBOUND)), rng.randrange(9), n, 50 + rng.randrange(3)) for n in range(1, 12)
        ]
        answers = [
            (at, activity)
            for touch, at, activity, _, conversation, *_ in mail
            if any(t != touch and when < at and c == conversation for t, when, _, _, c, *_ in mail)
        ]
        assert touches_of(mail, NOW).last_two_way == Moment(*max(answers, default=(None, None)))


def test_what_begins_at_a_message_is_one_conversation_with_what_that_is_in() -> None:
    asked, aside, theirs = _mail(OUTBOUND, 1, 1), _mail(INBOUND, 2, 2, 1), _mail(OUTBOUND, 5, 5, 2)
    assert touches_of([asked, aside, theirs], NOW).last_two_way == Moment(5 * DAY, 5)
    assert touches_of([asked, theirs], NOW).last_two_way == NEVER, "the message it begins at was not his"
    circle = [_mail(INBOUND, 1, 1, 2), _mail(OUTBOUND, 2, 2, 1), _mail(INBOUND, 3, 3, 3)]
    assert touches_of(circle, NOW).last_two_way == Moment(2 * DAY, 2)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_long_chain_of_conversations_is_walked_once(turn: int) -> None:
    lines = []
    for count in (500, 2_000):
        mail = [_mail(INBOUND, number, number, number - 1) for number in range(1, count)][::turn]
        with lines_run() as run:
            touches_of(mail, NOW)
        lines.append(run[0])
    assert lines[1] <= 5 * lines[0]


@contextmanager
def lines_run() -> Iterator[list[int]]:
    """How many lines of Python run within: the same on every machine."""
    run = [0]

    def trace(_: object, event: str, __: object) -> Any:
        run[0] += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield run
    finally:
        sys.settrace(before)


def test_the_usual_gap_is_the_median_between_the_beginnings_of_bursts_and_takes_three() -> None:
    days = [1, 4, 10, 30, 32, 70, 79, 88, 100]  # bursts begin on 1, 30, 70 and 100: gaps of 29, 40 and 30 days
    assert usual_gap(day * DAY + 60 for day in days) == 30 * DAY
    assert usual_gap([day * DAY + hour * 3600 for day in days for hour in (1, 9, 23)]) == 30 * DAY, "a day counts once"
    assert usual_gap(day * DAY for day in (1, 4, 10, 30, 32)) is None
    assert usual_gap(day * DAY for day in range(1, 90, 9)) is None, "nine days apart is one burst"
    assert usual_gap(day * DAY for day in range(1, 90, 10)) == 10 * DAY, "ten days apart are two"


def test_odd_gaps_are_no_rhythm() -> None:
    def usual(*gaps: int) -> int | None:
        found = usual_gap(sum(gaps[:number]) * DAY for number in range(len(gaps) + 1))
        return found and found // DAY

    assert usual(20, 40) == 30, "each within a third of thirty"
    assert usual(20, 41) is None, "neither is"
    assert usual(30, 30, 200, 11) == 30, "half of them are"
    assert usual(12, 100, 30, 400) is None, "none is within a third of 65"
    assert usual(12, 100, 30, 400, 65) == 65, "of many the median is usual all the same"


def test_silence_is_overdue_after_one_and_a_half_gaps_and_never_within_two_weeks() -> None:
    seldom = touches_of([_mail(INBOUND, day, day) for day in (10, 30, 50, 70)], 99 * DAY)
    assert seldom.overdue_at() == (70 + 30) * DAY
    often = touches_of([_mail(INBOUND, 2 * day, day) for day in (10, 15, 20)], 99 * DAY)
    assert often.overdue_at() == (40 + 15) * DAY
    assert often._replace(usual_gap=2 * DAY).overdue_at() == (40 + 14) * DAY
    assert often._replace(next_meeting=Moment(10**10, 1)).overdue_at() is None, "a meeting ahead ends it"
    assert touches_of([_mail(COPIED, day, day) for day in range(9)], NOW).usual_gap is None


def test_after_the_last_meeting_of_a_series_nobody_is_silent() -> None:
    def series(held: int, uid: str = "u") -> list[TouchRow]:
        return [_met(30 * n, n, identity=f"meeting:{uid}/202601{n + 10}T080000Z") for n in range(held)]

    now = 200 * DAY
    assert touches_of(series(5), now).overdue_at() is None
    assert touches_of([*series(5), _mail(INBOUND, 130, 99)], now).overdue_at() == 175 * DAY, "they wrote since"
    of_two = [*series(2), *(_met(60 + 30 * n, 70 + n) for n in range(3))]
    assert touches_of(of_two, now).overdue_at() == 165 * DAY, "single meetings are none"
    last_of_two = [*(_met(30 * n, 70 + n) for n in range(4)), *series(5, "v")[3:]]
    assert touches_of(last_of_two, now).overdue_at() == 165 * DAY, "two occurrences are none"
    slashes = [_met(30 * n, n, identity=f"meeting:https://cal.example/{n}") for n in range(5)]
    assert touches_of(slashes, now).overdue_at() == 165 * DAY, "a UID may have slashes of its own"


def test_who_is_only_copied_on_our_mail_to_others_has_no_rhythm_of_that() -> None:
    copied = [_mail(OUTBOUND, day, day, role="cc") for day in (10, 40, 70, 100)]
    assert touches_of(copied, NOW).usual_gap is None
    assert touches_of(copied, NOW).last_outbound == Moment(100 * DAY, 100), "it is a touch all the same"
    spoken = [_mail(OUTBOUND, day, day) for day in (10, 70, 130)]
    assert touches_of([*copied, *spoken], NOW).usual_gap == 60 * DAY
