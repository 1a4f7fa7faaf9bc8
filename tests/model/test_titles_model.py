"""Whatever becomes of contacts and titles in whatever order, each title counts for whom a naive
reading names."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import config_lines
from activity.contact import ContactEntry
from household import event
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book, contact_changes
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from lasttouch.passes.pipeline import sync
from store.contacts import emails_of_contact
from store.people import people
from store.transactions import rehearsing

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ["Iris Dam", "Iris dam", "Max Roth", "Mary Ann Lee", "Ann Lee", "Iris", "Lee, Ann", "Jörg Müller"]
SUBJECTS = ["Call", "", "call with", "Lunch:"]
STEPS = 30


class World:
    """A calendar file, contacts, and what a person who reads all titles by eye would say."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.file = folder / "diary.ics"
        self.config = folder / "config.toml"
        text = config_lines.head(titles="count") + config_lines.account("ana", config_lines.files(str(self.file)))
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o600)
        self.titles: dict[int, str] = {}
        self.count = 0

    def step(self, agent: Agent) -> str:
        known = [one.id for one in people(agent.log, NOW)]
        do = self.random.choice(["event", "event", "event", "add", "add", "rename", "merge", "remove", "move", "share"])
        if do == "event":
            self._write_event(agent)
        elif do == "add" or len(known) < 2:
            self.count += 1
            entry = ContactEntry(self.random.choice(NAMES), [f"p{self.count}@firm{self.count}.example"])
            address_book.import_contacts(agent, [entry], by_name=True)
        elif do == "rename":
            what = contact_changes.Edit(name=self.random.choice(NAMES))
            contact_changes.edit(agent, self.random.choice(known), what)
        elif do == "merge":
            into, other = self.random.sample(known, 2)
            contact_changes.merge(agent, into, [other])
        elif do == "remove":
            contact_changes.remove(agent, [self.random.choice(known)])
        elif do == "share":
            one, other = self.random.sample(known, 2)
            contact_changes.add_alias(agent, one, emails_of_contact(agent.log, other))
        else:
            one = self.random.choice(known)
            self.count += 1
            first = emails_of_contact(agent.log, one)[0]
            contact_changes.add_alias(agent, one, [f"p{self.count}@firm{self.count}.example"])
            contact_changes.remove_alias(agent, one, [first])
        return do

    def _write_event(self, agent: Agent) -> None:
        number = self.random.randrange(12)
        who = self.random.sample(NAMES, self.random.choice([1, 1, 1, 2]))
        self.titles[number] = f"{self.random.choice(SUBJECTS)} {' and '.join(who)}".strip()
        texts = [
            event(
                f"e{one}", NOW - timedelta(days=20 - one), SUMMARY=title.replace(",", "\\,"), SEQUENCE=str(self.count)
            )
            for one, title in sorted(self.titles.items())
        ]
        self.count += 1
        self.file.write_bytes("".join(texts).encode())
        assert [report.error for report in sync(agent)] == [None]

    def expected(self, agent: Agent, contacts: dict[int, str]) -> dict[int, set[datetime]]:
        emails = {one: emails_of_contact(agent.log, one) for one in contacts}
        held = [email for theirs in emails.values() for email in theirs]
        reachable = {one for one, theirs in emails.items() if any(held.count(email) == 1 for email in theirs)}
        found: dict[int, set[datetime]] = {one: set() for one in contacts}
        for number, title in self.titles.items():
            named = by_eye(title, contacts)
            if len(named) == 1 and named <= reachable:
                found[named.pop()].add(NOW - timedelta(days=20 - number))
        return found


def by_eye(title: str, contacts: dict[int, str]) -> set[int]:
    """Longer names first, each struck out where it was read."""
    full = {one: " ".join(reversed(name.split(", "))).casefold() for one, name in contacts.items()}
    left, named = title.casefold(), set()
    for name in sorted(set(full.values()), key=len, reverse=True):
        if " " in name and (shorter := re.sub(rf"(?<!\w){name}(?!\w)", "#", left)) != left:
            left = shorter
            named |= {one for one, theirs in full.items() if theirs == name}
    return named


@pytest.mark.parametrize("seed", range(6))
def test_each_title_counts_for_whom_it_names_and_nobody_else(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    world.file.write_bytes(b"")
    done: list[str] = []
    with opened(load_config(world.config), lambda: NOW) as agent:
        for _ in range(STEPS):
            done.append(world.step(agent))
            now = people(agent.log, NOW)
            expected = world.expected(agent, {one.id: one.name for one in now})
            for one in now:
                dates = expected[one.id]
                assert (one.last_meeting, one.touches) == (max(dates, default=None), len(dates)), (seed, done, one)
        with rehearsing(agent.connection):
            assert recompute(agent) == 0, (seed, done)
