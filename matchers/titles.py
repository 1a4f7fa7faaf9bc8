"""Whom the title of a meeting names, where nobody is listed in it: "Call Xenia Papadopoulos"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from unicodedata import normalize

from activity.facts import Facts
from activity.participant import TITLE
from matchers.notes import NOTED
from matchers.policy import Policy

MOST_WORDS = 6
_WORD = re.compile(r"[^\W_]+(?:['’‐-][^\W_]+)*")
_OWNERS = re.compile(r"['’]s$")  # "Xenia Papadopoulos's visit" is hers
_ADDRESSED = frozenset(("dr", "prof", "mr", "mrs", "ms", "miss", "herr", "frau"))


def words(text: str) -> list[str]:
    """Its words in one spelling of each letter, case folded; diacritics stay."""
    folded = normalize("NFC", normalize("NFC", text).casefold())
    return [_OWNERS.sub("", word) for word in _WORD.findall(folded)]


def name_key(name: str) -> str | None:
    """What a title must hold to name this contact: first and last name and what is between them, in that order.

    "Papadopoulos, Xenia" is Xenia Papadopoulos; None where it is one word, too many, or an address.
    """
    last, comma, first = name.partition(",")
    found = words(f"{first} {last}" if comma and words(first) else name)
    while found and found[0] in _ADDRESSED:
        del found[0]
    return None if "@" in name or not 2 <= len(found) <= MOST_WORDS else " ".join(found)


def first_pair(key: str) -> str:
    """The two words by which titles that may hold this key are found."""
    return " ".join(key.split(" ", 2)[:2])


def pairs(title: str) -> set[str]:
    """Each two words of a title that follow one another."""
    return {f"{one} {other}" for one, other in pairwise(words(title))}


def phrases(title: str) -> set[str]:
    """All that could be somebody's key in it."""
    found = words(title)
    return {" ".join(found[at : at + size]) for at, size in _spans(found)}


def the_one(title: str, holders: Mapping[str, Collection[int]]) -> int | None:
    """The only contact that the title names; None where it names nobody, several, or one of two of that name.

    `holders` has the contacts of each key that is one of its `phrases`. A name within a longer one is not told apart.
    """
    found = words(title)
    named: set[int] = set()
    read_to = 0
    for at, size in _spans(found):
        if at >= read_to and (who := holders.get(" ".join(found[at : at + size]))):
            named.update(who)
            read_to = at + size
    return named.pop() if len(named) == 1 else None


def _spans(found: list[str]) -> Iterator[tuple[int, int]]:
    """Where phrases begin, and of how many words they are; of those that begin at one place the longest first."""
    for at in range(len(found) - 1):
        for size in range(min(MOST_WORDS, len(found) - at), 1, -1):
            yield at, size


def may_name(facts: Facts, policy: Policy) -> bool:
    """Is it a meeting at a time, with a title, of one of us and with nobody listed?"""
    return (
        facts.kind == "meeting"
        and bool(facts.subject)
        and not {"all-day", "invited", NOTED} & facts.evidence.keys()
        and all(
            person.role == TITLE or (person.role == "organizer" and policy.is_self(person.address.email))
            for person in facts.participants
        )
    )
