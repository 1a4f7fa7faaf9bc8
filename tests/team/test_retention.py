"""What is older than an account keeps is gone, and what is left says what it would if the rest had
never been."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from kept_bytes import kept
from team_log import Fed

from activity.address import Address
from activity.contact import ContactEntry
from activity.shape import Shape, packed
from config_lines import account, files, head
from fed_log import ANA, Log
from household import event
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book, forgetting
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import settle, sync
from store.people import DATES, people
from store.read_back import read_back
from store.transactions import writing

BOB, ZOE, TOM = "bob@globex.example", "zoe@hooli.example", "tom@initech.example"
BEN = "ben@acme.example"
YEAR = 'keep = "1y"\n'


def _at(log: Log, days: float) -> None:
    log.agent.clock = lambda: log.day(days)


def _last(log: Log, name: str) -> object:
    (one,) = [one for one in people(log.reader, log.agent.clock()) if one.name == name]
    return one.last_touch, one.touches


def _emails(log: Log) -> set[str]:
    return {email for (email,) in log.connection.execute("SELECT email FROM address")}


def test_on_day_366_facts_of_day_0_are_gone_and_all_is_derived_again(fed: Fed) -> None:
    with fed("", ana=YEAR) as log:
        log.contact("Bob", BOB)
        first = log.mail(BOB, ANA, 0, subject="The lease")
        log.mail(ANA, BOB, 2, answers=first)
        log.mail(TOM, ANA, 0.1)
        for days in (365, 366):
            _at(log, days)
            settle(log.agent)
            gone = days == 366
            count = log.connection.execute("SELECT count(*) FROM activity").fetchone()
            assert count == ((1,) if gone else (3,))
            assert _last(log, "Bob") == (log.day(2), 1 if gone else 2)
            assert (TOM in _emails(log)) is not gone
            assert log.differences() == 0
        _at(log, 368)
        settle(log.agent)
        assert _last(log, "Bob") == (None, 0)
        assert log.connection.execute("SELECT kind, user_id FROM deed").fetchall() == [("keep", 0)] * 2
        assert b"The lease" not in kept(log.agent.loaded.database)


def test_what_another_account_holds_stays_but_for_a_bcc_of_the_erased_copy(fed: Fed) -> None:
    with fed("", ana=YEAR) as log:
        for name, email in (("Bob", BOB), ("Zoe", ZOE)):
            log.contact(name, email)
        log.mail(ANA, BOB, 0, message_id="<m@x.example>", cc=BEN, bcc=(Address(ZOE),))
        log.mail(ANA, BOB, 0, message_id="<m@x.example>", cc=BEN, account="ben")
        assert _last(log, "Zoe") == (log.day(0), 1)
        _at(log, 367)
        settle(log.agent)
        assert (_last(log, "Bob"), _last(log, "Zoe")) == ((log.day(0), 1), (None, 0))
        seen = "SELECT n.name FROM sighting s JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id"
        assert log.connection.execute(f"{seen} JOIN account n ON n.id = o.account_id").fetchall() == [("ben",)]
        assert log.connection.execute("SELECT count(*) FROM bcc_seen").fetchone() == (0,)
        assert log.differences() == 0


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_of_a_mailing_too_few_are_left_to_be_one(fed: Fed, is_forgotten: bool) -> None:
    """Ten the same within an hour; five of them go by their age, or with whom they went to."""
    with fed("", ana=YEAR) as log:
        log.contact("Bob", BOB)
        guests = [log.contact(f"G{n}", f"g{n}@globex.example") for n in range(9)]
        to = [*(f"g{n}@globex.example" for n in range(9)), BOB]
        entries = [log.letter(sender=ANA, to=one, days=n / 360) for n, one in enumerate(to)]
        for entry in entries:
            entry.facts.shape = packed(Shape(20, 640), 1)
        log.keep(entries)
        assert _last(log, "Bob") == (None, 0), "it was sent to many"
        if is_forgotten:
            forgetting.forget(log.agent, guests[:5], [])
        else:
            _at(log, 365.25 + 4.5 / 360)
            settle(log.agent)
        assert log.connection.execute("SELECT count(*) FROM activity").fetchone() == (5,)
        assert _last(log, "Bob") == (log.day(9 / 360), 1)
        assert log.differences() == 0


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_equals_a_log_that_never_held_the_rest(fed: Fed, tmp_path: Path, seed: int) -> None:
    """Seeds are the parameters."""
    chance = random.Random(seed)
    mails = [
        (chance.choice([BOB, ZOE, TOM, ANA]), chance.choice([BOB, ZOE, ANA]), chance.uniform(0, 500), number)
        for number in range(40)
    ]
    left = []
    for is_kept in (False, True):
        folder = tmp_path / str(is_kept)
        folder.mkdir()
        config = folder / "config.toml"
        config.write_text(head("log.db") + account("ana", YEAR if is_kept else "", files("x")))
        with opened(load_config(config), lambda: Log.start + timedelta(days=500.5)) as agent:
            log = Log(agent)
            for name, email in (("Bob", BOB), ("Zoe", ZOE)):
                address_book.import_contacts(agent, [ContactEntry(name, [email])])
            for sender, to, days, number in mails:
                if sender != to and (is_kept or days >= 500.5 - 365.25):
                    log.mail(sender, to, days, message_id=f"<{number}@x.example>")
            settle(agent)
            assert log.differences() == 0, seed
            found = sorted(people(agent.log, agent.clock()))
            told = [[getattr(one, name) for name in ("name", "touches", "usual_gap", *DATES)] for one in found]
            left.append((told, sorted(_emails(log))))
    assert left[0] == left[1], seed


def test_a_calendar_says_nothing_of_what_is_past_and_is_not_read_anew(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    start = Log.start + timedelta(days=1)
    (tmp_path / "x" / "a.ics").write_text(event("u1", start, BOB, f"{ANA};PARTSTAT=ACCEPTED", SUMMARY="Secret talk"))
    config = tmp_path / "config.toml"
    config.write_text(head("log.db", backfill="3y") + account("ana", YEAR, files("x")))
    now = start + timedelta(days=10)
    with opened(load_config(config), lambda: now) as agent:
        address_book.import_contacts(agent, [ContactEntry("Bob", [BOB])])
        assert [one.error for one in sync(agent)] == [None]
        assert [one.last_meeting for one in people(agent.log, now)] == [start]
        agent.clock = lambda: now + timedelta(days=400)
        for _ in range(2):
            list(sync(agent))
            assert [one.last_meeting for one in people(agent.log, agent.clock())] == [None]
        texts = agent.connection.execute("SELECT text FROM calendar_object").fetchall()
        assert all("Secret" not in text for (text,) in texts)
        with writing(agent.connection):
            from lasttouch.keeping.recomputation import recompute

            assert recompute(agent) == 0
        assert read_back(agent.log) is not None
