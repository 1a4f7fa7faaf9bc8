"""What a log teaches of who answers what: counted over its conversations.

That an answer was given is not the same as that one was wanted, so a bare word of thanks counts for
little as an answer, and a brief one for less than one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from activity.letter import Letter, in_order
from matchers.expectation import (
    COLLEAGUE,
    DAY,
    TRAIT_PRIORS,
    UNKNOWN_HAND,
    Case,
    Hand,
    Rates,
    case_of,
    circumstance,
    hand_of,
    new_text,
    size_of,
    target,
    trait_at,
)

_WINDOW = 45 * DAY
_WORD_SEEN, _WORDS_KEPT = 8, 6
_SURPRISING = 6.0  # chi-squared of one degree: from where on a word tells
_COUNTS: Mapping[str, float] = {"a word": 0.1, "brief": 0.7}
"""How much of an answer one of that size is: most of these are thanks."""
NEAR = 200  # letters of a conversation before and behind one: a forger may make it as long as he likes

_NONE = (0.0, 0)

_Kind = tuple[str, str, frozenset[str], float]
"""Place, size and traits of a message, and how much of an answer it got."""


class Learned(NamedTuple):
    """What one log teaches: of what the others wrote (did we answer?), of what we wrote (did
    they?), and the hands."""

    theirs: Rates
    ours: Rates
    hands: dict[int, Hand]


@dataclass(slots=True)
class _Told:
    """A message that was old enough to be answered: how much of an answer it got, and how likely
    one was."""

    case: Case
    given: float
    ours: bool
    chance: float = 0.0


def learn(letters: Sequence[Letter], until: int) -> Learned:
    """Count over these letters; of those too young to have been answered by `until` nothing is
    counted."""
    conversations: dict[int, list[Letter]] = {}
    for letter in sorted(letters, key=lambda one: (one.at, one.id)):
        conversations.setdefault(letter.conversation, []).append(letter)
    conversations = {name: in_order(many) if len(many) > 1 else many for name, many in conversations.items()}
    hands = _hands(conversations.values())
    counts = (Rates(), Rates())
    counted: tuple[Counter[_Kind], Counter[_Kind]] = (Counter(), Counter())
    written: dict[int, list[_Told]] = {}
    read: dict[int, list[_Told]] = {}
    for many in conversations.values():
        for number, letter in enumerate(many):
            if not letter.to_other_side:
                continue
            before = many[max(0, number - NEAR) : number] if number else ()
            case = case_of(letter, before, hands.get(letter.writer, UNKNOWN_HAND))
            later = many[number + 1 : number + 1 + NEAR]
            given, delay = _answer(letter, later, hands) if later else _NONE
            if not given and until - letter.at < 10 * DAY:
                continue
            told = _Told(case, given, letter.ours)
            written.setdefault(letter.writer, []).append(told)
            if letter.ours:
                read.setdefault(letter.reader, []).append(told)
            counted[letter.ours][case.place, case.size, case.traits, given] += 1
            if given == 1.0:
                counts[letter.ours].delays.append(delay)
    for rates, kinds in zip(counts, counted, strict=True):
        _count(rates, kinds)
        rates.delays = sorted(rates.delays)[:: max(1, len(rates.delays) // 200)]
    all_told = [one for cases in written.values() for one in cases]
    for ours, rates in enumerate(counts):
        rates.kinds = _kinds([(one.case, one.given) for one in all_told if one.ours == ours], rates)
    for one in all_told:
        one.chance = counts[one.ours].chance(one.case)
    hands |= _judged_by_answers(hands, written, read)
    for ours, rates in enumerate(counts):
        chances = sorted([(one.chance, one.given > 0) for one in all_told if one.ours == ours], reverse=True)
        clearest = chances[: max(1, len(chances) // 4)]
        rates.clear = (float(sum(given for _, given in clearest)), len(clearest))
    return Learned(counts[False], counts[True], hands)


def _judged_by_answers(
    hands: Mapping[int, Hand], written: Mapping[int, Sequence[_Told]], read: Mapping[int, Sequence[_Told]]
) -> dict[int, Hand]:
    """The hands of these writers and readers, with the answers there were and those one would
    expect."""
    judged: dict[int, Hand] = {}
    for writer, cases in written.items():
        given, expected = round(sum([one.given for one in cases]), 2), round(sum([one.chance for one in cases]), 2)
        judged[writer] = hands.get(writer, UNKNOWN_HAND)._replace(given=given, expected=expected)
    for reader, heard in read.items():
        answered, awaited = round(sum([one.given for one in heard]), 2), round(sum([one.chance for one in heard]), 2)
        known = judged.get(reader) or hands.get(reader, UNKNOWN_HAND)
        judged[reader] = known._replace(answered=answered, awaited=awaited)
    return judged


def _kinds(cases: Sequence[tuple[Case, float]], rates: Rates) -> dict[str, list[tuple[str, float, float]]]:
    """What the subjects tell, apart for each circumstance: the words that tell most, one after the
    other, of what those before them leave; the last, "", is of what has none of them."""
    apart: dict[str, list[tuple[Case, float, float]]] = {}
    for case, given in cases:
        apart.setdefault(circumstance(case), []).append((case, given, rates.chance(case)))
    return {name: kinds for name, some in apart.items() if len(kinds := _split(some)) > 1}


def _split(cases: Sequence[tuple[Case, float, float]]) -> list[tuple[str, float, float]]:
    """Of messages in one circumstance, each with what it got of an answer and what was expected."""
    found: list[tuple[str, float, float]] = []
    while len(found) < _WORDS_KEPT and (word := _telling(cases)):
        found.append((word, *_sums([one for one in cases if word in one[0].words])))
        cases = [one for one in cases if word not in one[0].words]
    return [*found, ("", *_sums(cases))]


def _sums(cases: Sequence[tuple[Case, float, float]]) -> tuple[float, float]:
    return round(sum(given for _, given, _ in cases), 2), round(sum(expected for _, _, expected in cases), 2)


def _telling(cases: Sequence[tuple[Case, float, float]]) -> str:
    """The word that divides these best into what was answered and what was not; "" for none."""
    given, expected = _sums(cases)
    usual = given / expected if expected else 1.0
    counted: dict[str, list[float]] = {}
    spread = 0.0
    for case, answer, chance in cases:
        likely = min(0.98, chance * usual)
        spread += likely * (1 - likely)
        for word in case.words:
            counts = counted.setdefault(word, [0.0, 0.0, 0])
            counts[0] += answer - likely
            counts[1] += likely * (1 - likely)
            counts[2] += 1
    surprises = [
        (surplus**2 / max(1.0, own) + surplus**2 / max(1.0, spread - own), word)
        for word, (surplus, own, number) in counted.items()
        if _WORD_SEEN <= number < len(cases)
    ]
    surprise, word = max(surprises, default=(0.0, ""))
    return word if surprise >= _SURPRISING else ""


def _hands(conversations: Iterable[Sequence[Letter]]) -> dict[int, Hand]:
    written: dict[int, list[tuple[Letter, Letter | None]]] = {}
    for many in conversations:
        for number, letter in enumerate(many):
            answered = target(letter, many[max(0, number - NEAR) : number]) if number else None
            written.setdefault(letter.writer, []).append((letter, answered))
    return {writer: hand_of(letters) for writer, letters in written.items()}


def _answer(letter: Letter, later: Sequence[Letter], hands: Mapping[int, Hand]) -> tuple[float, int]:
    """How much of an answer the first message of the other side is, 0 for none, and how long it
    took."""
    known = [letter]
    for one in later:
        if one.at - letter.at > _WINDOW:
            break
        if one.ours != letter.ours:
            if COLLEAGUE in letter.traits and not letter.ours and not one.by_account:
                break  # whether we had to answer is shown by what we did
            hand = hands.get(one.writer, UNKNOWN_HAND)
            octets = new_text(one, target(one, known), hand.quotes)
            return 1.0 if octets is None else _COUNTS.get(size_of(octets, hand), 1.0), max(0, one.at - letter.at)
        known.append(one)
    return 0.0, 0


def _count(rates: Rates, kinds: Mapping[_Kind, int]) -> None:
    """How many messages there were of each kind."""
    for (place, size, traits, given), number in kinds.items():
        if COLLEAGUE not in traits:
            key = f"{place}/{size}"
            weight, answers, all_of_them = rates.cases.get(key, (0.0, 0, 0))
            rates.cases[key] = (round(weight + given * number, 2), answers + number * (given > 0), all_of_them + number)
        for trait in TRAIT_PRIORS:
            name, has = trait_at(trait, place), trait in traits
            yes, answered, no, unanswered = rates.traits.get(name, (0.0, 0.0, 0.0, 0.0))
            rates.traits[name] = (
                round(yes + given * number * has, 2), round(answered + given * number, 2),
                round(no + (1 - given) * number * has, 2), round(unanswered + (1 - given) * number, 2),
            )  # fmt: skip
