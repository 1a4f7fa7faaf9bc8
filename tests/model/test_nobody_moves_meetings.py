"""Nobody moves another's meeting: worlds by their seeds, with and without what a stranger puts into
any calendar.

LASTTOUCH_WORLDS says how many are tried, LASTTOUCH_FIRST_WORLD from which seed on.
"""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from calendar_worlds import EVE, KIM, NOW, TOM, Put, agenda, intrusion

from activity.contact import ContactEntry
from activity.meeting import CalendarObject
from capture.calendar.content_lines import BrokenObject
from capture.calendar.objects import strip
from capture.files.calendar_objects import objects_of
from config_lines import account, caldav, files, table
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.meetings import Meetings
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from lasttouch.passes.pipeline import registered
from store import places
from store.identities import NOBODY, whose
from store.people import people
from store.transactions import writing

WORLDS = int(os.environ.get("LASTTOUCH_WORLDS", "30"))
FIRST = int(os.environ.get("LASTTOUCH_FIRST_WORLD", "0"))
AT_ONCE = 20
EMPTIED = ("sighting", "participation", "title_pair", "calendar_person", "calendar_object", "activity")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    path = tmp_path / "config.toml"
    feed = table("[[accounts.calendar_urls]]", name="Feed", url="https://feed.example/x.ics")
    own = "".join(account(name, caldav("https://cal.example/"), files("x"), feed) for name in ("ana", "ben"))
    path.write_text(f'database = "log.db"\ninternal_domains = ["acme.example"]\n{own}')
    with opened(load_config(path), lambda: NOW) as agent:
        for email in (TOM, KIM, EVE):
            address_book.import_contacts(agent, [ContactEntry(email.partition("@")[0].title(), [email])])
        yield agent


def read(agent: Agent, steps: Sequence[Put]) -> None:
    """Into an empty log, one object after the other, as each kind of source gives it."""
    with writing(agent.connection):
        for table_name in EMPTIED:
            agent.connection.execute(f"DELETE FROM {table_name}")
        agent.connection.execute("UPDATE contact_touch SET due = 0")
        agent.connection.execute("UPDATE stranger SET due = 0")
    for step in steps:
        show(agent, step)
    agent.refresh()


def show(agent: Agent, step: Put) -> None:
    row, meetings = _row(agent, step), Meetings(agent)
    looked = meetings.look(row, step.place, _items(step))
    with writing(agent.connection):
        meetings.keep(row, step.place, places.place_id(agent.connection, row.id, step.place), looked)


def take_away(agent: Agent, step: Put) -> None:
    row = _row(agent, step)
    with writing(agent.connection):
        place = places.place_id(agent.connection, row.id, step.place)
        Meetings(agent).remove(place, [item.href for item in _items(step)])


def _row(agent: Agent, step: Put) -> places.SourceRow:
    return next(one for one in registered(agent) if (one.account, one.kind) == (step.account, step.kind))


def _items(step: Put) -> list[CalendarObject]:
    try:
        if step.kind == "caldav":
            return [CalendarObject(step.name, "", strip(step.text, "drop"))]
        found = [one for one in objects_of(step.text, "drop") if not one.reason]
    except BrokenObject:
        return []
    return [CalendarObject(f"{step.name}#{one.key}", one.etag, one.text) for one in found]


def meetings_of(agent: Agent, wanted: Sequence[Any] | None = None) -> dict[Any, list[Any]]:
    """By (identity, organizer): when, what as and for whom each meeting counts; those in which
    somebody is named."""
    rows = agent.connection.execute("SELECT id, identity, at, ends, a.verdict, deleted_at FROM activity a").fetchall()
    by = whose(agent.log, [row[0] for row in rows])
    found: dict[Any, list[Any]] = {}
    for row_id, identity, *rest in rows:
        query = """SELECT r.email, p.role, p.answer, p.touch, p.at FROM participation p
            JOIN address r ON r.id = p.address_id WHERE p.activity_id = ? ORDER BY r.email, p.role"""
        name = (identity, by.get(row_id, NOBODY))
        if name[1] != NOBODY and (wanted is None or name in wanted):
            found.setdefault(name, []).append((*rest, agent.connection.execute(query, (row_id,)).fetchall()))
    return found


def dates_of(agent: Agent, emails: Collection[str]) -> dict[str, Any]:
    """The dates of these contacts, by their addresses."""
    return {
        one.emails[0]: (one.last_meeting, one.next_meeting, one.last_touch, one.last_two_way, one.touches)
        for one in people(agent.log, NOW)
        if one.emails[0] in emails
    }


def check(agent: Agent, steps: Sequence[Put], before: dict[Any, list[Any]], dates: dict[str, Any], seed: int) -> None:
    """`dates` are those of contacts whom nobody else invites."""
    assert meetings_of(agent, list(before)) == before, f"seed {seed}: {_told(steps)}"
    assert dates_of(agent, dates) == dates, f"seed {seed}: {_told(steps)}"
    with writing(agent.connection):
        assert recompute(agent) == 0, f"seed {seed}: check finds differences"


def _told(steps: Sequence[Put]) -> str:
    return "\n".join(f"--- {one.account} {one.kind} {one.place} {one.name}\n{one.text}" for one in steps)


BATCHES = [range(first, min(first + AT_ONCE, FIRST + WORLDS)) for first in range(FIRST, FIRST + WORLDS, AT_ONCE)]


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
def test_an_object_of_another_moves_no_meeting(agent: Agent, seeds: Sequence[int]) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        base = agenda(chance)
        more = intrusion(chance, base)
        genuine = [replace(one, text=one.genuine) for one in more if one.genuine]
        read(agent, [*base, *genuine])
        uninvited = {TOM, KIM}.difference(*(one.invited for one in more))
        before, dates = meetings_of(agent), dates_of(agent, uninvited)
        apart = [one for one in more if not one.genuine]
        read(agent, [*base, *more])
        check(agent, [*base, *more], before, dates, seed)
        for one in apart:
            take_away(agent, one)
        agent.refresh()
        check(agent, [*base, *more], before, dates, seed)
        in_between = _mixed(chance, apart, [*base, *(one for one in more if one.genuine)])
        read(agent, in_between)
        check(agent, in_between, before, dates, seed)


def _mixed(chance: random.Random, first: Sequence[Put], base: Sequence[Put]) -> list[Put]:
    """What is put in comes before any of the others, which keep their order."""
    steps = list(base)
    for one in first:
        steps.insert(chance.randrange(len(steps) + 1), one)
    return steps


def test_the_worlds_are_worth_it(agent: Agent) -> None:
    """They hold what they are about: meetings that count, in several calendars, and claims beside
    them."""
    counted = {"meetings": 0, "shown twice": 0, "beside": 0, "hidden": 0, "deferred": 0}
    for seed in range(40):
        chance = random.Random(seed)
        base = agenda(chance)
        more = intrusion(chance, base)
        read(agent, [*base, *more])
        counted["meetings"] += sum(bool(dates[0] or dates[1]) for dates in dates_of(agent, {TOM, KIM}).values())
        counted["shown twice"] += _count(agent, "(SELECT 1 FROM sighting GROUP BY activity_id HAVING count(*) > 1)")
        counted["beside"] += _count(agent, "(SELECT 1 FROM activity GROUP BY identity HAVING count(*) > 1)")
        counted["hidden"] += sum("ORGANIZER" not in one.text and "ATTENDEE" not in one.text for one in more)
        counted["deferred"] += _count(agent, "calendar_object WHERE deferred_since IS NOT NULL")
    assert min(counted.values()) >= 3, counted


def _count(agent: Agent, what: str) -> int:
    (count,) = agent.connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(count)
