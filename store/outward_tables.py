"""Tables of the way out: what moved, the targets, and what each of them is owed and has.

`moved` is the outbox of the log (moved.py). `outbox` is what a target is yet to be told: of one that is told of every
change each of them, of one that has a field each contact once. `delivered` is what a target is known to have, by the
name it has for somebody, `last` NULL where that is nothing yet; `unsure`: a request was under way whose outcome is not
known. `to_blank` are those of erased people whose field is yet to be emptied: nothing else is left of them.
`target_note` is what somebody has to look at.
"""

from __future__ import annotations

OUTWARD = """
CREATE TABLE moved (
    number INTEGER PRIMARY KEY, noted_at INTEGER NOT NULL, last INTEGER, before INTEGER,
    contact_id INTEGER NOT NULL, kind_code INTEGER, before_code INTEGER
) STRICT;
CREATE TABLE target (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, place TEXT NOT NULL, active INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'ok', cursor TEXT, followed INTEGER, next_due INTEGER, looked_at INTEGER,
    last_success INTEGER, failing_since INTEGER, attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER,
    held INTEGER NOT NULL DEFAULT 0, error_code TEXT, error TEXT, hint TEXT
) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, target_id INTEGER NOT NULL REFERENCES target, contact_id INTEGER NOT NULL,
    message TEXT NOT NULL, noted_at INTEGER NOT NULL, last INTEGER, kind_code INTEGER, before INTEGER,
    before_code INTEGER, attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER, parked TEXT
) STRICT;
CREATE INDEX outbox_contact ON outbox (target_id, contact_id);
CREATE TABLE delivered (
    target_id INTEGER NOT NULL REFERENCES target, remote TEXT NOT NULL, contact_id INTEGER NOT NULL,
    last INTEGER, kind_code INTEGER, by_whom TEXT, unsure INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (target_id, remote)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivered_contact ON delivered (target_id, contact_id);
CREATE TABLE to_blank (
    target_id INTEGER NOT NULL REFERENCES target, remote TEXT NOT NULL, PRIMARY KEY (target_id, remote)
) STRICT, WITHOUT ROWID;
CREATE TABLE target_note (
    target_id INTEGER NOT NULL REFERENCES target, contact_id INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (target_id, contact_id, kind)
) STRICT, WITHOUT ROWID;
"""

SO_FAR = """INSERT INTO moved (noted_at, contact_id, last, kind_code) SELECT last_touch, contact_id, last_touch,
    CASE last_touch_kind WHEN 'inbound' THEN 0 WHEN 'outbound' THEN 1 ELSE 2 END
    FROM contact_touch WHERE last_touch IS NOT NULL ORDER BY contact_id"""
"""Of a log of an earlier version its last dates, as if they had moved when they were."""
