"""Copies of messages between a few people, put into a log of ours in whatever order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from activity.address import Address
from activity.envelope import Envelope
from activity.shape import packed
from fed_log import Log
from matchers.authors import as_written
from matchers.message import judge_mail, message_facts
from store import ingest, places
from store.people import people
from store.rows import Entry
from store.transactions import writing

ANA, BEN = "ana@acme.example", "ben@acme.example"
TOM, KIM, EVE = "tom@client.example", "kim@client.example", "eve@rival.example"
START = datetime(2026, 1, 1, tzinfo=UTC)
DATES = ("last_inbound", "last_outbound", "last_copied", "last_two_way", "touches")


def message(sender: str, *to: str, day: float = 10, name: str = "m", **more: Any) -> Envelope:
    at = START + timedelta(days=day)
    return Envelope(
        f"<{name}@x.example>", at, at, (Address(sender),), tuple(map(Address, to or (ANA,))), **more, subject="Question"
    )


def read(log: Log, envelope: Envelope, account: str = "ana", place: str = "INBOX") -> None:
    envelope = as_written(replace(envelope, in_sent=place == "Sent"), log.agent.policy)
    at = envelope.date
    assert at is not None
    facts = message_facts(envelope, at, log.agent.never_log, True)
    assert facts is not None
    facts.shape = packed(envelope.shape)
    entry = Entry(facts, judge_mail(facts, log.agent.policy))
    with writing(log.connection):
        sources = places.register(log.connection, {"ana": ("Ana", ["imap"]), "ben": ("Ben", ["imap"])})
        (source,) = [one.id for one in sources if one.account == account]
        where = places.place_id(log.connection, source, place)
        ingest.write(log.connection, where, [entry], log.agent.book(), log.agent.judge)
    log.agent.refresh()


def dates(log: Log, who: str) -> tuple[datetime | int | None, ...]:
    """In the order of DATES; without regard to seconds."""
    (one,) = [one for one in people(log.reader, log.now) if who in one.emails]
    return tuple(getattr(one, name) for name in DATES)


def everything(log: Log) -> list[tuple[Any, ...]]:
    query = """SELECT identity, at, a.verdict, reason, a.direction, a.conversation, replies_to, subject, evidence,
        revision,
        (SELECT group_concat(r.email || ' ' || p.role || ' ' || coalesce(p.touch, '') || p.at, ',')
            FROM participation p JOIN address r ON r.id = p.address_id WHERE p.activity_id = a.id),
        (SELECT count(*) FROM sighting s WHERE s.activity_id = a.id),
        (SELECT group_concat(d.name, ',') FROM (SELECT * FROM attachment ORDER BY number) d WHERE d.activity_id = a.id)
        FROM activity a"""
    rows = log.connection.execute(query).fetchall()
    return sorted([(*row[:10], ",".join(sorted((row[10] or "").split(","))), *row[11:]) for row in rows], key=repr)


Copies = Sequence[tuple[Envelope, str, str]]


def in_every_order(log: Log, copies: Copies) -> None:
    """Read them in each order, and insist that the log is the same and needs no correction."""
    found: list[Any] = []
    for order in itertools.permutations(copies):
        with writing(log.connection):
            for table in (
                "sighting",
                "participation",
                "activity",
                "thread",
                "other_id",
                "reference",
                "unplaced",
                "attachment",
            ):
                log.connection.execute(f"DELETE FROM {table}")
            log.connection.execute("UPDATE contact_touch SET due = 0")
        for envelope, account, place in order:
            read(log, envelope, account, place)
        assert log.differences() == 0
        found.append((everything(log), [dates(log, one) for one in (TOM, KIM, EVE)]))
    assert all(one == found[0] for one in found), found
