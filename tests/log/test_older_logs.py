"""A log of the version before the user's own words keeps all it holds, and takes them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from earlier import made_before

from store.database import open_for_writing
from store.log import Log
from store.read_back import ReadBack, read_back

_ROWS = """
INSERT INTO account (id, name, owner, active) VALUES (1, 'ana', 'Ana Kim', 1), (2, 'ben', '', 1);
INSERT INTO source (id, account_id, kind, active, seen_through) VALUES (1, 1, 'imap', 1, 5000), (2, 2, 'imap', 1, 5000);
INSERT INTO place (id, source_id, name, cursor, seen_through)
    VALUES (1, 1, 'INBOX', '[]', 5000), (2, 2, 'INBOX', '[]', 5000);
INSERT INTO company (id, name) VALUES (1, 'Globex');
INSERT INTO contact (id, name, company_id) VALUES (1, 'Bob', 1), (2, 'Eve', NULL);
INSERT INTO address (id, email, canonical, site, name, contact_id, rule)
    VALUES (1, 'bob@globex.example', 'bob@globex.example', 'example.globex', '', 1, 'exact');
INSERT INTO activity (id, identity_hash, at, verdict_code, direction_code, identity)
    VALUES (1, 11, 1000, 0, 0, '<b1@globex.example>');
INSERT INTO participation (activity_id, address_id, role_code, at, touch_code) VALUES (1, 1, 0, 1000, 0);
INSERT INTO sighting (activity_id, place_id) VALUES (1, 2);
UPDATE contact_touch SET touches = 1, last_touch = 1000, last_touch_activity = 1, due = NULL WHERE contact_id = 1;
"""


def test_an_older_log_is_brought_here_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with made_before("own_words", path) as older:
        older.executescript(_ROWS)
    with contextlib.closing(open_for_writing(path)) as log:
        assert log.execute("SELECT * FROM contact_account").fetchall() == [(1, 2)]
        assert log.execute("SELECT owner, last_touch_by FROM v_contacts ORDER BY id").fetchall() == [
            ("ben", "ben"),
            (None, None),
        ]
        assert read_back(Log(log)) == ReadBack(None, True), "what was read before is not doubted for being old"
        assert log.execute("SELECT by_itself FROM company").fetchall() == [(None,)]
        for table in ("said_of_contact", "said_of_company", "said_of_activity", "put_aside", "contact_tag"):
            assert log.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_an_older_log_learns_the_role_of_whom_a_title_names(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with made_before("titles", path) as older:
        for view in ("v_participants", "v_contacts", "v_companies", "v_touches"):
            older.execute(f"DROP VIEW IF EXISTS {view}")
        older.execute("ALTER TABLE participation DROP COLUMN role")
        older.execute(
            "ALTER TABLE participation ADD COLUMN role TEXT AS (CASE role_code WHEN 0 THEN 'from' END) VIRTUAL"
        )
        older.executescript(_ROWS)
        older.execute("INSERT INTO setting VALUES ('house', 'as it was')")
    with contextlib.closing(open_for_writing(path)) as log:
        log.execute("INSERT INTO participation (activity_id, address_id, role_code, at) VALUES (1, 1, 6, 1000)")
        assert log.execute("SELECT role, touch FROM participation ORDER BY role_code").fetchall() == [
            ("from", "inbound"),
            ("title", None),
        ]
        assert log.execute("SELECT role FROM v_participants ORDER BY role").fetchall() == [("from",), ("title",)]
        assert log.execute("SELECT value FROM setting WHERE name = 'house'").fetchall() == [], "all is derived anew"
        log.execute("UPDATE contact SET name = 'Bob Stone' WHERE id = 1")
        assert log.execute("SELECT contact_id FROM name_due").fetchall() == [(1,)]


def test_of_older_mail_it_is_not_known_which_conversation_exchange_named(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with made_before("thread_index", path) as older:
        older.executescript(_ROWS)
    with contextlib.closing(open_for_writing(path)) as log:
        assert log.execute("SELECT identity, thread_index FROM activity").fetchall() == [("<b1@globex.example>", None)]
