"""Calendars of ours that tell differently of one meeting, none of them newer: the same holds in
whatever order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from calendar_worlds import ANA, ANSWERS, BEN, CALENDARS, KIM, NOW, TOM, Event, Put, vcalendar
from test_nobody_moves_meetings import agent, dates_of, meetings_of, read

from lasttouch.keeping.agent import Agent
from lasttouch.keeping.recomputation import recompute
from store.transactions import writing

__all__ = ("agent",)
AT_ONCE = 10


def disagreement(chance: random.Random, known_answers: Sequence[str] = ANSWERS) -> list[Put]:
    """One meeting of the same SEQUENCE and DTSTAMP in two calendars or three, each of which tells
    it its own way."""
    organizer = chance.choice([TOM, KIM, ANA, BEN, ""])
    guests = [one for one in (ANA, BEN, TOM, KIM) if one != organizer]
    start = NOW.replace(minute=0) - timedelta(days=chance.choice([2, 9, 40]))
    first = Event("m", start, f"ORGANIZER:mailto:{organizer}" if organizer else "", dict.fromkeys(guests, ""))
    first.more = {"SEQUENCE": "1"}
    if chance.random() < 0.7:
        first.more["DTSTAMP"] = f"{start - timedelta(days=9):%Y%m%dT%H%M%SZ}"
    if chance.random() < 0.3:
        first.more["RRULE"] = "FREQ=DAILY;COUNT=2"
    found = []
    count = chance.choice([2, 2, 3])
    for account, kind, place in chance.sample(CALENDARS, count):
        told = replace(first, more=dict(first.more), start=start + timedelta(hours=chance.choice([0, 0, 2])))
        answers = (
            known_answers if count == 2 else ["ACCEPTED"]
        )  # of three, two may know what the one that holds does not
        told.guests = {one: chance.choice(answers) for one in guests if chance.random() < 0.8} or {TOM: "ACCEPTED"}
        if kind == "calendar_urls" and chance.random() < 0.3:
            told = replace(told, organizer="", guests={})
        told.more["SUMMARY"] = chance.choice(["Visit", "Tour"])
        if chance.random() < 0.2:
            told.more["STATUS"] = "CANCELLED"
        found.append(Put(account, kind, place, chance.choice("ab") + ".ics", vcalendar([told])))
    return found


def changed(chance: random.Random, one: Put) -> Put:
    """The same object as it is later: it may be older by its SEQUENCE, as from a program that does
    not count."""
    text = one.text.replace("SEQUENCE:1", f"SEQUENCE:{chance.choice('0112')}")
    return replace(one, text=text.replace("SUMMARY", chance.choice(["STATUS:CANCELLED\r\nSUMMARY", "SUMMARY"])))


@pytest.mark.parametrize("seeds", [range(first, first + AT_ONCE) for first in range(0, 60, AT_ONCE)], ids=str)
def test_what_no_calendar_shows_any_more_holds_no_more(agent: Agent, seeds: Sequence[int]) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        told = disagreement(chance, ["ACCEPTED"])
        now = [changed(chance, one) for one in told]
        read(agent, now)
        expected = meetings_of(agent), dates_of(agent, {TOM, KIM})
        for order in permutations(now):
            read(agent, [*told, *order])
            assert (meetings_of(agent), dates_of(agent, {TOM, KIM})) == expected, f"seed {seed}: {told} {order}"
        with writing(agent.connection):
            assert recompute(agent) == 0, f"seed {seed}: check finds differences"


@pytest.mark.parametrize("seeds", [range(first, first + AT_ONCE) for first in range(0, 60, AT_ONCE)], ids=str)
def test_what_holds_hangs_on_no_order(agent: Agent, seeds: Sequence[int]) -> None:
    for seed in seeds:
        told = disagreement(random.Random(seed))
        results: list[Any] = []
        for order in permutations(told):
            read(agent, order)
            results.append((meetings_of(agent), dates_of(agent, {TOM, KIM})))
            with writing(agent.connection):
                assert recompute(agent) == 0, f"seed {seed}: check finds differences"
        assert all(one == results[0] for one in results), f"seed {seed}: {told}"
