"""Conversations that Exchange names in Thread-Index, where the ids of mail were lost on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from letters import ANA, BOB, EVE, MAL, Letter, in_every_order

from store.turns import THEM, US


@pytest.mark.parametrize("named", ["", "relay-0815"])
def test_an_answer_is_known_by_its_conversation_whatever_its_subject(logs: Callable[[], Any], named: str) -> None:
    letters = [
        Letter("asked", ANA, BOB, 1, subject="Tender 7", index="tender"),
        Letter("answered", BOB, ANA, 2, in_reply_to=named, subject="Your prices", index="tender+"),
        Letter("thanks", ANA, BOB, 3, subject="", index="tender+"),
    ]
    found, turns, two_way = in_every_order(logs, letters)
    assert found == {frozenset({"asked", "answered", "thanks"})}
    assert turns == {("thanks", THEM)}
    assert two_way is not None


def test_the_conversation_goes_before_the_newest_of_the_same_subject(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("first", ANA, BOB, 1, subject="Tender", index="one"),
        Letter("second", ANA, BOB, 2, subject="Tender", index="two"),
        Letter("answered", BOB, ANA, 3, subject="Re: Tender", index="one+"),
    ]
    found, turns, _ = in_every_order(logs, letters)
    assert found == {frozenset({"first", "answered"}), frozenset({"second"})}
    assert turns == {("answered", US), ("second", THEM)}


def test_an_id_goes_before_the_conversation_of_exchange(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("real", ANA, BOB, 1, index="one"),
        Letter("other", ANA, BOB, 2, index="two"),
        Letter("answered", BOB, ANA, 3, in_reply_to="real", index="two+"),
    ]
    found, _, _ = in_every_order(logs, letters)
    assert found == {frozenset({"real", "answered"}), frozenset({"other"})}


def test_where_nothing_is_of_its_conversation_the_subject_tells(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("asked", ANA, BOB, 1, subject="Tender"),
        Letter("answered", BOB, ANA, 2, subject="Re: Tender", index="made by his server+"),
    ]
    assert in_every_order(logs, letters)[0] == {frozenset({"asked", "answered"})}


@pytest.mark.parametrize(
    "asked",
    [
        Letter("asked", ANA, EVE, 1, index="tender"),  # of others
        Letter("asked", BOB, ANA, 1, index="tender"),  # in the same direction
        Letter("asked", ANA, BOB, 5, index="tender"),  # later
        Letter("asked", ANA, BOB, 1, index="visit"),
        Letter("asked", ANA, BOB, 1),
    ],
)
def test_nothing_else_is_answered_by_it(logs: Callable[[], Any], asked: Letter) -> None:
    answer = Letter("answered", BOB, ANA, 3, index="tender+")
    assert in_every_order(logs, [asked, answer])[0] == {frozenset({"asked"}), frozenset({"answered"})}


def test_who_was_copied_may_answer(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("asked", ANA, EVE, 1, index="tender", cc=BOB),
        Letter("answered", BOB, ANA, 3, index="tender+"),
    ]
    assert in_every_order(logs, letters)[0] == {frozenset({"asked", "answered"})}


def test_after_ninety_days_it_says_nothing(logs: Callable[[], Any]) -> None:
    for days, together in ((89, True), (91, False)):
        letters = [Letter("asked", ANA, BOB, 1, index="t"), Letter("answered", BOB, ANA, 1 + days, index="t+")]
        assert (len(in_every_order(logs, letters)[0]) == 1) is together


def test_a_stranger_who_knows_the_name_of_a_conversation_is_alone_with_it(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("asked", ANA, BOB, 1, index="tender"),
        Letter("answered", BOB, ANA, 4, index="tender+"),
        Letter("again", ANA, BOB, 6, index="tender+"),
    ]
    without = in_every_order(logs, letters)
    for day in (2, 5, 7):
        forged = Letter("forged", MAL, ANA, day, index="tender+", cc=BOB)
        found, turns, two_way = in_every_order(logs, [*letters, forged])
        assert found == {*without[0], frozenset({"forged"})}
        assert turns == {*without[1], ("forged", US)}
        assert two_way == without[2]


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_a_mixed_correspondence_gives_the_same(logs: Callable[[], Any], seed: int) -> None:
    chance = random.Random(seed)
    letters = [
        Letter(
            str(number), *chance.choice([(ANA, BOB), (BOB, ANA), (ANA, EVE), (EVE, ANA)]), number,
            in_reply_to=chance.choice(["", "", "lost", str(max(0, number - 2))]),
            subject=chance.choice(["", "Tender", "Re: Tender"]), index=chance.choice(["", "t", "t+", "v+", "v"]),
        )
        for number in range(9)
    ]  # fmt: skip
    in_every_order(logs, letters, limit=6)
