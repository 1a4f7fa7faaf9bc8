"""An audience that follows what changes has what one has that begins anew."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activity.sharing import Level
from config_lines import account, files
from fed_log import Log as Fed
from lasttouch.configuration.config import load_config
from lasttouch.keeping.contact_changes import add_alias, remove
from lasttouch.keeping.opening import opened
from store import audiences, changes, holding
from store.log import Log, Scope
from store.scoped import open_part, open_scoped, part_of
from store.scoped_views import DERIVED
from store.transactions import writing

NOW = Fed.start + timedelta(days=100)
TOM, KIM, ZOE = "tom@client.example", "kim@client.example", "zoe@free.example"
ANAS, BENS = "ana@acme.example", "ben@acme.example"
SCOPES = [
    Scope("ben", tuple((number, level) for number, level in enumerate(levels, 1) if level), 0, 2)
    for levels in ((Level.NONE, Level.OWN), *((level, Level.OWN) for level in (Level.DATES, Level.WHO, Level.SUBJECTS)))
]


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[Fed]:
    """Tom and Kim are listed, Kim by Ana alone; Zoe is nobody's contact. Each exchanges with Ana,
    Tom with Ben too."""
    config = tmp_path / "config.toml"
    config.write_text('database = "log.db"\n' + account("ana", files("x")) + account("ben", files("y")))
    with opened(load_config(config), lambda: NOW) as agent:
        log = Fed(agent)
        with writing(agent.connection):
            changes.note_from_now_on(agent.connection, True)
        log.contact("Tom", TOM)
        kim = log.contact("Kim", KIM)
        asked = log.mail(TOM, ANAS, 5)
        log.mail(ANAS, TOM, 6, answers=asked)
        log.mail(KIM, ANAS, 7, cc=TOM)
        log.mail(ZOE, ANAS, 8)
        log.mail(TOM, BENS, 9, account="ben")
        with writing(agent.connection):
            holding.hold(agent.connection, [kim], [1])
        yield log


def _publish(fed: Fed) -> None:
    with writing(fed.connection):
        holding.publish(fed.connection, [2])


def _keep_back(fed: Fed) -> None:
    with writing(fed.connection):
        holding.hold(fed.connection, [1], [1])


def _own(fed: Fed) -> None:
    with writing(fed.connection):
        fed.connection.execute("UPDATE contact SET owner = 'Ana' WHERE id = 1")


def _forbid(fed: Fed) -> None:
    """Ana's last mail with Tom is judged otherwise."""
    with writing(fed.connection):
        fed.connection.execute("UPDATE participation SET touch_code = NULL WHERE activity_id = 2")


def _lose(fed: Fed) -> None:
    with writing(fed.connection):
        for table in ("sighting", "participation"):
            fed.connection.execute(f"DELETE FROM {table} WHERE activity_id = 5")
        fed.connection.execute("DELETE FROM activity WHERE id = 5")


CHANGES: dict[str, Callable[[Fed], Any]] = {
    "mail of one's own": lambda fed: fed.mail(TOM, BENS, 20, account="ben"),
    "mail of a colleague's": lambda fed: fed.mail(TOM, ANAS, 21),
    "an answer": lambda fed: fed.mail(BENS, TOM, 22, answers="<m5@x.example>", account="ben"),
    "a hidden contact writes": lambda fed: fed.mail(KIM, BENS, 23, account="ben"),
    "a stranger writes": lambda fed: fed.mail(ZOE, BENS, 24, account="ben"),
    "a copy of a colleague's": lambda fed: fed.mail(ZOE, ANAS, 8, message_id="<m4@x.example>", account="ben"),
    "a meeting": lambda fed: fed.meet(TOM, 150),
    "a new contact": lambda fed: fed.contact("Zoe", ZOE),
    "an alias": lambda fed: add_alias(fed.agent, 1, [ZOE]),
    "one contact less": lambda fed: remove(fed.agent, [1]),
    "published": _publish,
    "kept back": _keep_back,
    "owned": _own,
    "judged otherwise": _forbid,
    "gone": _lose,
}


def _held(fed: Fed, scope: Scope) -> dict[str, list[Any]]:
    """What the audience has of its own."""
    log = open_scoped(fed.agent.loaded.database, scope, NOW)
    try:
        return {table: log.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in sorted(DERIVED)}
    finally:
        log.close()


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: Level(scope.levels[0][1]).name.lower())
@pytest.mark.parametrize("change", CHANGES)
def test_following_a_change_comes_to_beginning_anew(fed: Fed, scope: Scope, change: str) -> None:
    _held(fed, scope)
    CHANGES[change](fed)
    followed = _held(fed, scope)
    audiences.discard_all(fed.agent.loaded.database)
    assert followed == _held(fed, scope)


@pytest.mark.parametrize("scope", SCOPES[:3], ids=lambda scope: Level(scope.levels[0][1]).name.lower())
def test_all_of_them_one_after_another(fed: Fed, scope: Scope) -> None:
    for change in CHANGES.values():
        change(fed)
        _held(fed, scope)
    followed = _held(fed, scope)
    audiences.discard_all(fed.agent.loaded.database)
    assert followed == _held(fed, scope)


def _narrow_to(fed: Fed, who: str) -> None:
    """Ana keeps somebody to herself."""
    with writing(fed.connection):
        fed.connection.execute("INSERT INTO private_address VALUES (1, ?, ?, 1)", (who, who))


@pytest.mark.parametrize("before", SCOPES, ids=lambda scope: Level(scope.levels[0][1]).name.lower())
@pytest.mark.parametrize("then", SCOPES, ids=lambda scope: Level(scope.levels[0][1]).name.lower())
def test_what_is_taken_over_from_the_last_audience_comes_to_beginning_anew(
    fed: Fed, before: Scope, then: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was shared before: nothing of that is left, not even that dates were others."""
    _held(fed, before)
    if before is then:
        with writing(fed.connection):
            fed.connection.execute(
                "INSERT INTO user (id, name, role, active) VALUES (1, 'ana', '', 1), (2, 'ben', '', 1)"
            )
            fed.connection.execute("UPDATE account SET user_id = id")
        _narrow_to(fed, TOM)
    fed.mail(TOM, BENS, 20, account="ben")
    with monkeypatch.context() as only:
        only.setattr(audiences, "_begin_anew", lambda *_: pytest.fail("it was begun anew"))
        taken_over = _held(fed, then), _moved(fed, then)
    audiences.discard_all(fed.agent.loaded.database)
    assert taken_over == (_held(fed, then), _moved(fed, then))


@pytest.mark.parametrize("before", SCOPES[1:], ids=lambda scope: Level(scope.levels[0][1]).name.lower())
def test_what_came_with_a_mailbox_that_came_up_since_is_not_taken_over(fed: Fed, before: Scope) -> None:
    fed.contact("Uma", "uma@client.example")
    _held(fed, before)
    fed.mail(ANAS, "uma@client.example", 30, mailbox="Archive/2026")
    _held(fed, before)
    taken_over = _held(fed, SCOPES[0])
    audiences.discard_all(fed.agent.loaded.database)
    assert taken_over == _held(fed, SCOPES[0])


@pytest.mark.parametrize("scope", SCOPES[1:], ids=lambda scope: Level(scope.levels[0][1]).name.lower())
def test_a_mailbox_that_came_up_while_somebody_began_to_ask_is_in_the_next_answer(fed: Fed, scope: Scope) -> None:
    database = fed.agent.loaded.database
    _held(fed, scope)
    part = part_of(fed.agent.log, database, scope)
    fed.mail(ANAS, TOM, 30, mailbox="Archive/2026")
    open_part(database, part, NOW).close()
    followed = _held(fed, scope)
    audiences.discard_all(database)
    assert followed == _held(fed, scope)


def test_another_viewers_audience_is_not_taken_over(fed: Fed, monkeypatch: pytest.MonkeyPatch) -> None:
    _held(fed, SCOPES[3])
    begun = []
    monkeypatch.setattr(audiences, "_take_over", lambda *_: begun.append("taken over"))
    _held(fed, SCOPES[0]._replace(viewer="cleo", user_id=3))
    assert not begun


@pytest.mark.parametrize("written", [b"", b"no database", b"of another version"])
def test_what_is_no_audience_of_ours_yet_hides_no_other_one(
    fed: Fed, monkeypatch: pytest.MonkeyPatch, written: bytes
) -> None:
    """As when several begin at once after what is shared has changed."""
    _held(fed, SCOPES[1])
    (held,) = audiences.folder_of(fed.agent.loaded.database).glob("*/*.db")
    other = held.with_name("other.db")
    other.write_bytes(written)
    if written == b"of another version":
        other.unlink()
        with contextlib.closing(sqlite3.connect(other)) as connection:
            connection.execute("CREATE TABLE followed (number INTEGER)")
    os.utime(other, (held.stat().st_atime, held.stat().st_mtime + 10))
    monkeypatch.setattr(audiences, "_begin_anew", lambda *_: pytest.fail("it was begun anew"))
    _held(fed, SCOPES[2])


def _moved(fed: Fed, scope: Scope) -> list[Any]:
    log = open_scoped(fed.agent.loaded.database, scope, NOW)
    try:
        return log.execute("SELECT contact_id, last, kind_code, before, before_code FROM moved ORDER BY 1").fetchall()
    finally:
        log.close()


def test_nothing_is_written_where_nothing_changed_and_what_was_let_go_of_is_derived_anew(fed: Fed) -> None:
    scope = SCOPES[1]
    _held(fed, scope)
    told: list[Log] = []
    open_scoped(fed.agent.loaded.database, scope, NOW, lambda log, _: told.append(log)).close()
    assert not told
    fed.mail(TOM, BENS, 30, account="ben")
    with writing(fed.connection):
        fed.connection.execute("DELETE FROM change WHERE number < (SELECT max(number) FROM change)")
    followed = _held(fed, scope)
    audiences.discard_all(fed.agent.loaded.database)
    assert followed == _held(fed, scope)


def test_one_keeper_notes_no_changes(fed: Fed) -> None:
    with writing(fed.connection):
        changes.note_from_now_on(fed.connection, False)
    fed.mail(TOM, ANAS, 40)
    assert Log(fed.connection).execute("SELECT count(*) FROM change").fetchone() == (0,)
