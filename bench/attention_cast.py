"""The people of a rep's mailbox, and how each of them writes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

REP = ("Ana Kim", "ana@acme.example")
COLLEAGUE = ("Ben Ode", "ben@acme.example")
Kind = Literal["regular", "silent", "project", "one-off", "deal", "series"]

_FIRST = (
    "Ada", "Boris", "Carla", "Dmitri", "Elsa", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luca", "Mila",
    "Nils", "Olga", "Pablo", "Rita", "Samir", "Tilda", "Uwe", "Vera", "Wanda", "Yusuf", "Zora",
)  # fmt: skip
_LAST = (
    "Abel", "Bruns", "Conti", "Dahl", "Eriksen", "Fabre", "Gallo", "Hahn", "Ibsen", "Jonker", "Keller", "Lund",
    "Marin", "Nowak", "Orsini", "Petit", "Rossi", "Stein", "Torres", "Ulrich", "Vidal", "Weiss",
)  # fmt: skip


@dataclass(frozen=True)
class Hand:
    """How somebody writes. `wordy` multiplies lengths; `quotes` "all", "none" or "trimmed" below
    the own text.

    `wrap` is the line length, 0 for a paragraph a line; `answers` the share of questions that are
    ever answered, `days` how long that takes (median), `thanks` how often a matter ends with a word
    of thanks.
    """

    wordy: float
    quotes: str
    signature: int
    wrap: int
    layout: str  # "plain" | "alternative" | "html"
    encoding: str  # "7bit" | "quoted-printable" | "base64"
    answers: float
    days: float
    thanks: float
    mobile: float


@dataclass(frozen=True)
class Person:
    """Somebody the rep exchanges with; `period` are the days between bursts of a regular one."""

    name: str
    email: str
    company: str
    kind: Kind
    hand: Hand
    period: float = 0.0
    second: str = ""


@dataclass(frozen=True)
class Rep:
    """The owner of the mailbox: how they write, and whether they file what is dealt with out of the
    inbox.

    `forgets` is the share of what asks for an answer that never gets one.
    """

    hand: Hand
    files: bool
    forgets: float


def rep(chance: random.Random, files: bool, terse: bool, sloppy: bool) -> Rep:
    hand = Hand(
        wordy=0.6 if terse else 1.5,
        quotes=chance.choice(("all", "all", "all", "none")),
        signature=chance.choice((3, 5, 7)),
        wrap=chance.choice((72, 72, 0)),
        layout=chance.choice(("plain", "alternative")),
        encoding=chance.choice(("7bit", "quoted-printable")),
        answers=1.0,
        days=1.6 if sloppy else 0.4,
        thanks=0.35,
        mobile=0.15,
    )
    return Rep(hand, files, forgets=0.16 if sloppy else 0.07)


def people(chance: random.Random, count: int = 150, companies: int = 40) -> list[Person]:
    """The people, each with a kind of relation and a hand of their own."""
    found = []
    for number in range(count):
        first = _FIRST[number % len(_FIRST)]
        last = _LAST[(number * 7 + number // len(_FIRST)) % len(_LAST)]
        company = number % companies
        kind = chance.choices(("regular", "silent", "project", "one-off", "deal", "series"), (18, 12, 18, 76, 12, 8))[0]
        local = chance.choice((f"{first}.{last}", f"{first[0]}{last}", first)).lower()
        email = f"{local}{number if local == first.lower() else ''}@firm{company}.example"
        period = chance.choice((14.0, 21.0, 30.0, 30.0, 45.0, 60.0)) if kind in ("regular", "silent", "series") else 0
        second = f"{first.lower()}{number}@mail.example" if chance.random() < 0.04 else ""
        found.append(Person(f"{first} {last}", email, f"Firm {company}", kind, _hand(chance), period, second))
    return found


def _hand(chance: random.Random) -> Hand:
    return Hand(
        wordy=chance.lognormvariate(0, 0.45),
        quotes=chance.choices(("all", "none", "trimmed"), (7, 2, 1))[0],
        signature=chance.choice((0, 2, 4, 6, 9)),
        wrap=chance.choice((72, 76, 0)),
        layout=chance.choices(("plain", "alternative", "html"), (3, 6, 1))[0],
        encoding=chance.choices(("7bit", "quoted-printable", "base64"), (5, 5, 1))[0],
        answers=min(0.98, chance.betavariate(6, 2)),
        days=chance.lognormvariate(0.1, 0.8),
        thanks=chance.betavariate(2, 2),
        mobile=chance.choice((0.0, 0.1, 0.4)),
    )
