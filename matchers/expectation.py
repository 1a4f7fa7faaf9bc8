"""Does a message want an answer? What its size and place tell, and what was answered before.

No text is read. A message is a case: how much new text it has, where in its conversation it stands,
to how many it went, what hangs on it. How often such cases were answered is counted over the log;
few counts lean on what is usual (PRIORS), many stand for themselves. That an answer was given is
not the same as that one was wanted, so a bare word of thanks counts for little as an answer,
and a brief one for half of one.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from activity.letter import Letter

DAY = 86_400
_QUOTE_MARK = 2  # "> " before each line that is quoted
_QUOTE_HEADING = 60  # "On …, … wrote:"
_LARGE = 500  # octets of a message by which one sees whether an answer to it quotes it
_USUAL_BASE = 90  # octets of greeting and signature, where a hand is not known
_USUAL_TEXT = 200  # octets of text beyond them
_HAND_STRENGTH = 4  # letters that what is usual weighs as much as
_SIZES = ((0.15, "a word"), (0.4, "brief"), (0.8, "short"), (1.4, "medium"), (2.4, "long"))
"""Up to what share of what its writer usually writes."""
_LONGEST = "very long"
_UNKNOWN = "of unknown size"
_STRENGTH = 10.0  # messages that a prior weighs as much as
_TRAIT_STRENGTH = 12.0
_PERSON_STRENGTH = 6.0
_IN_A_ROW, _STILL = 3, 0.9
_WORD_STRENGTH = 6.0
_WORD_SEEN, _WORDS_KEPT = 8, 200
MOST_RELIABLE = 0.85
_COUNTS: Mapping[str, float] = {"a word": 0.2, "brief": 0.5}
"""How much of an answer one of that size is: most of these are thanks."""
_WINDOW = 45 * DAY
_COLLEAGUE = "colleague"

_NAMES = (*(name for _, name in _SIZES), _LONGEST, _UNKNOWN)
PRIORS: Mapping[str, Mapping[str, float]] = {
    place: dict(zip(_NAMES, rates, strict=True))
    for place, rates in {
        "first": (0.5, 0.6, 0.65, 0.65, 0.65, 0.6, 0.6),
        "again": (0.3, 0.45, 0.5, 0.55, 0.55, 0.5, 0.45),
        "reply": (0.06, 0.15, 0.22, 0.3, 0.35, 0.35, 0.25),
        "after": (0.04, 0.15, 0.3, 0.45, 0.55, 0.55, 0.3),
    }.items()
}
_TRAIT_PRIORS: Mapping[str, float] = {
    "several": 0.6, "attached": 0.9, "forwarded": 0.4, "question": 1.6, "colleague": 0.2,
}  # fmt: skip
_PLACES = {
    "first": "first of a conversation",
    "again": "after another unanswered one",
    "reply": "in reply",
    "after": "after an answer",
}


_TRAITS_SAID = {
    "several": "to several",
    "attached": "with an attachment",
    "forwarded": "forwarded",
    "question": "a question in the subject",
    "colleague": "to a colleague whose mailbox is not read",
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

    `writer` and `reader` are the hands of the two.
    """

    cases: tuple[Case, ...]
    writer: Hand
    reader: Hand


def standing(letter: Letter, before: Sequence[Letter], hands: Mapping[int, Hand]) -> Standing:
    """How a letter stands; `before` are the earlier ones of its conversation, the newest last."""
    writer, reader = hands.get(letter.writer, UNKNOWN_HAND), hands.get(letter.reader, UNKNOWN_HAND)
    cases = [case_of(letter, before, writer)]
    while before and before[-1].ours == letter.ours and len(cases) < _IN_A_ROW:
        letter, before = before[-1], before[:-1]
        if letter.to_other_side:
            cases.append(case_of(letter, before, writer))
    return Standing(tuple(cases), writer, reader)


def new_text(letter: Letter, answered: Letter | None, quotes: bool) -> int | None:
    """The octets of a letter beyond what it quotes of the one it answers; None where that cannot be
    told."""
    if letter.shape is None:
        return None
    own = letter.shape.octets
    if letter.shape.html:
        return None
    if answered is None or answered.shape is None or not quotes or answered.shape.html:
        return own
    quoted = answered.shape.octets + _QUOTE_MARK * answered.shape.lines + _QUOTE_HEADING
    return own - quoted if own > 0.9 * answered.shape.octets and own >= quoted else own


def case_of(letter: Letter, before: Sequence[Letter], hand: Hand) -> Case:
    """The case of a letter; `before` are the earlier ones of its conversation, the newest last."""
    previous = before[-1] if before else None
    octets = new_text(letter, previous, hand.quotes)
    size = _UNKNOWN if octets is None else _size(octets, hand)
    return Case(_place(letter, before), size, letter.traits, letter.words)


def _size(octets: int, hand: Hand) -> str:
    share = (octets - hand.base) / max(40, hand.text)
    for most, name in _SIZES:
        if share <= most:
            return name
    return _LONGEST


def _place(letter: Letter, before: Sequence[Letter]) -> str:
    if not before:
        return "first"
    if before[-1].ours == letter.ours:
        return "again"
    return "after" if any(one.ours == letter.ours for one in before) else "reply"


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
    be. `words`: of subjects that many have written, (answers given, answers expected of such
    cases).
    """

    cases: dict[str, tuple[float, int, int]] = field(default_factory=dict)
    traits: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    delays: list[int] = field(default_factory=list)
    clear: tuple[float, int] = (0.0, 0)
    words: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._odds: dict[tuple[str, str, frozenset[str], float], float] = {}
        self._telling: dict[tuple[str, frozenset[str]], tuple[str, float]] = {}

    def chance(self, case: Case, hand: Hand = UNKNOWN_HAND) -> float:
        """How likely such a message is answered in the end, 0 to 1; asked when all cases and traits
        are counted."""
        kind = case.place, case.size, case.traits, self.telling_word(case)[1]
        if (odds := self._odds.get(kind)) is None:  # cases are few, and messages many
            odds = self._odds[kind] = self._odds_of(*kind)
        odds *= (hand.given + _PERSON_STRENGTH) / (hand.expected + _PERSON_STRENGTH)
        return odds / (1 + odds)

    def chance_of(self, one: Standing) -> float:
        """Of the last of several messages in a row: a word behind a question leaves it a question."""
        if len(one.cases) == 1:
            return self.chance(one.cases[0], one.writer)
        return max(self.chance(case, one.writer) * _STILL**number for number, case in enumerate(one.cases))

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
        for trait in _TRAIT_PRIORS:
            odds *= self._ratio_of(trait, place, trait in traits)
        return odds

    def telling_word(self, case: Case) -> tuple[str, float]:
        """The word of the subject that tells most, and by how much it makes an answer likelier; "",
        1.0 for none."""
        if not self.words or not case.words:
            return "", 1.0
        subject = case.place, case.words
        if (told := self._telling.get(subject)) is None:  # many messages have one subject, or the words of one
            told = self._telling[subject] = self._word_of(*subject)
        return told

    def _word_of(self, place: str, words: frozenset[str]) -> tuple[str, float]:
        found = [("", 1.0)]
        for word in sorted(words):
            if (name := _of_trait(word, place)) in self.words:
                given, expected = self.words[name]
                found.append((word, (given + _WORD_STRENGTH) / (expected + _WORD_STRENGTH)))
        return max(found, key=lambda one: max(one[1], 1 / one[1]))

    def _ratio_of(self, trait: str, place: str, has: bool) -> float:
        """How much likelier an answer is where the trait is there, or is not."""
        yes, answered, no, unanswered = self.traits.get(_of_trait(trait, place), (0.0, 0.0, 0.0, 0.0))
        prior = _TRAIT_PRIORS[trait]
        among_answered = (yes + _TRAIT_STRENGTH * 0.2 * prior) / (answered + _TRAIT_STRENGTH)
        among_others = (no + _TRAIT_STRENGTH * 0.2) / (unanswered + _TRAIT_STRENGTH)
        ratio = among_answered / among_others if has else (1 - among_answered) / (1 - among_others)
        return min(3.0, max(0.05, ratio))


def _of_trait(trait: str, place: str) -> str:
    """Among beginnings and among answers what hangs on a message means another thing."""
    return f"{'first' if place == 'first' else 'later'}/{trait}"


NEAR = 200  # letters of a conversation before and behind one: a forger may make it as long as he likes


_Kind = tuple[str, str, frozenset[str], float]
"""Place, size and traits of a message, and how much of an answer it got."""


class Learned(NamedTuple):
    """What one log teaches: of what the others wrote (did we answer?), of what we wrote (did
    they?), and the hands."""

    theirs: Rates
    ours: Rates
    hands: dict[int, Hand]


def learn(letters: Sequence[Letter], until: int) -> Learned:
    """Count over these letters; of those too young to have been answered by `until` nothing is
    counted."""
    conversations: dict[int, list[Letter]] = {}
    for letter in sorted(letters, key=lambda one: (one.at, one.id)):
        conversations.setdefault(letter.conversation, []).append(letter)
    hands = _hands(conversations.values())
    counts = (Rates(), Rates())
    counted: tuple[Counter[_Kind], Counter[_Kind]] = (Counter(), Counter())
    written: dict[int, list[tuple[Case, float, bool]]] = {}
    read: dict[int, list[tuple[Case, float]]] = {}
    for many in conversations.values():
        for number, letter in enumerate(many):
            if not letter.to_other_side:
                continue
            case = case_of(letter, many[max(0, number - NEAR) : number], hands.get(letter.writer, UNKNOWN_HAND))
            given, delay = _answer(letter, many[number + 1 : number + 1 + NEAR], hands)
            if not given and until - letter.at < 10 * DAY:
                continue
            written.setdefault(letter.writer, []).append((case, given, letter.ours))
            if letter.ours:
                read.setdefault(letter.reader, []).append((case, given))
            counted[letter.ours][case.place, case.size, case.traits, given] += 1
            if given == 1.0:
                counts[letter.ours].delays.append(delay)
    for rates, kinds in zip(counts, counted, strict=True):
        _count(rates, kinds)
        rates.delays = sorted(rates.delays)[:: max(1, len(rates.delays) // 200)]
    for ours, rates in enumerate(counts):
        rates.words = _words([(c, g) for cases in written.values() for c, g, side in cases if side == ours], rates)
    for writer, cases in written.items():
        expected = sum(counts[ours].chance(case) for case, _, ours in cases)
        hand = hands.get(writer, UNKNOWN_HAND)
        hands[writer] = hand._replace(given=round(sum(given for _, given, _ in cases), 2), expected=round(expected, 2))
    for reader, heard in read.items():
        awaited = sum(counts[True].chance(case) for case, _ in heard)
        answered = sum(given for _, given in heard)
        hand = hands.get(reader, UNKNOWN_HAND)
        hands[reader] = hand._replace(answered=round(answered, 2), awaited=round(awaited, 2))
    for ours, rates in enumerate(counts):
        chances = [(rates.chance(c), g > 0) for cases in written.values() for c, g, side in cases if side == ours]
        clearest = sorted(chances, reverse=True)[: max(1, len(chances) // 4)]
        rates.clear = (float(sum(given for _, given in clearest)), len(clearest))
    return Learned(counts[False], counts[True], hands)


def _words(cases: Sequence[tuple[Case, float]], rates: Rates) -> dict[str, tuple[float, float]]:
    """Of the words that many of these messages have in their subjects: what they tell."""
    counted: dict[str, list[float]] = {}
    for case, given in cases:
        expected = rates.chance(case)
        for word in case.words:
            counts = counted.setdefault(_of_trait(word, case.place), [0.0, 0.0, 0])
            counts[0], counts[1], counts[2] = counts[0] + given, counts[1] + expected, counts[2] + 1
    frequent = sorted(
        (name for name, counts in counted.items() if counts[2] >= _WORD_SEEN),
        key=lambda name: (-counted[name][2], name),
    )
    return {name: (round(counted[name][0], 2), round(counted[name][1], 2)) for name in frequent[:_WORDS_KEPT]}


def _hands(conversations: Iterable[Sequence[Letter]]) -> dict[int, Hand]:
    written: dict[int, list[tuple[Letter, Letter | None]]] = {}
    for many in conversations:
        for number, letter in enumerate(many):
            written.setdefault(letter.writer, []).append((letter, many[number - 1] if number else None))
    return {writer: hand_of(letters) for writer, letters in written.items()}


def _answer(letter: Letter, later: Sequence[Letter], hands: Mapping[int, Hand]) -> tuple[float, int]:
    """How much of an answer the first message of the other side is, 0 for none, and how long it
    took."""
    previous = letter
    for one in later:
        if one.at - letter.at > _WINDOW:
            break
        if one.ours != letter.ours:
            if _COLLEAGUE in letter.traits and not one.by_account:
                break  # whether we had to answer is shown by what we did
            hand = hands.get(one.writer, UNKNOWN_HAND)
            octets = new_text(one, previous, hand.quotes)
            return 1.0 if octets is None else _COUNTS.get(_size(octets, hand), 1.0), one.at - letter.at
        previous = one
    return 0.0, 0


def _count(rates: Rates, kinds: Mapping[_Kind, int]) -> None:
    """How many messages there were of each kind."""
    for (place, size, traits, given), number in kinds.items():
        if _COLLEAGUE not in traits:
            key = f"{place}/{size}"
            weight, answers, all_of_them = rates.cases.get(key, (0.0, 0, 0))
            rates.cases[key] = (round(weight + given * number, 2), answers + number * (given > 0), all_of_them + number)
        for trait in _TRAIT_PRIORS:
            name, has = _of_trait(trait, place), trait in traits
            yes, answered, no, unanswered = rates.traits.get(name, (0.0, 0.0, 0.0, 0.0))
            rates.traits[name] = (
                round(yes + given * number * has, 2), round(answered + given * number, 2),
                round(no + (1 - given) * number * has, 2), round(unanswered + (1 - given) * number, 2),
            )  # fmt: skip
