"""Which conversation a message belongs to, in whatever order messages come; and whose turn it is
there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from letters import ANA, BOB, EVE, MAL, Letter, ids, in_every_order, send, waiting
from spending import spending

from fed_log import Log
from store.turns import THEM, US


def test_an_id_that_is_known_goes_before_one_that_nobody_has(logs: Callable[[], Any]) -> None:
    ask = Letter("ask", ANA, BOB, 1)
    answer = Letter("answer", BOB, ANA, 2, in_reply_to="ask", references="desk-17 ask")
    found, turns, two_way = in_every_order(logs, [ask, answer])
    assert found == {frozenset({"ask", "answer"})}
    assert turns == {("answer", US)}
    assert two_way is not None


def test_the_nearest_known_one_is_answered_where_the_nearest_is_not_there(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("one", ANA, BOB, 1),
        Letter("two", BOB, ANA, 2, in_reply_to="one", references="one"),
        Letter("four", BOB, ANA, 4, in_reply_to="lost", references="elsewhere two lost"),
        Letter("five", ANA, BOB, 5, in_reply_to="four", references="elsewhere two lost four"),
    ]
    found, turns, _ = in_every_order(logs, letters)
    assert found == {frozenset({"one", "two", "four", "five"})}
    assert turns == {("five", THEM)}


def test_who_names_the_same_unknown_beginning_is_together(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("two", BOB, ANA, 2, in_reply_to="lost", references="begun lost"),
        Letter("three", ANA, BOB, 3, in_reply_to="gone", references="begun gone"),
        Letter("other", BOB, ANA, 4, in_reply_to="x", references="y x"),
    ]
    found, turns, _ = in_every_order(logs, letters)
    assert found == {frozenset({"two", "three"}), frozenset({"other"})}
    assert turns == {("three", THEM), ("other", US)}


def test_what_was_missing_brings_both_ends_together_when_it_comes(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("one", BOB, ANA, 1),
        Letter("two", ANA, BOB, 2, in_reply_to="one"),
        Letter("three", BOB, ANA, 3, in_reply_to="two"),
        Letter("four", ANA, BOB, 4, in_reply_to="three"),
    ]
    found, turns, _ = in_every_order(logs, letters)
    assert found == {frozenset({"one", "two", "three", "four"})}
    assert turns == {("four", THEM)}


@pytest.mark.parametrize("forged", ["begun", "lost"])
def test_a_stranger_who_takes_a_missing_name_draws_nobody_into_his_conversation(
    logs: Callable[[], Any], forged: str
) -> None:
    letters = [
        Letter("asked", BOB, ANA, 1),
        Letter("later", BOB, ANA, 6, in_reply_to="lost", references="begun lost"),
        Letter("wrote", ANA, BOB, 7, in_reply_to="later", references="begun lost later"),
    ]
    without = in_every_order(logs, letters)
    trap = Letter(forged, MAL, ANA, 5, in_reply_to="asked", cc=BOB)
    found, turns, two_way = in_every_order(logs, [*letters, trap])
    assert {names - {forged} for names in found} - {frozenset()} == without[0]
    assert {one for one in turns if one[0] != forged} == without[1]
    assert ("asked", US) in turns
    assert two_way == without[2]


@pytest.mark.parametrize("asks", [ANA, BOB])
def test_an_answer_dated_by_a_clock_that_is_slow_is_one(logs: Callable[[], Any], asks: str) -> None:
    other = BOB if asks == ANA else ANA
    asked, answered = Letter("asked", asks, other, 5), Letter("answered", other, asks, 4.9, in_reply_to="asked")
    _, turns, _ = in_every_order(logs, [asked, answered])
    assert turns == set()
    _, turns, _ = in_every_order(logs, [asked, answered._replace(in_reply_to="lost", references="asked lost")])
    assert turns == {("asked", US if asks == BOB else THEM)}, "it may have been written before"
    by_herself = answered._replace(sender=asks, to=other)
    _, turns, _ = in_every_order(logs, [asked, by_herself])
    assert turns == {("asked", US if asks == BOB else THEM)}
    _, turns, _ = in_every_order(logs, [asked, answered._replace(sender=MAL, to=ANA)])
    assert ("asked", US if asks == BOB else THEM) in turns


@pytest.mark.parametrize("forged", ["asked", "lost"])
def test_one_of_several_whom_we_write_to_joins_no_conversation_of_the_others(
    logs: Callable[[], Any], forged: str
) -> None:
    letters = [
        Letter("offer", BOB, ANA, 1, subject="Offer"),
        Letter("asked", BOB, ANA, 4, cc=EVE, subject="Visit"),
        Letter("wrote", ANA, BOB, 7, in_reply_to="lost", references="asked lost", cc=EVE, subject="Re: Visit"),
        Letter("again", ANA, BOB, 8, in_reply_to="gone", cc=EVE, subject="Re: Offer"),
    ]
    _, turns, two_way = in_every_order(logs, letters)
    assert ("offer", US) in turns
    trap = Letter(forged, EVE, ANA, 5, in_reply_to="offer", cc=BOB, subject="Offer")
    _, with_her, then = in_every_order(logs, [*letters, trap])
    assert ("offer", US) in with_her
    assert {one for one in with_her if one[0] != forged} == {one for one in turns if one[0] != forged}
    assert then == two_way


@pytest.mark.parametrize("names_all", [True, False])
def test_a_conversation_with_several_is_whole(logs: Callable[[], Any], names_all: bool) -> None:
    letters = [
        Letter("asked", BOB, ANA, 1, cc=EVE),
        Letter("hers", EVE, ANA, 2, cc=BOB, in_reply_to="asked"),
        Letter("ours", ANA, BOB, 3, cc=EVE, in_reply_to="hers", references="asked hers"),
        Letter("his", BOB, ANA, 4, cc=EVE, in_reply_to="ours", references="asked hers ours" if names_all else ""),
        Letter("thanks", ANA, BOB, 5, cc=EVE, in_reply_to="his", references="asked hers ours his" if names_all else ""),
    ]
    found, turns, two_way = in_every_order(logs, letters)
    if names_all:
        assert found == {frozenset({"asked", "hers", "ours", "his", "thanks"})}
        assert turns == {("thanks", THEM)}
    assert two_way == Log.start + timedelta(days=5), "we answered what he wrote"


def test_what_we_add_somebody_to_stays_in_its_conversation(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("asked", BOB, ANA, 1),
        Letter("ours", ANA, BOB, 2, in_reply_to="asked", references="asked"),
        Letter("his", BOB, ANA, 3, in_reply_to="ours", references="asked ours"),
        Letter("added", ANA, BOB, 4, in_reply_to="his", references="asked ours his", cc=EVE),
    ]
    found, turns, two_way = in_every_order(logs, letters)
    assert found == {frozenset({"asked", "ours", "his", "added"})}
    assert turns == {("added", THEM)}
    assert two_way == Log.start + timedelta(days=4)


def test_messages_in_a_circle_are_one_conversation(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("egg", BOB, ANA, 1, in_reply_to="hen"),
        Letter("hen", BOB, ANA, 2, in_reply_to="egg"),
        Letter("cock", ANA, BOB, 3, in_reply_to="hen"),
    ]
    found, turns, _ = in_every_order(logs, letters)
    assert found == {frozenset({"egg", "hen", "cock"})}
    assert turns == {("cock", THEM)}


# --- by the subject ---


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("Re: Tender 7", "relay-0815"),
        ("AW: [EXT] RE: tender 7", "relay-0815"),
        ("Tender 7", "relay-0815"),
        ("Antw: Tender 7", ""),
    ],
)
def test_an_answer_to_an_id_nobody_has_goes_by_its_subject(logs: Callable[[], Any], subject: str, named: str) -> None:
    letters = [
        Letter("asked", ANA, BOB, 1, subject="Tender 7"),
        Letter("answered", BOB, ANA, 2, in_reply_to=named, references=named, subject=subject),
        Letter("thanks", ANA, BOB, 3, in_reply_to="answered", subject=subject),
    ]
    found, turns, two_way = in_every_order(logs, letters)
    assert found == {frozenset({"asked", "answered", "thanks"})}
    assert turns == {("thanks", THEM)}
    assert two_way is not None


@pytest.mark.parametrize(
    "before",
    [
        [Letter("asked", ANA, BOB, 1, subject="Tender 8")],
        [Letter("asked", ANA, EVE, 1, subject="Tender 7")],
        [Letter("asked", ANA, BOB, 5, subject="Tender 7")],
        [Letter("asked", ANA, BOB, 1, subject="Tender 7"), Letter("newer", ANA, BOB, 2, subject="Something else")],
        [Letter("asked", BOB, ANA, 1, subject="Tender 7")],
    ],
)
def test_the_subject_of_no_other_message_will_do(logs: Callable[[], Any], before: list[Letter]) -> None:
    answer = Letter("answered", BOB, ANA, 3, in_reply_to="relay-1", references="relay-1", subject="Re: Tender 7")
    found, _, _ = in_every_order(logs, [*before, answer])
    assert frozenset({"answered"}) in found


def test_after_ninety_days_a_subject_says_nothing(logs: Callable[[], Any]) -> None:
    for days, together in ((89, True), (91, False)):
        letters = [
            Letter("asked", ANA, BOB, 1, subject="Tender 7"),
            Letter("answered", BOB, ANA, 1 + days, in_reply_to="relay-1", subject="Re: Tender 7"),
        ]
        assert (len(in_every_order(logs, letters)[0]) == 1) is together


def test_an_id_goes_before_the_subject_when_it_comes(logs: Callable[[], Any]) -> None:
    letters = [
        Letter("real", ANA, BOB, 1, subject="Prices"),
        Letter("asked", ANA, BOB, 2, subject="Tender 7"),
        Letter("answered", BOB, ANA, 3, in_reply_to="real", references="real", subject="Re: Tender 7"),
    ]
    found, _, _ = in_every_order(logs, letters)
    assert found == {frozenset({"real", "answered"}), frozenset({"asked"})}


# --- whose turn it is ---


def test_others_in_a_conversation_settle_nothing(log: Log) -> None:
    send(log, Letter("asked", BOB, ANA, 1))
    send(log, Letter("intruder", MAL, ANA, 2, in_reply_to="asked", references="asked"))
    assert waiting(log) == {("asked", US), ("intruder", US)}
    send(log, Letter("to-mal", ANA, MAL, 3, in_reply_to="intruder", references="asked intruder"))
    assert waiting(log) == {("asked", US), ("to-mal", THEM)}
    send(log, Letter("to-bob", ANA, BOB, 4, in_reply_to="asked", references="asked"))
    assert waiting(log) == {("to-bob", THEM), ("to-mal", THEM)}
    assert log.differences() == 0


def test_whoever_was_written_to_may_answer_for_all(log: Log) -> None:
    send(log, Letter("asked", ANA, BOB, 1, cc=EVE))
    assert waiting(log) == {("asked", THEM)}
    send(log, Letter("answered", EVE, ANA, 2, in_reply_to="asked"))
    assert waiting(log) == {("answered", US)}
    assert log.differences() == 0


# --- work that does not grow with the square ---


@pytest.mark.parametrize("shape", ["star", "chain", "nowhere", "backwards"])
def test_a_long_conversation_costs_as_much_a_message_as_a_short_one(log: Log, shape: str) -> None:
    log.contact("Bob", BOB)
    send(log, Letter("elsewhere", ANA, BOB, 0))
    steps: list[int] = []

    def letters(first: int, count: int) -> list[Letter]:
        named = {"star": lambda n: "0", "chain": lambda n: str(n - 1), "nowhere": lambda n: "lost"}
        name = named.get(shape, named["chain"])
        made = [Letter(str(n), BOB, ANA, 1 + n / 1e4, in_reply_to=name(n)) for n in range(first, first + count)]
        return made[::-1] if shape == "backwards" else made

    for count in (400, 1600):
        with spending(log.connection, 100) as spent:
            log.mail_batch([
                {"sender": one.sender, "to": one.to, "days": one.day, "message_id": f"<{count}-{one.name}>",
                 "in_reply_to": ids(f"{count}-{one.in_reply_to}"), "references": ()}
                for one in letters(1, count)
            ])  # fmt: skip
            log.agent.refresh()
        steps.append(spent.steps)
    assert steps[1] <= 5 * steps[0]
    assert log.differences() == 0
