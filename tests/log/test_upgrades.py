"""A log goes through every migration with rows in every table, and one from before attention gives
right answers."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from earlier import made_before
from sqlite_utils import Database

from config_lines import account, files
from lasttouch.answers.attention import Whom, attention
from lasttouch.answers.silence import candidates, silences
from lasttouch.answers.waiting import Wanted, awaiting
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from store.codes import DIRECTION, INBOUND, OUTBOUND, ROLE, VERDICT
from store.database import MIGRATIONS, open_for_writing
from store.identities import identity_hash
from store.migrations import _migrations
from store.people import people
from store.transactions import writing

_IRIS = "iris@globex.example"
_QUESTION = "<q1@globex.example>"
_HASH = identity_hash(_QUESTION)
_ROWS: Mapping[str, Mapping[str, Any]] = {
    "token": {
        "id": 1, "digest": "0a", "name": "crm", "user_id": 0, "scopes": "read feed", "made_at": 1, "expires_at": 2,
    },
    "setting": {"name": "cadence", "value": "90"},
    "forgotten": {"hash": b"gone"},
    "withheld": {"hash": b"kept out"},
    "account": {"id": 1, "name": "ana", "owner": "Ana Kim", "active": 1},
    "source": {"id": 1, "account_id": 1, "kind": "imap", "active": 1, "seen_through": 5000, "refusals": "[4000]"},
    "place": {"id": 1, "source_id": 1, "name": "INBOX", "cursor": "[7]", "seen_through": 5000},
    "skipped": {"place_id": 1, "item": "UID 9", "reason": "no date", "at": 4000},
    "company": {"id": 1, "name": "Globex", "owner": "Ana Kim"},
    "company_domain": {"domain": "globex.example", "company_id": 1},
    "contact": {"id": 1, "name": "Iris van Dam", "company_id": 1, "owner": "Ana Kim", "from_book": 1},
    "contact_key": {"key": "hubspot:151", "contact_id": 1, "merged": 0},
    "contact_email": {"email": _IRIS, "contact_id": 1, "position": 0, "canonical": _IRIS},
    "address": {
        "id": 1, "email": _IRIS, "canonical": _IRIS, "site": "example.globex",
        "name": "Iris", "contact_id": 1, "company_id": 1, "rule": "exact",
    },
    "activity": {
        "id": 1, "identity_hash": _HASH, "at": 1000, "verdict_code": 0, "direction_code": 0, "identity": _QUESTION,
        "reason": "no sign of an automatic sender", "subject": "The lease", "evidence": '{"from": "x"}',
    },
    "participation": {"activity_id": 1, "address_id": 1, "role_code": 0, "at": 1000, "touch_code": 0, "answer": None},
    "calendar_object": {"id": 1, "place_id": 1, "href": "a.ics", "etag": "e", "text": "BEGIN:VCALENDAR", "uid": "u"},
    "calendar_person": {"object_id": 1, "address_id": 1},
    "sighting": {"activity_id": 1, "place_id": 1, "object_id": 1, "answer": "ACCEPTED", "revision": "3"},
    "bounce": {"message_id": "<gone@x.example>", "email": _IRIS, "activity_id": 1, "prompt": 1},
    "contact_touch": {"contact_id": 1, "touches": 1, "last_touch": 1000},
    "stranger": {"address_id": 1, "inbound": 1},
    "thread": {"conversation": _HASH, "id": 1, "activity_id": 1, "at": 1000, "waits_for": 0},
    "said_of_contact": {"contact_id": 1, "kind": "cadence", "value": 30, "through": 1, "said_at": 1, "said_by": 1},
    "said_of_company": {"company_id": 1, "kind": "cadence", "value": 60, "said_at": 1000, "said_by": 1},
    "said_of_activity": {"identity": _QUESTION, "kind": "done", "said_at": 1000, "said_by": 1},
    "put_aside": {"canonical": "m@x.example", "email": "m@x.example", "name": "Mia", "kind": "ignored", "said_at": 1},
    "account_address": {"email": "ana@acme.example", "account_id": 1, "position": 0},
    "reference": {"activity_id": 1, "rank": 0, "hash": 77},
    "unplaced": {"address_id": 1, "at": 1000, "activity_id": 1},
    "card_address": {"key": "carddav:7", "email": _IRIS},
    "contact_tag": {"contact_id": 1, "tag": "vip"},
    "contact_account": {"contact_id": 1, "account_id": 1},
    "other_id": {"activity_id": 1, "identity_hash": 78},
    "mark": {"activity_id": 1, "place_id": 1, "uid": 7, "bits": 2, "has_left": 0},
    "mailing": {"activity_id": 1, "size": 12, "seconds": 60},
    "place_rights": {"place_id": 1, "told_at": 1_780_000_000, "unknown": None},
    "place_reader": {"place_id": 1, "user_id": 1},
    "attachment": {"activity_id": 1, "number": 0, "name": "offer.pdf", "type": "application/pdf", "size": 84_000},
    "hand": {
        "address_id": 1, "base": 1, "text": 2, "quotes": 1,
        "given": 1.0, "expected": 1.0, "answered": 1.0, "awaited": 1.0,
    },
    "contact_name": {"contact_id": 1, "key": "iris van dam"},
    "name_due": {"contact_id": 1},
    "title_pair": {"hash": 5, "ref": 1},
    "user": {"id": 1, "name": "ana", "os_user": "ana", "email": "ana@acme.example", "role": "member", "active": 1},
    "user_team": {"user_id": 1, "team": "sales"},
    "account_reader": {"account_id": 1, "user_id": 1},
    "account_share": {"account_id": 1, "team": "", "level": 1},
    "narrowed_share": {"account_id": 1, "team": "", "level": 0, "said_at": 1000},
    "private_contact": {"user_id": 1, "contact_id": 1, "said_at": 1000},
    "private_address": {"user_id": 1, "canonical": _IRIS, "email": _IRIS, "said_at": 1000},
    "private_company": {"user_id": 1, "company_id": 1, "said_at": 1000},
    "contact_holder": {"contact_id": 1, "account_id": 1},
    "bcc_seen": {"activity_id": 1, "address_id": 1, "place_id": 1},
    "signed": {"id": 1, "address_id": 1, "account_id": 1, "name": "Iris"},
    "access": {"at": 1000, "user_id": 1, "command": "last", "account_id": 1, "level": 1, "items": 1, "contact_id": 1},
    "change": {"kind": 2, "ref": 1},
    "retired_account": {"account_id": 1, "at": 1000, "kept": "dates"},
    "deed": {"at": 1000, "user_id": 1, "kind": "merge", "contact_id": 1, "detail": "{}"},
    "moved": {"number": 1, "noted_at": 1000, "contact_id": 1, "last": 1000, "kind_code": 0},
    "target": {"id": 1, "name": "crm", "kind": "tryton", "place": "p", "active": 1},
    "shard": {"id": 1},
    "worker": {"name": "w", "host": "db1", "pid": 7, "started_at": 1000, "seen_at": 1000, "reading": 0},
    "outbox": {"id": 1, "target_id": 1, "contact_id": 1, "message": "m", "noted_at": 1000, "last": 1000},
    "delivered": {"target_id": 1, "remote": "7", "contact_id": 1, "last": 1000},
    "to_blank": {"target_id": 1, "remote": "8"},
    "target_note": {"target_id": 1, "contact_id": 1, "kind": "edited", "text": "x", "at": 1000},
}  # fmt: skip
"""A row for every table there is or was, with the columns it has or had."""
_DERIVED = {"thread", "contact_touch", "contact_account", "stranger", "name_due"}
"""What a migration may empty, or put down anew."""
_TABLES = """SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%'
    ESCAPE '\\'"""


def _fill(log: sqlite3.Connection) -> None:
    """A row in every table that has none."""
    for (table,) in log.execute(_TABLES).fetchall():
        if log.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
            log.execute(*_insert(log, table))


def _insert(log: sqlite3.Connection, table: str) -> tuple[str, list[Any]]:
    assert table in _ROWS, f"give {table} a row here"
    there = {name for _, name, *_ in log.execute(f"PRAGMA table_info({table})")}
    row = {name: value for name, value in _ROWS[table].items() if name in there}
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())


def _facts(log: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    log.row_factory = sqlite3.Row
    try:
        names = [name for (name,) in log.execute(_TABLES) if name not in _DERIVED]
        return {name: [dict(row) for row in log.execute(f"SELECT * FROM {name}")] for name in names}
    finally:
        log.row_factory = None


def _migrate_step_by_step(path: Path) -> Iterator[sqlite3.Connection]:
    """The database before each migration but the first, and after the last; what it has by then is
    committed."""
    names = [one.name for one in _migrations().pending(Database(memory=True))]
    assert set(names) == MIGRATIONS
    for stop in names[1:]:
        with made_before(stop, path) as older:
            yield older
    with contextlib.closing(open_for_writing(path)) as log:
        yield log


def test_rows_in_every_table_go_through_every_migration(tmp_path: Path) -> None:
    kept: dict[str, list[dict[str, Any]]] = {}
    for log in _migrate_step_by_step(tmp_path / "log.db"):
        now = _facts(log)
        for table, rows in kept.items():
            # what a company is found by of which an account holds all people is that account's own
            found = now[table] + (now.get("held_domain", []) if table == "company_domain" else [])
            for row in rows:
                same = [one for one in found if all(one.get(name, value) == value for name, value in row.items())]
                assert same or row.get("name") == "house", (table, row, now[table])
        _fill(log)
        kept = _facts(log)
        assert log.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert log.execute("PRAGMA foreign_key_check").fetchall() == []
    assert {table for table, rows in kept.items() if not rows} == set()
    assert kept["bounce"][0]["named"] == identity_hash("<gone@x.example>")


NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANA = "ana@acme.example"
_PEOPLE = {name: f"{name.lower()}@firm{number}.example" for number, name in enumerate(("Bob", "Carla", "Dev", "Eve"))}
_GUESTS = [f"guest{number}@fair{number}.example" for number in range(10)]


class _Older:
    """A log as the version before attention would have it."""

    def __init__(self, log: sqlite3.Connection) -> None:
        self._log = log
        self._addresses: dict[str, int] = {}
        self._number = 0
        seen = int(NOW.timestamp())
        log.execute("INSERT INTO account (id, name, owner, active) VALUES (1, 'ana', 'Ana Kim', 1)")
        log.execute("INSERT INTO account_address VALUES (?, 1, 0)", (ANA,))
        log.execute(
            "INSERT INTO source (id, account_id, kind, active, seen_through) VALUES (1, 1, 'imap', 1, ?)", (seen,)
        )
        log.execute(
            "INSERT INTO place (id, source_id, name, cursor, seen_through) VALUES (1, 1, 'INBOX', '[]', ?)", (seen,)
        )
        for number, (name, email) in enumerate([*_PEOPLE.items(), *(("Guest", one) for one in _GUESTS)], 1):
            log.execute("INSERT INTO contact (id, name) VALUES (?, ?)", (number, name))
            log.execute("INSERT INTO contact_email VALUES (?, ?, 0, ?, NULL)", (email, number, email))
            self._address(email, number, "exact")
        self._address(ANA, None, "self")

    def _address(self, email: str, contact: int | None, rule: str) -> None:
        site = ".".join(reversed(email.partition("@")[2].split(".")))
        self._addresses[email] = self._log.execute(
            "INSERT INTO address (email, canonical, site, name, contact_id, rule) VALUES (?, ?, ?, '', ?, ?)",
            (email, email, site, contact, rule),
        ).lastrowid or 0  # fmt: skip

    def mail(self, sender: str, to: str, subject: str, minutes_ago: float = 0, days_ago: float = 0) -> str:
        self._number += 1
        identity = f"<m{self._number}@{sender.partition('@')[2]}>"
        at = int((NOW - timedelta(days=days_ago, minutes=minutes_ago)).timestamp())
        ours = sender == ANA
        row_id = self._log.execute(
            "INSERT INTO activity (identity_hash, at, verdict_code, direction_code, identity, reason, subject)"
            " VALUES (?, ?, ?, ?, ?, 'no sign of an automatic sender', ?)",
            (
                identity_hash(identity), at, VERDICT["person"], DIRECTION["outbound" if ours else "inbound"], identity,
                subject,
            ),
        ).lastrowid  # fmt: skip
        for email, role in ((sender, "from"), (to, "to")):
            touch = None if email == ANA else OUTBOUND if ours else INBOUND
            self._log.execute(
                "INSERT INTO participation (activity_id, address_id, role_code, at, touch_code) VALUES (?, ?, ?, ?, ?)",
                (row_id, self._addresses[email], ROLE[role], at, touch),
            )
        self._log.execute("INSERT INTO sighting (activity_id, place_id) VALUES (?, 1)", (row_id,))
        return identity


@pytest.fixture
def upgraded(tmp_path: Path) -> Path:
    """Bob wrote every thirty days until 110 days ago, Carla but once; three weeks ago both and
    eight others got a mail merge; Dev asked three days ago, Eve what was settled.
    """
    path = tmp_path / "log.db"
    with made_before("expectation", path) as log:
        older = _Older(log)
        for number, days in enumerate((200, 170, 140, 110)):
            older.mail(_PEOPLE["Bob"], ANA, f"Order {number}", days_ago=days)
        older.mail(_PEOPLE["Carla"], ANA, "Hello", days_ago=300)
        for minute, email in enumerate([_PEOPLE["Bob"], _PEOPLE["Carla"], *_GUESTS]):
            older.mail(ANA, email, f"{email.partition('@')[0].title()}, our news", minute, days_ago=21)
        older.mail(_PEOPLE["Dev"], ANA, "Seed racks", days_ago=3)
        settled = older.mail(_PEOPLE["Eve"], ANA, "Spare bulbs", days_ago=4)
        at = int(NOW.timestamp())
        log.execute("INSERT INTO said_of_activity VALUES (?, 'done', ?, 1)", (settled, at))
        log.execute("INSERT INTO said_of_contact VALUES (2, 'cadence', 280, ?, ?, 1)", (at, at))
        log.execute("UPDATE contact_touch SET usual_gap = 86400, overdue_at = 1, due = NULL")
    config = tmp_path / "config.toml"
    config.write_text('database = "log.db"\n' + account("ana", files("x")))
    return config


def test_a_log_from_before_attention_gives_right_answers(upgraded: Path) -> None:
    with opened(load_config(upgraded), lambda: NOW) as agent:
        log = agent.log
        agent.refresh()
        agent.connection.execute("UPDATE source SET seen_through = ?", (int(NOW.timestamp()),))
        bob, carla, *_ = sorted(people(log, NOW), key=lambda one: one.id)
        assert (bob.last_touch, bob.last_touch_kind) == (NOW - timedelta(days=110), "inbound"), "no mail merge moves it"
        assert (carla.last_touch, bob.last_outbound, bob.usual_gap) == (
            NOW - timedelta(days=300),
            None,
            timedelta(days=30),
        )
        silent = silences(log, people(log, NOW, candidates(log, NOW, None, 10)), NOW, None)
        assert [one.person.name for one in silent if one.state == "stale"] == ["Carla", "Bob"]
        waits = awaiting(log, NOW, "us", Wanted(order="likely", likely=True, since=NOW - timedelta(days=45)), 10)
        assert [one.subject for one in waits] == ["Seed racks"]
        assert awaiting(log, NOW, "them", Wanted(), 10) == [], "a mail merge waits for nobody"
        reasons = [(one.kind, one.name) for one in attention(log, NOW, Whom(), 10).reasons]
        assert reasons == [("owed", "Dev"), ("cadence", "Carla"), ("rhythm", "Bob")]
        with writing(agent.connection):
            assert recompute(agent) == 0
