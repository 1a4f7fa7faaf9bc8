"""Several processes at one log: who reads a source, what becomes of who was stopped, and what nobody
loses."""

from __future__ import annotations

import itertools
import mailbox
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine

import config_lines
from activity.address import Address
from activity.contact import ContactEntry
from activity.envelope import Envelope
from activity.errors import LeaseLost, SourceBusy
from household import contents_of
from lasttouch.configuration.config import load_config
from lasttouch.keeping import turns
from lasttouch.keeping.address_book import import_contacts
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.checking import check
from lasttouch.keeping.forgetting import forget
from lasttouch.keeping.opening import opened
from lasttouch.passes import storing
from lasttouch.passes.pipeline import pass_over, registered
from matchers.message import judge_mail, message_facts
from postgres_server import PostgresServer
from running_daemon import until
from store import erased, ingest, leases, places, postgres_log, shards, touches, workers
from store.rows import Entry
from store.transactions import writing

START = datetime(2026, 1, 1, tzinfo=UTC)
Opening = Callable[[], Agent]


@pytest.fixture
def another(postgres: PostgresServer, tmp_path: Path) -> Iterator[Opening]:
    """Opens the log of Ana and her mailbox, once more at every call, as another process would."""
    box = mailbox.mbox(tmp_path / "mail.mbox")
    for number, who in enumerate(("bob@globex.example", "eve@initech.example", "bob@globex.example")):
        message = EmailMessage()
        message["From"], message["To"] = who, "ana@acme.example"
        message["Date"], message["Message-ID"] = (
            format_datetime(START + timedelta(days=number)),
            f"<{number}@x.example>",
        )
        message["Subject"] = f"About {number}"
        box.add(message)
    box.close()
    path = tmp_path / "config.toml"
    path.write_text(
        config_lines.head(postgres.url(), backfill="20y", never_log=["*@health.example"])
        + config_lines.account("ana", config_lines.files(str(tmp_path / "mail.mbox")))
    )
    path.chmod(0o600)
    loaded = load_config(path)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(loaded))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases of a second, which nobody renews: as of processes that are stopped."""
    monkeypatch.setattr(turns, "LEASE_SECONDS", 1)
    monkeypatch.setattr(turns, "BEAT_SECONDS", 3600.0)


def _source(agent: Agent) -> int:
    (row,) = registered(agent)
    return row.id


def _cursor_after(agent: Agent, source: int, cursor: str) -> None:
    with writing(agent.connection):
        agent.turns.insist(source)
        place = places.place_id(agent.connection, source, "INBOX")
        places.move_cursor(agent.connection, place, cursor)


def test_of_many_at_once_one_has_the_turn_and_the_next_when_it_is_over(another: Opening) -> None:
    agents = [another() for _ in range(4)]
    source = _source(agents[0])
    had: list[bool] = []
    together = threading.Barrier(4)

    def take(agent: Agent) -> None:
        with agent.turns.alone(source, 0.0) as is_ours:
            had.append(is_ours)
            together.wait(20)

    threads = [threading.Thread(target=take, args=[agent]) for agent in agents]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(had) == [False, False, False, True]
    with agents[0].turns.alone(source, 0.0) as is_ours:
        assert is_ours
        assert leases.holders(agents[1].log) == [turns.holder()]
    assert leases.holders(agents[1].log) == []


def test_a_turn_is_kept_for_as_long_as_its_holder_lives(another: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LEASE_SECONDS", 1)
    monkeypatch.setattr(turns, "BEAT_SECONDS", 0.2)
    first, second = another(), another()
    source = _source(first)
    with first.turns.alone(source, 0.0), first.lock:  # a long transaction keeps nobody from renewing
        time.sleep(2.5)
        with second.turns.alone(source, 0.0) as is_ours:
            assert not is_ours


def test_who_was_stopped_for_longer_than_their_turn_sets_no_cursor_back(another: Opening, short: None) -> None:
    stopped, other = another(), another()
    source = _source(stopped)
    with stopped.turns.alone(source, 0.0):
        _cursor_after(stopped, source, "50")
        with other.turns.alone(source, 5.0) as is_ours:
            assert is_ours
            _cursor_after(other, source, "70")
        with pytest.raises(LeaseLost):
            _cursor_after(stopped, source, "60")
        assert places.cursors(other.log, source) == {"INBOX": "70"}
    with other.turns.alone(source, 0.0) as is_ours:
        assert is_ours, "who was stopped gave back what was not theirs"


def test_in_one_process_a_turn_that_was_lost_is_over_before_the_next_begins(another: Opening) -> None:
    """The whole process was stopped; the queue hands its worker the same source once more."""
    agent = another()
    source = _source(agent)
    with agent.turns.alone(source, 0.0):
        with writing(agent.connection):
            agent.connection.execute("UPDATE source SET leased_until = 0")
        with agent.turns.alone(source, 0.0) as is_ours:
            assert not is_ours
        _cursor_after(agent, source, "50")
    with agent.turns.alone(source, 0.0) as is_ours:
        assert is_ours


def test_a_pass_that_lost_its_turn_stores_nothing_and_says_who_reads(another: Opening, short: None) -> None:
    stopped, other = another(), another()
    (row,) = registered(stopped)
    late = pass_over(stopped, row)
    read = late.read

    def stopped_before_reading() -> None:
        assert pass_over(other, row).run().new == 3
        read()

    late.read = stopped_before_reading  # type: ignore[method-assign]
    report = late.run()
    assert isinstance(report.error, SourceBusy)
    assert report.new == 0
    assert other.log.execute("SELECT count(*), max(error) FROM activity, source").fetchone() == (3, None)


def test_who_is_stopped_within_a_transaction_keeps_the_others_waiting_for_seconds(
    another: Opening, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "IDLE_SECONDS", 1)
    stopped, other = another(), another()
    source = _source(stopped)
    began = time.monotonic()
    with stopped.turns.alone(source, 0.0):
        stopped.connection.execute("BEGIN IMMEDIATE")
        stopped.turns.insist(source)
        places.place_id(stopped.connection, source, "half")
        with other.turns.alone(source, 5.0) as is_ours:
            assert is_ours
            _cursor_after(other, source, "70")
        with pytest.raises(sqlite3.OperationalError, match="idle"):
            places.place_id(stopped.connection, source, "whole")
        stopped.connection.execute("ROLLBACK")
    assert time.monotonic() - began < 20
    assert stopped.log.execute("SELECT name FROM place").fetchall() == [("INBOX",)], "it works on, on a new connection"


def test_who_is_stopped_amid_what_they_send_keeps_the_others_waiting_for_seconds(
    another: Opening, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many statements are sent without waiting for answers; meanwhile the server takes nobody for idle."""
    monkeypatch.setattr(postgres_log, "STOPPED_SECONDS", 1)
    stopped, other = another(), another()
    source = _source(other)
    connection: Any = stopped.connection
    connection.end_idle_transactions_after(1)
    connection.execute("BEGIN IMMEDIATE")
    wire = connection._connection.pgconn
    wire.enter_pipeline_mode()
    wire.send_query_params(b"SELECT 1", [])
    wire.send_flush_request()
    wire.flush()
    began = time.monotonic()
    with other.turns.alone(source, 5.0) as is_ours:
        assert is_ours
    assert time.monotonic() - began < 20


def test_what_a_dead_worker_held_is_free_at_once_and_what_a_living_one_holds_is_not(another: Opening) -> None:
    dead, other, third = another(), another(), another()
    source = _source(dead)
    shards.make(dead.connection)
    holders = [leases.holder_of("container", 1, f"w{number}") for number in range(3)]
    for number, one in enumerate((dead, other, third)):
        workers.come(one.connection, f"w{number}", "container", 1)
    lease = leases.take(dead.connection, "source", source, holders[0], 3600)
    assert lease is not None
    shards.take(third.connection, 1, holders[2], 3600)
    assert workers.bury(other.connection, "w1") == []
    assert leases.take(other.connection, "source", source, holders[1], 3600) is None
    connection: Any = dead.connection
    connection._connection.close()
    until(lambda: workers.bury(other.connection, "w1") == ["w0"])
    assert workers.bury(third.connection, "w2") == []
    assert leases.take(other.connection, "source", source, holders[1], 3600) is not None
    assert len(shards.take(other.connection, shards.SHARDS, holders[1], 3600)) == shards.SHARDS - 1
    with pytest.raises(LeaseLost):
        leases.insist(connection, lease, 3600)
    assert len(workers.workers(other.log)) == 2
    workers.is_at_work(connection, "w0", "container", 1, 0)  # it had only lost its connection
    assert workers.bury(other.connection, "w1") == []


def test_the_clocks_of_hosts_say_nothing_of_whose_turn_it_is(another: Opening) -> None:
    first, second = another(), another()
    source = _source(first)
    for minutes in (-5, 5):
        with (
            time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)),
            first.turns.alone(source, 0.0) as first_has,
            time_machine.travel(datetime.now(UTC) - timedelta(minutes=minutes)),
            second.turns.alone(source, 0.0) as second_has,
        ):
            assert (first_has, second_has) == (True, False)


def test_a_connection_that_is_lost_within_a_transaction_takes_all_of_it(
    another: Opening, postgres: PostgresServer
) -> None:
    agent = another()
    with psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True) as server:
        pid = agent.log.execute("SELECT pg_backend_pid()").fetchone()[0]
        agent.connection.execute("BEGIN IMMEDIATE")
        agent.connection.execute("INSERT INTO setting (name, value) VALUES ('before', 'x')")
        server.execute("SELECT pg_terminate_backend(%s)", [pid])
        for name in ("during", "after"):  # not on a new connection, outside of any transaction
            with pytest.raises(sqlite3.OperationalError):
                agent.connection.execute("INSERT INTO setting (name, value) VALUES (?, 'x')", (name,))
        assert agent.connection.in_transaction
        agent.connection.execute("ROLLBACK")
    left = "SELECT count(*) FROM setting WHERE name IN ('before', 'during', 'after')"
    assert agent.log.execute(left).fetchone() == (0,)


def _entry(agent: Agent, sender: str, number: int) -> Entry:
    at = START + timedelta(days=number)
    envelope = Envelope(f"<t{number}@x.example>", at, at, (Address(sender),), (Address("ana@acme.example"),))
    facts = message_facts(envelope, at, agent.never_log, True)
    assert facts is not None
    return Entry(facts, judge_mail(facts, agent.policy))


def test_what_two_workers_store_of_one_contact_is_derived_from_both(another: Opening) -> None:
    """What marks a contact as due takes no lock where it is due already: the log's own lock does."""
    agents = [another(), another()]
    import_contacts(agents[0], [ContactEntry("Bob", ["bob@globex.example"])])
    source = _source(agents[0])
    with writing(agents[0].connection):
        place = places.place_id(agents[0].connection, source, "INBOX")
        entry = _entry(agents[0], "bob@globex.example", 1)
        ingest.write(agents[0].connection, place, [entry], agents[0].book(), agents[0].judge)  # due, and not derived
    has_stored = threading.Event()

    def until_the_other_waits() -> None:
        has_stored.set()
        query = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted"
        until(lambda: agents[0].log.execute(query).fetchone() > (0,))

    thread = threading.Thread(target=_store_and_derive, args=[agents[0], place, 2, until_the_other_waits])
    thread.start()
    assert has_stored.wait(60)
    _store_and_derive(agents[1], place, 3, lambda: None)
    thread.join()
    assert agents[1].log.execute("SELECT touches FROM contact_touch").fetchall() == [(3,)]
    assert check(agents[1]).differences == 0


def _store_and_derive(agent: Agent, place: int, number: int, then: Callable[[], Any]) -> None:
    with writing(agent.connection):
        ingest.write(agent.connection, place, [_entry(agent, "bob@globex.example", number)], agent.book(), agent.judge)
        touches.refresh(agent.connection, agent.clock())
        then()


@pytest.mark.parametrize("another_thread_knows", [False, True])
def test_who_is_erased_while_a_batch_is_on_its_way_does_not_come_with_it(
    another: Opening, monkeypatch: pytest.MonkeyPatch, another_thread_knows: bool
) -> None:
    reader, other = another(), another()
    import_contacts(other, [ContactEntry("Bob", ["bob@globex.example"])])
    (row,) = registered(reader)
    reader.catch_up()
    judged: list[int] = []
    judge = storing.Storing._judged

    def judged_and_then_erased(self: storing.Storing, batch: Any) -> Any:
        found = judge(self, batch)
        if not judged:
            forget(other, [], ["bob@globex.example"])
            if another_thread_knows:
                reader.catch_up()
        judged.append(len(found.entries))
        return found

    monkeypatch.setattr(storing.Storing, "_judged", judged_and_then_erased)
    assert pass_over(reader, row).run().error is None
    assert judged == [3, 1], "judged once more, and no more often"
    assert [email for (email,) in other.log.execute("SELECT email FROM address WHERE email LIKE 'bob%'")] == []


def test_what_other_workers_store_is_no_reason_to_judge_anew(another: Opening) -> None:
    reader, other = another(), another()
    (row,) = registered(reader)
    reader.catch_up()
    with writing(other.connection):
        place = places.place_id(other.connection, row.id, "INBOX")
        entries = [_entry(other, "bob@globex.example", number) for number in range(5)]
        ingest.write(other.connection, place, entries, other.book(), other.judge)
        erased.note_withheld(other.connection, [b"x" * 32])
        touches.refresh(other.connection, other.clock())
    assert pass_over(other, row).run().new == 3
    assert reader.is_current()


def _answer(agent: Agent, conversation: int, number: int) -> Entry:
    at = START + timedelta(days=conversation, hours=number)
    names = [f"<c{conversation}.{one}@x.example>" for one in range(number + 1)]
    sides = Address("bob@globex.example"), Address("ana@acme.example")
    sender, to = sides if number % 2 else sides[::-1]
    envelope = Envelope(
        names[-1], at, at, (sender,), (to,), subject=f"Re: c{conversation}", in_reply_to=tuple(names[-2:-1]),
        references=tuple(names[:-1]),
    )  # fmt: skip
    facts = message_facts(envelope, at, agent.never_log, True)
    assert facts is not None
    return Entry(facts, judge_mail(facts, agent.policy))


def _keep(agent: Agent, entry: Entry) -> None:
    with agent.lock, writing(agent.connection):
        (source,) = agent.log.execute("SELECT id FROM source").fetchone()
        place = places.place_id(agent.connection, source, "INBOX")
        ingest.write(agent.connection, place, [entry], agent.book(), agent.judge)
        touches.refresh(agent.connection, agent.clock())


def test_conversations_that_come_at_once_are_what_they_are_one_after_the_other(
    another: Opening, postgres: PostgresServer
) -> None:
    """Four messages of each, in every order, by two workers that wait for each other at each."""
    agents = [another(), another()]
    orders = [one for one in itertools.permutations(range(4)) if one[0] < one[2]]  # the workers are alike
    together = threading.Barrier(2)

    def store(agent: Agent, which: slice) -> None:
        for conversation, order in enumerate(orders):
            for number in order[which]:
                entry = _answer(agent, conversation, number)
                together.wait(60)
                _keep(agent, entry)

    threads = [
        threading.Thread(target=store, args=[agent, which])
        for agent, which in zip(agents, (slice(0, 2), slice(2, 4)), strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    at_once = contents_of(agents[0].log)
    assert len({conversation for conversation, *_ in at_once["threads"]}) == len(orders)
    assert check(agents[0]).differences == 0
    with writing(agents[0].connection):
        for table in ("thread", "reference", "sighting", "participation", "stranger", "activity", "address"):
            agents[0].connection.execute(f"DELETE FROM {table}")
    for conversation in range(len(orders)):
        for number in range(4):
            _keep(agents[0], _answer(agents[0], conversation, number))
    one_by_one = contents_of(agents[0].log)
    assert {name for name, rows in at_once.items() if rows != one_by_one[name]} == set()
