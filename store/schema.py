"""The tables of the activity log, and how a database of an older version becomes one of this.

Facts: activity, participation, sighting, calendar_object, bounce. Listed by the user: contact,
contact_email, company, company_domain. Derived, and always recomputable from those: the match of
an address (address.contact_id, company_id, rule), participation.touch and
contact_touch. Instants are whole seconds since 1970 in UTC.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE forgotten (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE withheld (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, active INTEGER NOT NULL
) STRICT;
CREATE TABLE source (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account, kind TEXT NOT NULL, active INTEGER NOT NULL,
    last_attempt INTEGER, last_success INTEGER, seen_through INTEGER, next_attempt INTEGER,
    failing_since INTEGER, refusals TEXT NOT NULL DEFAULT '[]', error_code TEXT, error TEXT, hint TEXT,
    UNIQUE (account_id, kind)
) STRICT;
CREATE TABLE place (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source, name TEXT NOT NULL, cursor TEXT,
    UNIQUE (source_id, name)
) STRICT;
CREATE TABLE skipped (
    place_id INTEGER NOT NULL REFERENCES place, item TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (place_id, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE company (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '') STRICT;
CREATE UNIQUE INDEX company_name ON company (lower(name));
CREATE TABLE company_domain (
    domain TEXT PRIMARY KEY, company_id INTEGER NOT NULL REFERENCES company
) STRICT, WITHOUT ROWID;
CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, company_id INTEGER REFERENCES company,
    owner TEXT NOT NULL DEFAULT '', from_book INTEGER NOT NULL DEFAULT 0, vanished_at INTEGER
) STRICT;
CREATE TABLE contact_key (
    key TEXT PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contact, merged INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_key_contact ON contact_key (contact_id);
CREATE INDEX contact_company ON contact (company_id);
CREATE TABLE contact_email (
    email TEXT NOT NULL, contact_id INTEGER NOT NULL REFERENCES contact, position INTEGER NOT NULL,
    canonical TEXT NOT NULL, PRIMARY KEY (email, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_email_contact ON contact_email (contact_id, position);
CREATE INDEX contact_email_canonical ON contact_email (canonical);

CREATE TABLE address (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, canonical TEXT NOT NULL, site TEXT NOT NULL,
    name TEXT NOT NULL, contact_id INTEGER REFERENCES contact, company_id INTEGER REFERENCES company, rule TEXT NOT NULL
) STRICT;
CREATE INDEX address_contact ON address (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX address_company ON address (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX address_canonical ON address (canonical);
CREATE INDEX address_site ON address (site);

CREATE TABLE activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    at INTEGER NOT NULL, ends INTEGER, verdict TEXT NOT NULL, reason TEXT, direction TEXT, thread INTEGER,
    replies_to TEXT, subject TEXT, evidence TEXT, revision TEXT, deleted_at INTEGER
) STRICT;
CREATE INDEX activity_thread ON activity (thread, at) WHERE thread IS NOT NULL;
CREATE INDEX activity_upcoming ON activity (ends) WHERE ends IS NOT NULL;
CREATE TABLE participation (
    address_id INTEGER NOT NULL REFERENCES address, at INTEGER NOT NULL,
    activity_id INTEGER NOT NULL REFERENCES activity, role TEXT NOT NULL, answer TEXT, touch TEXT,
    PRIMARY KEY (address_id, at, activity_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX participation_activity ON participation (activity_id);
CREATE INDEX participation_touch ON participation (address_id, touch, at) WHERE touch IS NOT NULL;
CREATE TABLE calendar_object (
    id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL REFERENCES place, href TEXT NOT NULL, etag TEXT NOT NULL,
    text TEXT NOT NULL, expanded_to INTEGER, UNIQUE (place_id, href)
) STRICT;
CREATE TABLE sighting (
    activity_id INTEGER NOT NULL REFERENCES activity, place_id INTEGER NOT NULL REFERENCES place,
    object_id INTEGER REFERENCES calendar_object, answer TEXT, PRIMARY KEY (activity_id, place_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_object ON sighting (object_id) WHERE object_id IS NOT NULL;
CREATE TABLE bounce (
    message_id TEXT NOT NULL, email TEXT NOT NULL, activity_id INTEGER NOT NULL REFERENCES activity,
    PRIMARY KEY (message_id, email, activity_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_touch (
    contact_id INTEGER PRIMARY KEY REFERENCES contact,
    last_touch INTEGER, last_touch_kind TEXT, last_touch_activity INTEGER,
    last_inbound INTEGER, last_inbound_activity INTEGER, last_outbound INTEGER, last_outbound_activity INTEGER,
    last_meeting INTEGER, last_meeting_activity INTEGER, next_meeting INTEGER, next_meeting_activity INTEGER,
    last_copied INTEGER, last_copied_activity INTEGER, last_two_way INTEGER, last_two_way_activity INTEGER,
    touches INTEGER NOT NULL, due INTEGER
) STRICT;
CREATE INDEX contact_touch_last ON contact_touch (last_touch);
"""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to this version; safe when several processes do it at once.

    sqlite-utils keeps the ledger. Its own transaction begins deferred and fails under a second
    writer, so everything happens within one BEGIN IMMEDIATE of ours.
    """
    from sqlite_utils import Database  # noqa: PLC0415 - costs 100 ms, and only writers need it

    connection.execute("BEGIN IMMEDIATE")
    try:
        _migrations().apply(Database(connection))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _migrations() -> Migrations:
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415

    migrations = Migrations("lasttouch")

    @migrations()
    def first_light(db: Database) -> None:
        for statement in TABLES.split(";\n"):
            if statement.strip():
                db.conn.execute(statement)

    return migrations
