"""Nobody moves anybody else's dates: worlds by their seeds, with and without a stranger's mail, in
any order.

LASTTOUCH_WORLDS says how many are tried, LASTTOUCH_FIRST_WORLD from which seed on.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from worlds import EVE, KIM, NOW, TOM, Seen, claims, exchange, intrusion, lost_on_the_way, with_eve

from activity.contact import ContactEntry
from config_lines import account, files
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from matchers.authors import as_written
from matchers.message import judge_mail, message_facts
from store import ingest, places
from store.people import people
from store.rows import Entry
from store.transactions import writing

WORLDS = int(os.environ.get("LASTTOUCH_WORLDS", "40"))
FIRST = int(os.environ.get("LASTTOUCH_FIRST_WORLD", "0"))
AT_ONCE = 20
EMPTIED = ("sighting", "participation", "bounce", "other_id", "reference", "unplaced", "thread", "activity")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    path = tmp_path / "config.toml"
    own = account("ana", files("x"), authserv_id="mx.acme.example") + account("ben", files("y"))
    path.write_text(f'database = "log.db"\ninternal_domains = ["acme.example"]\n{own}')
    with opened(load_config(path), lambda: NOW) as agent:
        for email in (TOM, KIM, EVE):
            address_book.import_contacts(agent, [ContactEntry(email.partition("@")[0].title(), [email])])
        yield agent


def read(agent: Agent, copies: Sequence[Seen]) -> None:
    """Into an empty log: a batch for each run of copies that lie in one mailbox."""
    connection = agent.connection
    with writing(connection):
        for table in EMPTIED:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE contact_touch SET due = 0")
        connection.execute("UPDATE stranger SET due = 0")
        sources = places.register(connection, {name: (name, ["imap"]) for name in ("ana", "ben")})
        by_account = {one.account: one.id for one in sources}
        for (name, place), batch in groupby(copies, key=lambda one: (one.account, one.place)):
            where = places.place_id(connection, by_account[name], place)
            ingest.write(connection, where, [_entry(agent, one) for one in batch], agent.book(), agent.judge)
    agent.refresh()


def _entry(agent: Agent, one: Seen) -> Entry:
    envelope = as_written(one.envelope, agent.policy)
    assert envelope.date is not None
    facts = message_facts(envelope, envelope.date, agent.never_log, True)
    assert facts is not None
    return Entry(facts, judge_mail(facts, agent.policy))


def dates(agent: Agent) -> dict[str, Any]:
    """Of everybody but Eve, without `last_copied`, which is the sender's to tell."""
    usual = dict(agent.connection.execute("SELECT contact_id, usual_gap FROM contact_touch"))
    return {
        one.name: (one.last_inbound, one.last_outbound, one.last_two_way, one.last_touch, one.touches, usual[one.id])
        for one in people(agent.log, NOW)
        if one.name != "Eve"
    }


def waiting(agent: Agent) -> set[tuple[str, int]]:
    """The messages that wait for an answer, and whose, but for those that Eve has a part in."""
    query = """SELECT a.identity, t.waits_for FROM thread t JOIN activity a ON a.id = t.activity_id WHERE NOT EXISTS (
        SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
        WHERE p.activity_id = a.id AND r.email = ?)"""
    return set(agent.connection.execute(query, (EVE,)))


def everything(agent: Agent) -> list[tuple[Any, ...]]:
    """The whole log, but for which of two messages of one id is answered by Eve, or by us to
    her."""
    rows = agent.connection.execute("""SELECT a.identity, a.at, a.verdict, a.reason, a.direction, a.conversation,
        a.replies_to, a.subject, a.evidence, a.revision,
        (SELECT group_concat(one, ';') FROM (SELECT r.email || ' ' || p.role || ' ' || p.at || coalesce(p.touch, '')
            AS one FROM participation p JOIN address r ON r.id = p.address_id WHERE p.activity_id = a.id ORDER BY one)),
        (SELECT group_concat(one, ';') FROM (SELECT s.name || l.name AS one FROM sighting g JOIN place l
            ON l.id = g.place_id JOIN source o ON o.id = l.source_id JOIN account s ON s.id = o.account_id
            WHERE g.activity_id = a.id ORDER BY one)), (SELECT waits_for FROM thread t WHERE t.activity_id = a.id)
        FROM activity a""").fetchall()
    return sorted([(*row[:5], "", *row[6:12], "") if EVE in row[10] else row for row in rows], key=repr)


def of_others(agent: Agent) -> list[tuple[Any, ...]]:
    """The same without what Eve wrote, who may say of three copies that the first and the last are
    the second, and without what is suspect, which is a sighting only where it has the very id that
    the message has by then."""
    rows = [row for row in everything(agent) if row[2] != "suspect" and f"{EVE} from" not in repr(row)]
    return [(*row[:11], row[12]) for row in rows]


def shuffled(chance: random.Random, copies: Sequence[Seen]) -> list[Seen]:
    """The mailboxes in any order, and what is in each."""
    order = list(copies)
    chance.shuffle(order)
    if chance.random() < 0.7:
        boxes = list({(one.account, one.place) for one in order})
        chance.shuffle(boxes)
        order.sort(key=lambda one: boxes.index((one.account, one.place)))
    return order


BATCHES = [range(first, min(first + AT_ONCE, FIRST + WORLDS)) for first in range(FIRST, FIRST + WORLDS, AT_ONCE)]
SEEN_TO_FAIL = [3204, 11766]


@pytest.mark.parametrize("eve_is_there", [False, True], ids=["a stranger", "one of several"])
@pytest.mark.parametrize("is_exchange", [False, True], ids=["ids", "lost ids"])
@pytest.mark.parametrize("seeds", [SEEN_TO_FAIL, *BATCHES], ids=str)
def test_mail_from_one_moves_no_date_of_another(
    agent: Agent, seeds: Sequence[int], is_exchange: bool, eve_is_there: bool
) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        base = exchange(chance, chance.choice([3, 5, 8]))
        if eve_is_there:
            base = with_eve(random.Random(f"with Eve {seed}"), base)
        more = intrusion(chance, base)
        if is_exchange:
            also = random.Random(f"lost ids {seed}")
            base = lost_on_the_way(also, base)
            more = claims(also, more, base)
        read(agent, base)
        before = dates(agent), waiting(agent)
        logs = []
        for _ in range(2):
            read(agent, shuffled(chance, [*base, *more]))
            assert (dates(agent), waiting(agent)) == before, f"seed {seed}: {more}"
            with writing(agent.connection):
                assert recompute(agent) == 0, f"seed {seed}: check finds differences"
            logs.append(of_others(agent) if is_exchange else everything(agent))
        assert logs[0] == logs[1], f"seed {seed}: the order matters, {more}"


def test_the_worlds_are_worth_it(agent: Agent) -> None:
    """They hold what they are about: exchanges both ways, claims that are read, ids that come
    again."""
    for seed in range(40):
        chance = random.Random(seed)
        base = exchange(chance, 8)
        more = intrusion(chance, base)
        read(agent, [*base, *more])
        found = agent.connection.execute("SELECT count(*), count(DISTINCT identity) FROM activity").fetchone()
        both_ways = [name for name, (*_, two_way, _, _) in dates(agent).items() if two_way]
        if found[0] > found[1] and both_ways:
            return
    raise AssertionError("no world of 40 has twins and answers")
