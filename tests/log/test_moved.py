"""The outbox of the log: every last date that moves is noted with it, and nothing else."""

from __future__ import annotations

import pytest

from fed_log import ANA, Log
from lasttouch.answers.changes import answer
from lasttouch.answers.question import Question
from lasttouch.keeping.forgetting import forget
from store import moved, touches
from store.transactions import writing

BOB = "bob@globex.example"


def _refresh(log: Log) -> None:
    with writing(log.connection):
        touches.refresh(log.connection, log.now)


def _moves(log: Log, since: str = moved.BEGINNING) -> list[tuple[object, object]]:
    _refresh(log)
    found = moved.since(log.reader, since)
    assert found is not None
    return [(one.before.at, one.last.at) for one in found]


def test_a_date_that_moves_forward_and_back_is_told_with_what_it_was(log: Log) -> None:
    """Requirement 2, as far as the log goes: what takes a touch back is a change like any other."""
    log.contact("Bob", BOB)
    log.mail(BOB, ANA, 5)
    _refresh(log)
    seen = moved.newest(log.reader)
    last = log.mail(BOB, ANA, 9)
    assert _moves(log, seen) == [(log.day(5), log.day(9))]
    seen = moved.newest(log.reader)
    with writing(log.connection):
        log.connection.execute(
            "UPDATE participation SET touch_code = NULL WHERE at = ?", (int(log.day(9).timestamp()),)
        )
        touches.forget_touches(log.connection, [2])
    assert last
    assert _moves(log, seen) == [(log.day(9), log.day(5))]
    assert _moves(log, moved.newest(log.reader)) == []


def test_it_is_noted_in_the_transaction_that_moves_the_date(log: Log) -> None:
    log.contact("Bob", BOB)
    log.mail(BOB, ANA, 5)
    log.connection.execute("BEGIN IMMEDIATE")
    touches.refresh(log.connection, log.now)
    assert log.connection.execute("SELECT count(*) FROM moved").fetchone() == (1,)
    log.connection.execute("ROLLBACK")
    assert log.connection.execute("SELECT count(*) FROM moved").fetchone() == (0,)
    assert log.connection.execute("SELECT last_touch FROM contact_touch").fetchone() == (None,)
    assert _moves(log) == [(None, log.day(5))]


def test_what_moves_no_last_date_is_no_change(log: Log) -> None:
    log.contact("Bob", BOB)
    log.mail(BOB, ANA, 9)
    _refresh(log)
    seen = moved.newest(log.reader)
    log.mail(BOB, ANA, 5)
    log.meet(BOB, 150)
    assert _moves(log, seen) == []


def test_who_is_too_far_behind_is_told_how_everything_is(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved, "KEPT", 2)
    log.contact("Bob", BOB)
    log.contact("Eve", "eve@globex.example")
    log.mail("eve@globex.example", ANA, 1)
    for day in (2, 3, 4):
        log.mail(BOB, ANA, day)
        _refresh(log)
    assert moved.since(log.reader, moved.BEGINNING) is None
    assert moved.since(log.reader, "1-0") is None
    for cursor in (moved.BEGINNING, "nonsense", "9999999999999999999999-1", "٣-1"):
        given = answer(log.reader, Question(log.now), cursor)
        assert given.is_anew
        assert [(one.person.name, one.move.last.at) for one in given.changes if one.person] == [
            ("Bob", log.day(4)), ("Eve", log.day(1))
        ]  # fmt: skip
        assert answer(log.reader, Question(log.now), given.cursor).changes == []


def test_a_page_ends_where_the_next_begins(log: Log) -> None:
    log.contact("Bob", BOB)
    for day in (2, 3, 4):
        log.mail(BOB, ANA, day)
        _refresh(log)
    cursor, told, more = moved.BEGINNING, [], True
    while more:
        given = answer(log.reader, Question(log.now), cursor, 2)
        told += [one.move.last.at for one in given.changes]
        cursor, more = given.cursor, given.more
    assert told == [log.day(2), log.day(3), log.day(4)]


def test_who_is_forgotten_is_in_no_change_and_cursors_hold(log: Log) -> None:
    """Requirement 12, as far as the log goes."""
    bob = log.contact("Bob", BOB)
    log.mail(BOB, ANA, 9)
    _refresh(log)
    seen = moved.newest(log.reader)
    forget(log.agent, [bob], [])
    rows = log.connection.execute("SELECT contact_id, last, kind_code, before FROM moved").fetchall()
    assert rows == [(0, None, None, None)]
    given = answer(log.reader, Question(log.now), seen)
    assert not given.is_anew
    assert answer(log.reader, Question(log.now)).changes == []
