"""Activities back from the tables, as the facts they were stored from and the judgement that stands."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from activity.address import Address
from activity.facts import Facts, Judgement
from activity.participant import Participant
from activity.verdict import PERSON, Verdict
from store.addresses import chunks, marks
from store.rows import instant


class Stored(NamedTuple):
    """An activity as it is in the log; `addresses` are address ids in the order of its participants."""

    id: int
    facts: Facts
    judgement: Judgement
    addresses: tuple[int, ...]


def load(connection: sqlite3.Connection, ids: Sequence[int]) -> Iterator[Stored]:
    """The activities with these ids; ids that are not there are passed over."""
    for chunk in chunks(ids):
        people = _grouped(
            connection,
            "SELECT p.activity_id, p.address_id, a.email, a.name, p.role, coalesce(p.answer, ''), p.touch"
            " FROM participation p JOIN address a ON a.id = p.address_id WHERE p.activity_id IN",
            chunk,
        )
        answers = _grouped(
            connection, "SELECT activity_id, coalesce(answer, '') FROM sighting WHERE activity_id IN", chunk
        )
        failed = _grouped(connection, "SELECT activity_id, email FROM bounce WHERE activity_id IN", chunk)
        bounced = _grouped(
            connection,
            "SELECT a.id, b.email FROM activity a JOIN bounce b ON b.message_id = a.identity"
            " JOIN activity n ON n.id = b.activity_id AND n.verdict = 'bounce' WHERE a.id IN",
            chunk,
        )
        for row in connection.execute(
            "SELECT id, identity, kind, at, ends, verdict, reason, direction, replies_to, subject, evidence, revision,"
            f" deleted_at FROM activity WHERE id IN ({marks(chunk)})",
            chunk,
        ):
            yield _stored(row, people[row[0]], _one(answers[row[0]]), _one(failed[row[0]]), _one(bounced[row[0]]))


def all_ids(connection: sqlite3.Connection) -> list[int]:
    """The ids of all activities, oldest row first."""
    return [row_id for (row_id,) in connection.execute("SELECT id FROM activity ORDER BY id")]


def _grouped(connection: sqlite3.Connection, query: str, ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row_id, *rest in connection.execute(f"{query} ({marks(ids)})", ids):
        rows[row_id].append(tuple(rest))
    return rows


def _one(rows: list[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(value for (value,) in rows)


def _stored(
    row: tuple[Any, ...],
    people: list[tuple[Any, ...]],
    answers: tuple[str, ...],
    failed: tuple[str, ...],
    bounced: tuple[str, ...],
) -> Stored:
    row_id, identity, kind, at, ends, verdict, reason, direction, replies_to, subject, evidence, revision, deleted = row
    facts = Facts(
        identity=identity,
        kind=kind,
        at=instant(at),
        participants=tuple(
            Participant(Address(email, name), role, answer) for _, email, name, role, answer, _ in people
        ),
        subject=subject or "",
        evidence=json.loads(evidence) if evidence else {},
        references=(replies_to,) if replies_to else (),
        failed=failed,
        bounced=bounced,
        ends=instant(ends),
        answers=answers,
        revision=revision or "",
        deleted_at=instant(deleted),
    )
    judgement = Judgement(
        Verdict(verdict, reason if reason is not None else PERSON.reason),
        direction,
        tuple(person[5] for person in people),
    )
    return Stored(row_id, facts, judgement, tuple(person[0] for person in people))
