"""What has changed in the log since: noted by triggers where several people read it, each within a scope of their own.

A reader keeps dates derived from what that reader may see (see audiences.py), and follows the log by these numbers.
One keeper needs none of it: there are no triggers then, and nothing is written.
"""

from __future__ import annotations

import sqlite3

from store.codes import ROLE
from store.log import Log

ACTIVITY, ADDRESS, CONTACT, CONVERSATION = range(4)
"""Kinds of what a change is of; the reference is an id, of a conversation its number."""

KEPT = 200_000
"""How many of the newest are kept: who is further behind derives everything anew."""

_NOTE = "INSERT INTO change (kind, ref)"
_TRIGGERS = {
    "note_sighting_added": f"AFTER INSERT ON sighting BEGIN {_NOTE} VALUES ({ACTIVITY}, new.activity_id); END",
    "note_sighting_gone": f"AFTER DELETE ON sighting BEGIN {_NOTE} VALUES ({ACTIVITY}, old.activity_id); END",
    "note_title": f"""AFTER INSERT ON participation WHEN new.role_code = {ROLE["title"]}
        BEGIN {_NOTE} VALUES ({ACTIVITY}, new.activity_id); END""",
    "note_part": f"""AFTER UPDATE ON participation WHEN old.touch_code IS NOT new.touch_code OR old.at <> new.at
        OR old.address_id <> new.address_id BEGIN
        {_NOTE} VALUES ({ACTIVITY}, new.activity_id), ({ADDRESS}, old.address_id); END""",
    "note_part_gone": f"""AFTER DELETE ON participation
        BEGIN {_NOTE} VALUES ({ACTIVITY}, old.activity_id), ({ADDRESS}, old.address_id); END""",
    "note_activity": f"""AFTER UPDATE OF at, ends, verdict_code, direction_code, thread, identity, evidence ON activity
        WHEN (old.at, old.ends, old.verdict_code, old.direction_code, old.thread, old.identity, old.evidence)
        IS NOT (new.at, new.ends, new.verdict_code, new.direction_code, new.thread, new.identity, new.evidence) BEGIN
        {_NOTE} VALUES ({ACTIVITY}, new.id), ({CONVERSATION}, coalesce(old.thread, old.identity_hash)); END""",
    "note_activity_gone": f"""AFTER DELETE ON activity
        BEGIN {_NOTE} VALUES ({CONVERSATION}, coalesce(old.thread, old.identity_hash)); END""",
    "note_address": f"""AFTER UPDATE OF contact_id, rule ON address
        WHEN old.contact_id IS NOT new.contact_id OR old.rule <> new.rule BEGIN
        {_NOTE} VALUES ({ADDRESS}, new.id);
        {_NOTE} SELECT {CONTACT}, id FROM contact WHERE id IN (old.contact_id, new.contact_id); END""",
    "note_contact_added": f"AFTER INSERT ON contact BEGIN {_NOTE} VALUES ({CONTACT}, new.id); END",
    "note_contact": f"AFTER UPDATE ON contact BEGIN {_NOTE} VALUES ({CONTACT}, new.id); END",
    **{
        f"note_{table}_{when}": f"""AFTER {event} ON contact_{table}
            BEGIN {_NOTE} VALUES ({CONTACT}, {row}.contact_id); END"""
        for table in ("email", "tag")
        for when, event, row in (("added", "INSERT", "new"), ("changed", "UPDATE", "new"), ("gone", "DELETE", "old"))
    },
    "note_email_moved": f"""AFTER UPDATE OF contact_id ON contact_email
        BEGIN {_NOTE} VALUES ({CONTACT}, old.contact_id); END""",
    "note_holder_says": f"AFTER UPDATE ON contact_holder BEGIN {_NOTE} VALUES ({CONTACT}, new.contact_id); END",
    "note_contact_gone": f"AFTER DELETE ON contact BEGIN {_NOTE} VALUES ({CONTACT}, old.id); END",
    "note_holder": f"AFTER INSERT ON contact_holder BEGIN {_NOTE} VALUES ({CONTACT}, new.contact_id); END",
    "note_holder_gone": f"AFTER DELETE ON contact_holder BEGIN {_NOTE} VALUES ({CONTACT}, old.contact_id); END",
    "note_company": f"""AFTER UPDATE OF owner ON company WHEN old.owner <> new.owner
        BEGIN {_NOTE} SELECT {CONTACT}, id FROM contact WHERE company_id = new.id; END""",
}


def note_from_now_on(connection: sqlite3.Connection, several_read: bool) -> None:
    """Note changes where `several_read` the log, and do not where one keeper does; within the caller's transaction."""
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'note_*'"
    there = dict(connection.execute(query).fetchall())
    wanted = {name: f"CREATE TRIGGER {name} {text}" for name, text in _TRIGGERS.items() if several_read}
    if there == wanted:
        return
    for name in there:
        connection.execute(f"DROP TRIGGER {name}")
    for text in wanted.values():
        connection.execute(text)
    # whoever followed earlier has missed what came between
    connection.execute("DELETE FROM change")
    if several_read:
        connection.execute(f"{_NOTE} VALUES ({CONTACT}, 0)")


def are_noted(connection: sqlite3.Connection) -> bool:
    query = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = 'note_sighting_added'"
    (found,) = connection.execute(query).fetchone()
    return bool(found)


def newest(log: Log) -> int | None:
    """The number of the last change; None where none are noted."""
    row: tuple[int | None] = log.execute("SELECT max(number) FROM change").fetchone()
    return row[0]


def prune(connection: sqlite3.Connection) -> None:
    """Let go of what is old; within the caller's transaction."""
    connection.execute("DELETE FROM change WHERE number <= (SELECT max(number) FROM change) - ?", (KEPT,))
