"""Each says and takes back their own words, and nobody another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activity.contact import ContactEntry
from activity.errors import NotFound, NotPermitted
from config_lines import account, files, head, table
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book, contact_changes, notes, own_words
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.keeping.own_words import Word
from store import said
from store.own_words import names_put_aside

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
BOB = "bob@globex.example"
ANA, BEN, CLEO = 1, 2, 3


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    config = tmp_path / "config.toml"
    text = head("log.db") + account("ana", files("x"), user="ana") + account("ben", files("x"), user="ben")
    config.write_text(text + "".join(table("[[users]]", name=name, os_user=name) for name in ("ana", "ben", "cleo")))
    with opened(load_config(config), lambda: NOW) as agent:
        yield agent


def _bob(agent: Agent) -> int:
    (contact_id,) = address_book.import_contacts(agent, [ContactEntry("Bob", [BOB])]).imported.contacts
    return contact_id


def _words(agent: Agent) -> list[tuple[str, int, int | None]]:
    query = "SELECT kind, user_id, value FROM said_of_contact ORDER BY kind, user_id"
    return agent.log.execute(query).fetchall()


def test_a_word_is_whoever_said_it_s_alone(agent: Agent) -> None:
    bob = _bob(agent)
    for agent.user_id, days in ((ANA, 30), (BEN, 60)):
        who = own_words.speaker(agent, None)
        assert (who.user_id, who.owner) == (agent.user_id, {ANA: "ana", BEN: "ben"}[agent.user_id])
        own_words.say_of_contact(agent, bob, Word("cadence", days), who)
    assert _words(agent) == [("cadence", ANA, 30), ("cadence", BEN, 60)]
    agent.user_id = CLEO
    assert not own_words.unsay_of_contact(agent, bob, "cadence")
    agent.user_id = BEN
    assert own_words.unsay_of_contact(agent, bob, "cadence")
    assert _words(agent) == [("cadence", ANA, 30)]


def test_who_is_put_aside_is_so_for_one_user_alone(agent: Agent) -> None:
    agent.user_id = ANA
    own_words.ignore_address(agent, BOB, own_words.speaker(agent, None))
    assert [set(names_put_aside(agent.log, [BOB], one)) for one in (0, ANA, BEN)] == [set(), {BOB}, set()]
    agent.user_id = BEN
    assert not own_words.unignore_address(agent, BOB)
    agent.user_id = ANA
    assert own_words.unignore_address(agent, BOB)


def test_nobody_speaks_by_another_s_account_or_takes_a_colleague_s_note_back(agent: Agent) -> None:
    bob, agent.user_id = _bob(agent), ANA
    who = own_words.speaker(agent, "ana")
    noted = notes.take_note(agent, bob, "call", NOW - timedelta(days=1), notes.account_of(agent, who, bob), "", "t1")
    with pytest.raises(NotFound, match="no account of 'ben'"):
        own_words.speaker(agent, "ben")
    agent.user_id = BEN
    assert notes.newest_of(agent, bob) is None
    with pytest.raises(NotPermitted):
        notes.take_back(agent, noted)
    with pytest.raises(NotPermitted):
        own_words.say_of_activity(agent, noted, "confirm", own_words.speaker(agent, None))
    agent.user_id = ANA
    assert notes.newest_of(agent, bob) == noted
    notes.take_back(agent, noted)
    assert notes.newest_of(agent, bob) is None


def test_done_by_one_is_not_undone_by_another(agent: Agent) -> None:
    bob, agent.user_id = _bob(agent), ANA
    who = own_words.speaker(agent, None)
    noted = notes.take_note(agent, bob, "call", NOW - timedelta(days=1), notes.account_of(agent, who, bob), "", "t1")
    own_words.say_of_activity(agent, noted, "done", who)
    agent.user_id = BEN
    assert not own_words.unsay_of_activity(agent, noted, "done")
    assert set(said.done_activities(agent.log, [noted])) == {noted}
    agent.user_id = ANA
    assert own_words.unsay_of_activity(agent, noted, "done")


def test_each_merges_their_own_words(agent: Agent) -> None:
    bob = _bob(agent)
    (other,) = address_book.import_contacts(agent, [ContactEntry("Rob", ["rob@globex.example"])]).imported.contacts
    for agent.user_id, contact in ((ANA, bob), (BEN, other)):
        own_words.say_of_contact(agent, contact, Word("cadence", 10 * agent.user_id), own_words.speaker(agent, None))
    contact_changes.merge(agent, bob, [other])
    assert _words(agent) == [("cadence", ANA, 10), ("cadence", BEN, 20)]
