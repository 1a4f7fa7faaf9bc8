"""Whether an answer is expected: counted over what was answered before."""

from __future__ import annotations

from activity.letter import Letter, in_order
from activity.shape import UNIT, Shape, mailing_key_of, packed, shape, unpacked
from lasttouch.answers.expectations import _of_subject
from matchers.expectation import (
    DAY,
    UNKNOWN_HAND,
    Case,
    Hand,
    Rates,
    Standing,
    as_reply,
    case_of,
    hand_of,
    new_text,
    standing,
)
from matchers.lessons import learn

ANA, BOB = 1, 2


def _letter(number: int, conversation: int, ours: bool, octets: int, at: int = 0, **more) -> Letter:
    traits = frozenset(more.pop("traits", ()))
    return Letter(
        number, conversation, at or number * DAY, ours, Shape(octets // 60, octets), ANA if ours else BOB, traits, True,
        True, BOB if ours else 0, frozenset(more.pop("words", ())), more.pop("answers", 0),
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
    full = _letter(2, 1, True, 1200 + 2 * 20 + 50 + 150)
    assert new_text(full, asked, quotes=True) == 150
    assert new_text(full, asked, quotes=False) == new_text(full, None, quotes=True) == full.shape.octets - UNIT // 2
    short = _letter(2, 1, True, 150)
    assert new_text(short, asked, quotes=True) == 150 - UNIT // 2, "from a phone, without the quote"


def test_what_is_kept_of_a_size_is_neither_too_much_nor_too_little() -> None:
    """In the mean over all sizes, quoted or not."""
    for quoted in (0, 1200):
        asked = _letter(1, 1, False, quoted)._replace(shape=unpacked(packed(Shape(20, quoted)))) if quoted else None
        around = quoted + 2 * 20 + 50 if quoted else 0
        shapes = [unpacked(packed(Shape(30, around + own))) for own in range(200, 200 + 10 * UNIT)]
        found = [new_text(_letter(2, 1, True, 1)._replace(shape=one), asked, quotes=True) or 0 for one in shapes]
        off = sum(one - own for one, own in zip(found, range(200, 200 + 10 * UNIT), strict=True)) / len(found)
        assert abs(off) <= UNIT // 2 if quoted else abs(off) < 1


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


def test_a_message_stands_where_it_says_it_does_whatever_came_between() -> None:
    ours, theirs, ours_again = (_letter(n, 1, n != 2, 400) for n in (1, 2, 3))
    crossing = _letter(4, 1, False, 400, answers=ours.id)
    assert case_of(crossing, (ours, theirs, ours_again), UNKNOWN_HAND).place == "reply"
    assert case_of(crossing._replace(answers=theirs.id), (ours, theirs, ours_again), UNKNOWN_HAND).place == "again"


def test_what_answers_stands_behind_what_it_answers_whatever_its_clock_said() -> None:
    asked, between = _letter(1, 1, False, 400, 5 * DAY), _letter(2, 1, True, 400, 4 * DAY)
    answer = _letter(3, 1, True, 400, 3 * DAY, answers=asked.id)
    assert in_order([answer, asked, between]) == [between, asked, answer]
    assert in_order([answer._replace(answers=99), asked, between]) == [answer._replace(answers=99), between, asked]
    circle = [asked._replace(answers=answer.id), answer]
    assert len(in_order(circle)) == 2, "who names one another stands somewhere"


def test_an_answer_by_a_slow_clock_is_one() -> None:
    letters = []
    for n in range(0, 400, 10):
        letters.append(_letter(n + 1, n, False, 600, (n + 2) * DAY))
        letters.append(_letter(n + 2, n, True, 800 + 90 * (n % 9), (n + 2) * DAY - 3600, answers=n + 1))
    learned = learn(letters, 1000 * DAY)
    asked = case_of(letters[0], (), learned.hands[BOB])
    assert learned.theirs.counted(asked) == (40, 40)
    assert learned.theirs.delays[0] == 0


def test_who_writes_again_after_days_reminds() -> None:
    asked = _letter(1, 1, True, 400)
    soon, late = (_letter(2, 1, True, 400, asked.at + days * DAY) for days in (1, 3))
    assert [case_of(one, (asked,), UNKNOWN_HAND).place for one in (soon, late)] == ["again", "reminder"]
    assert Rates().wanted(standing(late, (asked,), {})) >= Rates().wanted(standing(soon, (asked,), {}))


def test_whoever_reminds_wants_an_answer() -> None:
    """Whatever the size; even after a time in which answers came if they were to come."""
    asked = _letter(1, 1, True, 400)
    reminders = [_letter(2, 1, True, octets, asked.at + 4 * DAY) for octets in (130, 300, 900)]
    assert all(Rates().wanted(standing(one, (asked,), {})) > 0.8 for one in reminders)


def test_a_reply_of_ours_is_seldom_waited_for() -> None:
    """It gives what was asked for; theirs answers a question of ours as often with another."""
    pairs = [(_letter(2, 1, mine, 400), _letter(1, 1, not mine, 400)) for mine in (True, False)]
    ours, theirs = (Rates().wanted(standing(reply, (asked,), {})) for reply, asked in pairs)
    assert ours < 0.7 * theirs


def test_what_is_written_at_length_in_the_midst_of_a_conversation_wants_an_answer() -> None:
    """More than its share of answers tells: thanks answer the shorter ones. At a beginning it is as it was counted."""
    sizes = ("medium", "long")
    learned = Rates(cases={f"{place}/{size}": (12.0, 12, 60) for place in ("first", "reply") for size in sizes})
    for place, least in (("first", 0.9), ("reply", 1.5)):
        cases = [Case(place, size, frozenset(), frozenset()) for size in sizes]
        medium, long = (learned.wanted(Standing((one,), UNKNOWN_HAND, UNKNOWN_HAND)) for one in cases)
        assert least < long / medium < least + 0.8


def test_what_answers_a_message_elsewhere_is_no_beginning() -> None:
    begins = standing(_letter(1, 1, True, 100), (), {})
    assert as_reply(begins).cases[0].place == "reply"
    assert Rates().wanted(as_reply(begins)) < Rates().wanted(begins)


def test_an_answer_that_brings_a_file_wants_none() -> None:
    asked = _letter(1, 1, False, 400)
    bare, bringing = (_letter(2, 1, True, 400, traits=traits) for traits in ((), ("attached",)))
    chances = [Rates().wanted(standing(one, (asked,), {})) for one in (bare, bringing)]
    assert chances[1] < 0.6 * chances[0]


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
    """The chance of an answer where BOB's messages got answers of this size, from ANA who usually
    writes 500 octets."""
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


def test_a_word_tells_of_what_has_it_and_of_what_has_not() -> None:
    """Offers are answered, other papers are not: an attachment alone would tell nothing of either."""
    offers, papers = ({"traits": ("attached",), "words": words} for words in (("offer", "order"), ("order",)))
    letters = []
    for n in range(0, 600, 10):
        letters.append(_letter(n, n, True, 600, (n + 1) * DAY, **(offers if n % 20 else papers)))
        if n % 20:
            letters.append(_letter(n + 1, n, False, 800 + 90 * (n % 9), (n + 1) * DAY + DAY // 2))
    rates = learn(letters, 1000 * DAY).ours
    offer, paper = (case_of(one, (), UNKNOWN_HAND) for one in (letters[1], letters[0]))
    assert rates.kinds["first/attached"][0][0] == rates.telling_word(offer)[0] == "offer"
    assert (rates.telling_word(paper)[0], rates.telling_words(paper)) == ("", ["offer"])
    assert _of_subject(rates, offer) == ["“offer” in the subject is answered more often"]
    assert _of_subject(rates, paper) == ["what has no “offer” in the subject is answered less often"]
    assert rates.chance(paper) < 0.3
    assert rates.chance(offer) > 0.7


def test_an_answer_to_a_colleague_that_is_seen_counts() -> None:
    asked = [_letter(n, n, True, 600, (n + 1) * DAY, traits=("colleague",)) for n in range(0, 200, 10)]
    answers = [_letter(n + 1, n, False, 800 + 90 * (n % 9), (n + 1) * DAY + DAY // 2) for n in range(0, 200, 10)]
    answers = [one._replace(by_account=False) for one in answers]
    yes, answered, _, unanswered = learn([*asked, *answers], 1000 * DAY).ours.traits["first/colleague"]
    assert yes == answered > 10
    assert unanswered < 10


def test_a_word_behind_a_question_leaves_it_a_question() -> None:
    rates, hands = Rates(), {BOB: Hand(80, 300)}
    asked, thanks = _letter(1, 1, False, 500), _letter(2, 1, False, 90)
    alone = rates.wanted(standing(thanks, (), hands))
    assert rates.wanted(standing(thanks, (asked,), hands)) > alone


def test_who_seldom_answers_makes_silence_less_surprising() -> None:
    rates = Rates(clear=(85.0, 100))
    assert rates.reliability(Hand(answered=2, awaited=20)) < rates.reliability(Hand(answered=20, awaited=20))


def test_the_same_letters_teach_the_same_in_any_order() -> None:
    letters = [*_log_of(12, 9, 600), *_log_of(3, 12, 100, start=5000)]
    assert learn(letters, 1000 * DAY) == learn(letters[::-1], 1000 * DAY)
