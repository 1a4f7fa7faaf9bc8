"""Does a message want an answer? What its size and place tell, and what was answered before.

No text is read. A message is a case: how much new text it has, where in its conversation it stands,
to how many it went, what hangs on it. How often such cases were answered is counted over the log
(lessons.py); few counts lean on what is usual (PRIORS), many stand for themselves.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from activity.letter import Letter
from activity.shape import UNIT

DAY = 86_400
_QUOTE_MARK = 2  # "> " before each line that is quoted
_QUOTE_HEADING = 50  # "On Fri, 27 Nov 2026 at 15:00, Ana Kim wrote:"
_ROUNDED_UP = UNIT // 2  # by as much what is kept of octets is too much, in the mean
_LARGE = 500  # octets of a message by which one sees whether an answer to it quotes it
_USUAL_BASE = 90  # octets of greeting and signature, where a hand is not known
_USUAL_TEXT = 200  # octets of text beyond them
_HAND_STRENGTH = 4  # letters that what is usual weighs as much as
_SIZES = ((0.15, "a word"), (0.4, "brief"), (0.8, "short"), (1.4, "medium"), (2.4, "long"))
"""Up to what share of what its writer usually writes."""
_LONGEST = "very long"
_UNKNOWN = "of unknown size"
_STRENGTH = 10.0  # messages that a prior weighs as much as
_TRAIT_STRENGTH = 6.0
_PERSON_STRENGTH = 6.0
_IN_A_ROW, _STILL = 3, 0.9
_REMINDED = 3 * DAY  # who writes again so long after they were not answered reminds of it
_WORD_STRENGTH = 3.0
MOST_RELIABLE = 0.85
SUREST = 0.97
_THANKED = 0.1  # of what wants no answer so much gets one all the same: thanks, mostly
_IN_PLACE: Mapping[bool, Mapping[str, float]] = {
    False: {"reminder": 6.0, "reply": 1.3, "after": 2.5},
    True: {"reminder": 6.0, "reply": 0.5, "after": 2.0},
}
"""Of what they wrote, and (True) of what we did: how much likelier what is unanswered there wanted an
answer than its share of answers tells. Who reminds wants one; what begins a conversation is more often
answered for its reminder; a reply of ours gives what was asked for, and is answered with thanks."""
_LATER = ("reply", "after")
_AT_LENGTH: Mapping[str, float] = {"long": 2.0, "very long": 2.0}
"""The same of the size of what stands in the midst of a conversation: thanks answer the shorter ones."""
_DELIVERS = 0.3  # an answer that brings what was asked for, with thanks or without
COLLEAGUE = "colleague"

_NAMES = (*(name for _, name in _SIZES), _LONGEST, _UNKNOWN)
PRIORS: Mapping[str, Mapping[str, float]] = {
    place: dict(zip(_NAMES, rates, strict=True))
    for place, rates in {
        "first": (0.5, 0.6, 0.65, 0.65, 0.65, 0.6, 0.6),
        "reminder": (0.5, 0.5, 0.55, 0.55, 0.55, 0.5, 0.5),
        "again": (0.3, 0.45, 0.5, 0.55, 0.55, 0.5, 0.45),
        "reply": (0.06, 0.15, 0.22, 0.3, 0.35, 0.35, 0.25),
        "after": (0.04, 0.15, 0.3, 0.45, 0.55, 0.55, 0.3),
    }.items()
}
TRAIT_PRIORS: Mapping[str, float] = {
    "several": 0.6, "outside": 1.2, "attached": 0.9, "forwarded": 0.4, "question": 1.6, "colleague": 0.2,
}  # fmt: skip
_PLACES = {
    "first": "first of a conversation",
    "reminder": "a reminder",
    "again": "after another unanswered one",
    "reply": "in reply",
    "after": "after an answer",
}


_TRAITS_SAID = {
    "several": "to several",
    "outside": "to somebody outside as well",
    "attached": "with an attachment",
    "forwarded": "forwarded",
    "question": "a question in the subject",
    "colleague": "between them and a colleague whose mailbox is not read",
}


class Hand(NamedTuple):
    """How somebody writes, from their letters: octets of greeting and signature, of the text that
    is usual beyond them (median), and whether their answers quote.

    `given` and `expected`: how many of the other side's answers there were to what they wrote, and
    how many one would expect of such cases; `answered` and `awaited` the same of their own answers
    to what was written to them.
    """

    base: int = _USUAL_BASE
    text: int = _USUAL_TEXT
    quotes: bool = True
    given: float = 0.0
    expected: float = 0.0
    answered: float = 0.0
    awaited: float = 0.0


class Case(NamedTuple):
    """What is known of a message before it is answered."""

    place: str
    size: str
    traits: frozenset[str]
    words: frozenset[str]

    @property
    def said(self) -> str:
        """ "short, after an answer"."""
        return f"{self.size}, {_PLACES[self.place]}"

    @property
    def also(self) -> list[str]:
        """What else there is to say of it."""
        return [words for trait, words in _TRAITS_SAID.items() if trait in self.traits]


UNKNOWN_HAND = Hand()


class Standing(NamedTuple):
    """A message that waits: its case, then those of what its writer had written just before,
    unanswered as well.

    `writer` and `reader` are the hands of the two. `ours`: one of us wrote it.
    """

    cases: tuple[Case, ...]
    writer: Hand
    reader: Hand
    ours: bool = False


def standing(letter: Letter, before: Sequence[Letter], hands: Mapping[int, Hand]) -> Standing:
    """How a letter stands; `before` are the earlier ones of its conversation, the newest last."""
    writer, reader = hands.get(letter.writer, UNKNOWN_HAND), hands.get(letter.reader, UNKNOWN_HAND)
    ours, cases = letter.ours, [case_of(letter, before, writer)]
    while before and before[-1].ours == letter.ours and len(cases) < _IN_A_ROW:
        letter, before = before[-1], before[:-1]
        if letter.to_other_side:
            cases.append(case_of(letter, before, writer))
    return Standing(tuple(cases), writer, reader, ours)


def is_first(one: Standing) -> bool:
    """Does it begin its conversation, so that it may be the answer to another one?"""
    return one.cases[0].place == "first"


def as_reply(one: Standing) -> Standing:
    """How what is first stands where it answers what the other side wrote in another conversation."""
    first, *others = one.cases
    return one._replace(cases=(first._replace(place="reply"), *others))


def new_text(letter: Letter, answered: Letter | None, quotes: bool) -> int | None:
    """The octets of a letter beyond what it quotes of the one it answers; None where that cannot be
    told."""
    if letter.shape is None:
        return None
    if letter.shape.html:
        return None
    own = letter.shape.octets - _ROUNDED_UP
    if answered is None or answered.shape is None or not quotes or answered.shape.html:
        return own
    theirs = answered.shape.octets - _ROUNDED_UP
    quoted = theirs + _QUOTE_MARK * answered.shape.lines + _QUOTE_HEADING
    return own - quoted if own > 0.9 * theirs and own >= quoted else own


def case_of(letter: Letter, before: Sequence[Letter], hand: Hand) -> Case:
    """The case of a letter; `before` are the earlier ones of its conversation, the newest last."""
    answered = target(letter, before) if before else None
    octets = new_text(letter, answered, hand.quotes)
    size = _UNKNOWN if octets is None else size_of(octets, hand)
    return Case(_place(letter, answered, before), size, letter.traits, letter.words)


def size_of(octets: int, hand: Hand) -> str:
    share = (octets - hand.base) / max(40, hand.text)
    for most, name in _SIZES:
        if share <= most:
            return name
    return _LONGEST


def target(letter: Letter, before: Sequence[Letter]) -> Letter | None:
    """Of the earlier ones of its conversation the one that a letter answers: the one it names, else
    the newest."""
    newest = before[-1] if before else None
    return next((one for one in reversed(before) if one.id == letter.answers), newest) if letter.answers else newest


def _place(letter: Letter, answered: Letter | None, before: Sequence[Letter]) -> str:
    if answered is None:
        return "first"
    if answered.ours == letter.ours:
        return "reminder" if letter.at - answered.at >= _REMINDED else "again"
    return "after" if any(one.ours == letter.ours and one.at < answered.at for one in before) else "reply"


def hand_of(letters: Sequence[tuple[Letter, Letter | None]]) -> Hand:
    """How the writer of these writes; each with the one that it answers, if any."""
    plain = [(one, answered) for one, answered in letters if one.shape is not None and not one.shape.html]
    seen = [
        one.shape.octets > answered.shape.octets
        for one, answered in plain
        if one.shape and answered and answered.shape and answered.shape.octets > _LARGE and not answered.shape.html
    ]
    quotes = sum(seen) * 3 >= len(seen)
    sizes = sorted(octets for one, answered in plain if (octets := new_text(one, answered, quotes)) is not None)
    if not sizes:
        return Hand(quotes=quotes)
    number = len(sizes)
    base = sizes[number // 10] if number >= _HAND_STRENGTH else min(sizes[0], _USUAL_BASE)
    median = sizes[number // 2] - base
    return Hand(max(0, base), (median * number + _USUAL_TEXT * _HAND_STRENGTH) // (number + _HAND_STRENGTH), quotes)


@dataclass
class Rates:
    """What was answered before, of what one side wrote.

    `cases` maps "place/size" to (what their answers weigh, how many were answered, messages),
    `traits` each trait to its share among what was answered and what was not, as counts (answered
    with it, answered, unanswered with it, unanswered); `delays` are the seconds an answer took, in
    order, a sample; `clear` what was answered (and how many there were) of the quarter likeliest to
    be. `kinds`: by circumstance, the words of subjects that tell, as (word, answers given, answers
    expected of such cases); the first that a subject has is its own.
    """

    cases: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    traits: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    delays: list[int] = field(default_factory=list)
    clear: tuple[float, int] = (0.0, 0)
    kinds: dict[str, list[tuple[str, float, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._odds: dict[tuple[str, str, frozenset[str], float], float] = {}

    def chance(self, case: Case, hand: Hand = UNKNOWN_HAND) -> float:
        """How likely such a message is answered in the end, 0 to 1; asked when all cases and traits
        are counted."""
        place, size, traits, _ = case
        kind = place, size, traits, self.telling_word(case)[1] if self.kinds else 1.0
        if (odds := self._odds.get(kind)) is None:  # cases are few, and messages many
            odds = self._odds[kind] = self._odds_of(*kind)
        if hand is not UNKNOWN_HAND:
            odds *= (hand.given + _PERSON_STRENGTH) / (hand.expected + _PERSON_STRENGTH)
        return odds / (1 + odds)

    @cached_property
    def _usual_reliability(self) -> float:
        return self.reliability()

    def wanted(self, one: Standing) -> float:
        """How likely the last of several messages in a row wants an answer, 0 to SUREST: a word
        behind a question leaves it a question."""
        if len(one.cases) == 1:
            return self._wanted(one.cases[0], one)
        return max([self._wanted(case, one) * _STILL**number for number, case in enumerate(one.cases)])

    def _wanted(self, case: Case, one: Standing) -> float:
        share = (self.chance(case, one.writer) - _THANKED) / (self._usual_reliability - _THANKED)
        share = min(SUREST, max(0.005, share))
        odds = share / (1 - share) * _IN_PLACE[one.ours].get(case.place, 1.0)
        if case.place in _LATER:
            odds *= _AT_LENGTH.get(case.size, 1.0) * (_DELIVERS if "attached" in case.traits else 1.0)
        return min(SUREST, odds / (1 + odds))

    def counted(self, case: Case) -> tuple[int, int]:
        """How many like it were answered, and how many there were."""
        _, answered, number = self.cases.get(f"{case.place}/{case.size}", (0.0, 0, 0))
        return answered, number

    def reliability(self, reader: Hand = UNKNOWN_HAND) -> float:
        """The share of what clearly wants an answer that gets one in the end, from this reader."""
        given, number = self.clear
        usual = (given + 0.85 * _STRENGTH) / (number + _STRENGTH)
        own = (reader.answered + _PERSON_STRENGTH) / (reader.awaited + _PERSON_STRENGTH)
        return min(MOST_RELIABLE, max(0.3, usual * own))

    def arrived_by(self, age: float) -> float:
        """The share of answers that had come this many seconds after."""
        if len(self.delays) < 8:
            return min(0.8, age / (30 * DAY))
        return bisect.bisect_right(self.delays, age) / len(self.delays)

    def usual_delay(self, share: float) -> int:
        """The seconds within which this share of the answers came."""
        return self.delays[min(len(self.delays) - 1, int(len(self.delays) * share))] if self.delays else 2 * DAY

    def _odds_of(self, place: str, size: str, traits: frozenset[str], by_word: float) -> float:
        given, _, number = self.cases.get(f"{place}/{size}", (0.0, 0, 0))
        rate = min(0.98, (given + _STRENGTH * PRIORS[place][size]) / (number + _STRENGTH))
        rate = min(0.98, rate * by_word)
        odds = rate / (1 - rate)
        for trait in TRAIT_PRIORS:
            odds *= self._ratio_of(trait, place, trait in traits)
        return odds

    def telling_word(self, case: Case) -> tuple[str, float]:
        """The word of the subject that tells most of such a case ("" where it has none of those that
        do), and by how much it makes an answer likelier."""
        for word, given, expected in self.kinds.get(circumstance(case), ()):
            if not word or word in case.words:
                return word, (given + _WORD_STRENGTH) / (expected + _WORD_STRENGTH)
        return "", 1.0

    def telling_words(self, case: Case) -> list[str]:
        """The words that tell in its circumstance, what tells most first."""
        return [word for word, _, _ in self.kinds.get(circumstance(case), ()) if word]

    def _ratio_of(self, trait: str, place: str, has: bool) -> float:
        """How much likelier an answer is where the trait is there, or is not."""
        yes, answered, no, unanswered = self.traits.get(trait_at(trait, place), (0.0, 0.0, 0.0, 0.0))
        prior = TRAIT_PRIORS[trait]
        among_answered = (yes + _TRAIT_STRENGTH * 0.2 * prior) / (answered + _TRAIT_STRENGTH)
        among_others = (no + _TRAIT_STRENGTH * 0.2) / (unanswered + _TRAIT_STRENGTH)
        ratio = among_answered / among_others if has else (1 - among_answered) / (1 - among_others)
        return min(3.0, max(0.05, ratio))


def trait_at(trait: str, place: str) -> str:
    """Among beginnings and among answers what hangs on a message means another thing."""
    return f"{'first' if place == 'first' else 'later'}/{trait}"


def circumstance(case: Case) -> str:
    """Apart from which the same word of a subject means another thing."""
    if case.place == "first":
        return "first/attached" if "attached" in case.traits else "first/plain"
    return "later/attached" if "attached" in case.traits else "later/plain"
