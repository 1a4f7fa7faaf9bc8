"""Whether an answer is expected: counted over what was answered before."""

from __future__ import annotations

from activity.letter import Letter
from activity.shape import Shape, mailing_key_of, packed, shape, unpacked
from matchers.expectation import (
    DAY,
    UNKNOWN_HAND,
    Hand,
    Rates,
    case_of,
    hand_of,
    learn,
    new_text,
    standing,
)

ANA, BOB = 1, 2


def _letter(number: int, conversation: int, ours: bool, octets: int, at: int = 0, **more) -> Letter:
    traits = frozenset(more.pop("traits", ()))
    return Letter(
        number, conversation, at or number * DAY, ours, Shape(octets // 60, octets), ANA if ours else BOB, traits, True,
        True, BOB if ours else 0, frozenset(more.pop("words", ())),
    )  # fmt: skip


def test_a_shape_is_one_small_number() -> None:
    for one in (Shape(12, 640), Shape(1023, 32_736, 3, True), Shape(0, 32)):
        assert unpacked(packed(one, 0)) == unpacked(packed(one, 77)) == one
        assert (packed(one) or 0) < 1 << 23
        assert mailing_key_of(packed(one, 77)) == 77
    assert (packed(None), packed(None, 5), unpacked(packed(None, 5))) == (None, 5 << 23, None)
    assert shape(90, 7800, "base64", 9, False) == Shape(96, 5700, 3, False), "what the encoding adds is taken back"
    assert unpacked(packed(Shape(1, 33))) == Shape(1, 64), "a word is not nothing"


def test_what_is_quoted_is_not_new() -> None:
    asked = _letter(1, 1, False, 1200)
    full = _letter(2, 1, True, 1200 + 2 * 20 + 60 + 150)
    assert new_text(full, asked, quotes=True) == 150
    assert new_text(full, asked, quotes=False) == new_text(full, None, quotes=True) == full.shape.octets
    short = _letter(2, 1, True, 150)
    assert new_text(short, asked, quotes=True) == 150, "from a phone, without the quote"


def test_a_hand_is_known_by_its_letters() -> None:
    asked = _letter(1, 1, True, 2000)
    quoting = [(_letter(n, n, False, 2126 + 200 + 50 * n), asked) for n in range(2, 12)]
    hand = hand_of(quoting)
    assert (hand.quotes, 300 <= hand.base <= 400) == (True, True)
    assert not hand_of([(_letter(n, n, False, 300), asked) for n in range(2, 12)]).quotes
    assert hand_of([]) == UNKNOWN_HAND


def test_where_a_message_stands() -> None:
    one, two, three, four = (_letter(n, 1, n % 2 == 0, 400) for n in (1, 2, 3, 4))
    places = [case_of(x, before, UNKNOWN_HAND).place for x, before in (
        (one, ()), (two, (one,)), (three, (one, two)), (four._replace(ours=False), (one, two, three)))]  # fmt: skip
    assert places == ["first", "reply", "after", "again"]


def _log_of(answered: int, unanswered: int, octets: int, words: tuple[str, ...] = (), start: int = 0) -> list[Letter]:
    letters = []
    for n in range(answered + unanswered):
        number = start + 10 * n
        letters.append(_letter(number, start + n, False, octets, (n + 1) * DAY, words=words))
        if n < answered:
            letters.append(_letter(number + 1, start + n, True, 800 + 90 * (n % 9), (n + 1) * DAY + DAY // 2))
    return letters


def test_rates_follow_what_was_answered_and_say_it() -> None:
    letters = [*_log_of(40, 4, 600), *_log_of(3, 38, 100, start=5000)]
    learned = learn(letters, 1000 * DAY)
    asks, thanks = (case_of(_letter(1, 1, False, octets), (), learned.hands[BOB]) for octets in (600, 100))
    assert asks.size != thanks.size
    assert learned.theirs.chance(asks) > 0.7
    assert learned.theirs.chance(thanks) < 0.3
    assert learned.theirs.counted(asks) == (40, 44)
    assert thanks.said.endswith("first of a conversation")


def _answered_by(octets: int) -> float:
    """The chance of an answer where BOB's messages got answers of this size, from ANA who usually writes 500 octets."""
    letters = []
    for n in range(0, 400, 10):
        letters.append(_letter(n, n, False, 600, (n + 1) * DAY))
        letters.append(_letter(n + 1, n, True, octets, (n + 1) * DAY + DAY // 2))
        letters.append(_letter(n + 2, n + 1, True, 500, (n + 1) * DAY))
        letters.append(_letter(n + 3, n + 2, True, 510, (n + 1) * DAY))
        letters.append(_letter(n + 4, n + 3, True, 90, (n + 1) * DAY))
    learned = learn(letters, 1000 * DAY)
    return learned.theirs.chance(case_of(letters[0], (), learned.hands[BOB]))


def test_thanks_are_little_of_an_answer_and_a_brief_one_is_half_of_one() -> None:
    word, brief, full = _answered_by(96), _answered_by(200), _answered_by(500)
    assert word < 0.6 * full
    assert word < 0.8 * brief
    assert brief < 0.8 * full


def test_few_counts_lean_on_what_is_usual() -> None:
    case = case_of(_letter(1, 1, False, 300), (), UNKNOWN_HAND)
    usual = Rates().chance(case)
    rates = Rates({f"{case.place}/{case.size}": (0.0, 0, 2)})
    assert usual * 0.6 < rates.chance(case) < usual


def test_a_word_of_the_subject_that_is_never_answered_tells() -> None:
    letters = [*_log_of(40, 10, 600), *_log_of(0, 20, 600, ("minutes",), start=5000)]
    rates = learn(letters, 1000 * DAY).theirs
    plain = case_of(_letter(1, 1, False, 600), (), UNKNOWN_HAND)
    assert rates.chance(plain._replace(words=frozenset(("minutes",)))) < 0.6 * rates.chance(plain)
    assert rates.chance(plain._replace(words=frozenset(("unheard",)))) == rates.chance(plain)


def test_a_word_behind_a_question_leaves_it_a_question() -> None:
    rates, hands = Rates(), {BOB: Hand(80, 300)}
    asked, thanks = _letter(1, 1, False, 500), _letter(2, 1, False, 90)
    alone = rates.chance_of(standing(thanks, (), hands))
    assert rates.chance_of(standing(thanks, (asked,), hands)) > alone


def test_who_seldom_answers_makes_silence_less_surprising() -> None:
    rates = Rates(clear=(85.0, 100))
    assert rates.reliability(Hand(answered=2, awaited=20)) < rates.reliability(Hand(answered=20, awaited=20))


def test_the_same_letters_teach_the_same_in_any_order() -> None:
    letters = [*_log_of(12, 9, 600), *_log_of(3, 12, 100, start=5000)]
    assert learn(letters, 1000 * DAY) == learn(letters[::-1], 1000 * DAY)
