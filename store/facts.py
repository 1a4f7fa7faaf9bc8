"""Activities back from the tables, as the facts they were stored from and the judgement that
stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from activity.address import Address
from activity.facts import Facts, Judgement
from activity.participant import Participant
from activity.verdict import PERSON, Verdict
from store import bounces
from store.answered import DOUBTFUL, authors_answered
from store.lists import chunks, placeholders, rows_among
from store.log import Log
from store.rows import HIDES_PEOPLE, instant
from store.said import confirmed


class Stored(NamedTuple):
    """An activity as it is in the log; `addresses` are address ids in the order of its
    participants."""

    id: int
    facts: Facts
    judgement: Judgement
    addresses: tuple[int, ...]


def load(log: Log, ids: Sequence[int]) -> Iterator[Stored]:
    """The activities with these ids; ids that are not there are passed over."""
    for chunk in chunks(ids):
        people = _grouped(
            log,
            "SELECT p.activity_id, p.address_id, p.role, coalesce(p.answer, ''), p.touch FROM participation p"
            " WHERE p.activity_id IN",
            chunk,
        )
        known = _addresses(log, {person[1] for group in people.values() for person in group})
        query = f"SELECT activity_id, coalesce(answer, '') FROM sighting WHERE answer IS NOT '{HIDES_PEOPLE}'"
        answers = _grouped(log, f"{query} AND activity_id IN", chunk)
        failed = _grouped(log, "SELECT activity_id, email FROM bounce WHERE activity_id IN", chunk)
        came_back: dict[int, list[tuple[Any, ...]]] = {}
        for row in bounces.bounced(log, chunk):
            came_back.setdefault(row[0], []).append(row)
        rows = log.execute(
            "SELECT a.id, identity, a.kind, at, ends, a.verdict, reason, a.direction, replies_to, subject, evidence,"
            " revision, deleted_at, shape, topic, thread_index, size, seconds FROM activity a"
            " LEFT JOIN mailing ON activity_id = id"
            f" WHERE id IN ({placeholders(chunk)})",
            chunk,
        ).fetchall()
        answered = _answered(log, rows, people, known)
        took_place = confirmed(log, [row[0] for row in rows if row[4] is not None])
        for row in rows:
            lists = [_second(group.get(row[0], ())) for group in (answers, failed, came_back)]
            stored = _stored(row, people.get(row[0], []), known, *lists)
            stored.facts.answered = answered.get(row[0], ())
            stored.facts.confirmed = row[0] in took_place
            yield stored


def _answered(
    log: Log,
    rows: Sequence[tuple[Any, ...]],
    people: Mapping[int, list[tuple[Any, ...]]],
    addresses: Mapping[int, Address],
) -> dict[int, tuple[str, ...]]:
    named = {row[0]: row[8] for row in rows if row[8] and row[10] and DOUBTFUL in row[10]}
    if not named:
        return {}
    senders = {
        row_id: [addresses[person[1]].email for person in people.get(row_id, ()) if person[2] == "from"]
        for row_id in named
    }
    return authors_answered(log, named, senders)


def all_ids(log: Log) -> list[int]:
    """The ids of all activities, oldest row first."""
    return [row_id for (row_id,) in log.execute("SELECT id FROM activity ORDER BY id")]


def _grouped(log: Log, query: str, ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows by their first column."""
    groups: dict[int, list[tuple[Any, ...]]] = {}
    for row in log.execute(f"{query} ({placeholders(ids)})", ids):
        groups.setdefault(row[0], []).append(row)
    return groups


def _second(rows: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple([row[1] for row in rows])


def _addresses(log: Log, ids: Collection[int]) -> dict[int, Address]:
    query = "SELECT id, email, name FROM address WHERE id IN ({})"
    return {row_id: Address(email, name) for row_id, email, name in rows_among(log, query, ids)}


def _stored(
    row: tuple[Any, ...],
    people: list[tuple[Any, ...]],
    addresses: dict[int, Address],
    answers: tuple[str, ...],
    failed: tuple[str, ...],
    bounced: tuple[str, ...],
) -> Stored:
    (
        row_id, identity, kind, at, ends, verdict, reason, direction, replies_to, subject, evidence, revision, deleted,
        shape, topic, thread_index, size, seconds,
    ) = row  # fmt: skip
    facts = Facts(
        identity=identity,
        kind=kind,
        at=instant(at),
        participants=tuple([Participant(addresses[row], role, answer) for _, row, role, answer, _ in people]),
        subject=subject or "",
        evidence=json.loads(evidence) if evidence else {},
        references=(replies_to,) if replies_to else (),
        failed=failed,
        bounced=bounced,
        ends=instant(ends),
        answers=answers,
        revision=revision or "",
        deleted_at=instant(deleted),
        shape=shape,
        mailing=None if size is None else (size, seconds),
        topic=topic or 0,
        thread_index=thread_index or 0,
    )
    judgement = Judgement(
        Verdict(verdict, reason if reason is not None else PERSON.reason),
        direction,
        tuple([person[4] for person in people]),
    )
    return Stored(row_id, facts, judgement, tuple([person[1] for person in people]))
