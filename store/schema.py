"""The tables of the activity log, in the order in which they came; see migrations.py.

Facts: activity, participation, sighting, mark, calendar_object with calendar_person, bounce. Listed by
the user: contact, contact_email, card_address, company, company_domain. Said by the user: said_of_contact,
said_of_company, said_of_activity, put_aside. Derived, and always recomputable from those: the match
of an address (address.contact_id, company_id, rule), participation.touch, mailing, and three caches:
contact_touch (a row for every contact), stranger (for every address that is nobody's), thread (for
every conversation with mail from people). A row of the first two with `due` at or before now (0:
something has changed; else time alone has overtaken it) says nothing until it is derived again.
Instants are whole seconds since 1970 in UTC. What a team adds stands in team_tables.py, what
is for the way out in outward_tables.py.
"""

from __future__ import annotations

from store.codes import DIRECTION_COLUMN, ROLE, ROLE_COLUMN, TOUCH_COLUMN, VERDICT_COLUMN

_STRANGE = "({0}.contact_id IS NULL AND {0}.rule IN ('none', 'company-domain'))"

TABLES = f"""
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
    seen_through INTEGER, failing_since INTEGER, error_code TEXT, error TEXT, hint TEXT,
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
    id INTEGER PRIMARY KEY AUTOINCREMENT, verdict_code INTEGER NOT NULL, direction_code INTEGER,
    identity_hash INTEGER NOT NULL, at INTEGER NOT NULL, ends INTEGER, thread INTEGER, deleted_at INTEGER,
    identity TEXT NOT NULL,
    reason TEXT, replies_to TEXT, subject TEXT, evidence TEXT, revision TEXT,
    kind TEXT AS (CASE WHEN ends IS NULL THEN 'email' ELSE 'meeting' END) VIRTUAL,
    verdict {VERDICT_COLUMN},
    direction {DIRECTION_COLUMN},
    conversation INTEGER AS (coalesce(thread, identity_hash)) VIRTUAL
) STRICT;
CREATE INDEX activity_identity ON activity (identity_hash);
CREATE INDEX activity_thread ON activity (thread) WHERE thread IS NOT NULL;
CREATE INDEX activity_at ON activity (at);
CREATE INDEX activity_upcoming ON activity (ends) WHERE ends IS NOT NULL;
CREATE TABLE participation (
    activity_id INTEGER NOT NULL REFERENCES activity, address_id INTEGER NOT NULL REFERENCES address,
    role_code INTEGER NOT NULL, touch_code INTEGER, at INTEGER NOT NULL, answer TEXT,
    role {ROLE_COLUMN},
    touch {TOUCH_COLUMN},
    PRIMARY KEY (activity_id, address_id, role_code)
) STRICT, WITHOUT ROWID;
CREATE INDEX participation_address ON participation (address_id, touch_code, at);
CREATE TABLE calendar_object (
    id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL REFERENCES place, href TEXT NOT NULL, etag TEXT NOT NULL,
    text TEXT NOT NULL, uid TEXT NOT NULL, deferred_since INTEGER, expanded_to INTEGER, UNIQUE (place_id, href)
) STRICT;
CREATE INDEX calendar_object_uid ON calendar_object (uid);
CREATE TABLE calendar_person (
    object_id INTEGER NOT NULL REFERENCES calendar_object, address_id INTEGER NOT NULL REFERENCES address,
    PRIMARY KEY (object_id, address_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX calendar_person_address ON calendar_person (address_id);
CREATE TABLE sighting (
    activity_id INTEGER NOT NULL REFERENCES activity, place_id INTEGER NOT NULL REFERENCES place,
    object_id INTEGER REFERENCES calendar_object, answer TEXT, revision TEXT, PRIMARY KEY (activity_id, place_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_object ON sighting (object_id) WHERE object_id IS NOT NULL;
CREATE TABLE bounce (
    message_id TEXT NOT NULL, email TEXT NOT NULL, activity_id INTEGER NOT NULL REFERENCES activity,
    PRIMARY KEY (message_id, email, activity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bounce_activity ON bounce (activity_id);

CREATE TABLE contact_touch (
    contact_id INTEGER PRIMARY KEY REFERENCES contact,
    last_touch INTEGER, last_touch_kind TEXT, last_touch_activity INTEGER,
    last_inbound INTEGER, last_inbound_activity INTEGER, last_outbound INTEGER, last_outbound_activity INTEGER,
    last_meeting INTEGER, last_meeting_activity INTEGER, next_meeting INTEGER, next_meeting_activity INTEGER,
    last_copied INTEGER, last_copied_activity INTEGER, last_two_way INTEGER, last_two_way_activity INTEGER,
    touches INTEGER NOT NULL DEFAULT 0, usual_gap INTEGER, overdue_at INTEGER, due INTEGER DEFAULT 0
) STRICT;
CREATE INDEX contact_touch_due ON contact_touch (due) WHERE due IS NOT NULL;
CREATE INDEX contact_touch_last ON contact_touch (last_touch, contact_id, due) WHERE last_touch IS NOT NULL;
CREATE INDEX contact_touch_never ON contact_touch (contact_id, due) WHERE last_touch IS NULL;
CREATE INDEX contact_touch_overdue ON contact_touch (overdue_at, contact_id, due) WHERE overdue_at IS NOT NULL;
CREATE TABLE stranger (
    address_id INTEGER PRIMARY KEY REFERENCES address, inbound INTEGER NOT NULL DEFAULT 0,
    outbound INTEGER NOT NULL DEFAULT 0, meetings INTEGER NOT NULL DEFAULT 0,
    exchanges INTEGER AS (inbound + outbound + meetings) VIRTUAL,
    two_way INTEGER AS ((inbound > 0 AND outbound > 0) OR meetings > 0) VIRTUAL,
    first_touch INTEGER, last_touch INTEGER, due INTEGER DEFAULT 0
) STRICT;
CREATE INDEX stranger_due ON stranger (due) WHERE due IS NOT NULL;
CREATE INDEX stranger_rank ON stranger (two_way, exchanges, last_touch) WHERE last_touch IS NOT NULL;
CREATE TABLE thread (
    id INTEGER PRIMARY KEY, activity_id INTEGER NOT NULL, at INTEGER NOT NULL, waits_for INTEGER
) STRICT;
CREATE INDEX thread_waiting ON thread (waits_for, at) WHERE waits_for IS NOT NULL;
CREATE TRIGGER contact_added AFTER INSERT ON contact BEGIN
    INSERT INTO contact_touch (contact_id) VALUES (new.id);
END;
CREATE TRIGGER address_moved AFTER UPDATE OF contact_id ON address WHEN old.contact_id IS NOT new.contact_id BEGIN
    UPDATE contact_touch SET due = 0 WHERE contact_id IN (old.contact_id, new.contact_id) AND due IS NOT 0;
END;
CREATE TRIGGER address_added AFTER INSERT ON address WHEN {_STRANGE.format("new")} BEGIN
    INSERT INTO stranger (address_id) VALUES (new.id);
END;
CREATE TRIGGER address_found AFTER UPDATE OF contact_id, rule ON address WHEN NOT {_STRANGE.format("new")} BEGIN
    DELETE FROM stranger WHERE address_id = new.id;
END;
CREATE TRIGGER address_lost AFTER UPDATE OF contact_id, rule ON address WHEN {_STRANGE.format("new")} BEGIN
    INSERT OR IGNORE INTO stranger (address_id) VALUES (new.id);
END;
CREATE TRIGGER address_gone AFTER DELETE ON address BEGIN
    DELETE FROM stranger WHERE address_id = old.id;
END;
"""

OWN_WORDS = """
CREATE TABLE said_of_contact (
    contact_id INTEGER NOT NULL REFERENCES contact, kind TEXT NOT NULL, value INTEGER, through INTEGER NOT NULL,
    said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account, PRIMARY KEY (contact_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE said_of_company (
    company_id INTEGER NOT NULL REFERENCES company, kind TEXT NOT NULL, value INTEGER,
    said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account, PRIMARY KEY (company_id, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE said_of_activity (
    identity TEXT NOT NULL, kind TEXT NOT NULL, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account,
    PRIMARY KEY (identity, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE put_aside (
    canonical TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account
) STRICT, WITHOUT ROWID;
"""

ACCOUNT_ADDRESSES = """
CREATE TABLE account_address (
    email TEXT NOT NULL, account_id INTEGER NOT NULL REFERENCES account, position INTEGER NOT NULL,
    PRIMARY KEY (email, account_id)
) STRICT, WITHOUT ROWID;
"""

CARDS = """
CREATE TABLE card_address (key TEXT NOT NULL, email TEXT NOT NULL, PRIMARY KEY (key, email)) STRICT, WITHOUT ROWID;
"""
# Of older cards, it is known which addresses they showed only where a contact has no other origin.
CARDS_SO_FAR = """
INSERT INTO card_address (key, email)
SELECT k.key, e.email FROM contact c
JOIN contact_key k ON k.contact_id = c.id JOIN contact_email e ON e.contact_id = c.id
WHERE c.from_book AND k.key LIKE 'carddav:%'
    AND (SELECT count(*) FROM contact_key o WHERE o.contact_id = c.id AND o.key LIKE 'carddav:%') = 1
"""
TAGS = """
CREATE TABLE contact_tag (
    contact_id INTEGER NOT NULL REFERENCES contact, tag TEXT NOT NULL, PRIMARY KEY (contact_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tag_tag ON contact_tag (tag);
"""
WHO_EXCHANGES = """
CREATE TABLE contact_account (
    contact_id INTEGER PRIMARY KEY REFERENCES contact, account_id INTEGER NOT NULL REFERENCES account
) STRICT;
CREATE INDEX contact_account_account ON contact_account (account_id);
"""


CONVERSATIONS = """
DROP TABLE thread;
CREATE TABLE thread (
    conversation INTEGER NOT NULL, activity_id INTEGER NOT NULL REFERENCES activity, waits_for INTEGER NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (conversation, activity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_waiting ON thread (waits_for, at);
CREATE TABLE reference (
    activity_id INTEGER NOT NULL REFERENCES activity, rank INTEGER NOT NULL, hash INTEGER NOT NULL,
    PRIMARY KEY (activity_id, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_hash ON reference (hash);
CREATE TABLE unplaced (
    address_id INTEGER NOT NULL REFERENCES address, at INTEGER NOT NULL, activity_id INTEGER NOT NULL
    REFERENCES activity, PRIMARY KEY (address_id, at, activity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unplaced_activity ON unplaced (activity_id);
ALTER TABLE activity ADD COLUMN topic INTEGER;
"""

OTHER_IDS = """
CREATE TABLE other_id (
    activity_id INTEGER NOT NULL REFERENCES activity, identity_hash INTEGER NOT NULL,
    PRIMARY KEY (activity_id, identity_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX other_id_hash ON other_id (identity_hash);
"""


BOUNCES = """
ALTER TABLE bounce RENAME TO bounce_before;
CREATE TABLE bounce (
    activity_id INTEGER NOT NULL REFERENCES activity, email TEXT NOT NULL, named INTEGER, arrived INTEGER,
    prompt INTEGER NOT NULL, PRIMARY KEY (activity_id, email)
) STRICT, WITHOUT ROWID;
CREATE INDEX bounce_named ON bounce (named) WHERE named IS NOT NULL;
CREATE INDEX bounce_email ON bounce (email);
INSERT OR IGNORE INTO bounce SELECT b.activity_id, b.email, nullif(identity_hash(b.message_id), identity_hash('')),
    NULL, 1 FROM bounce_before b JOIN activity a ON a.id = b.activity_id
    WHERE a.evidence LIKE '%return-path%' OR a.evidence LIKE '%report%' OR a.evidence LIKE '%"from"%' OR EXISTS (
        SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
        WHERE p.activity_id = a.id AND p.role = 'from'
        AND (r.email LIKE 'mailer-daemon@%' OR r.email LIKE 'postmaster@%' OR r.email LIKE 'microsoftexchange%'));
DROP TABLE bounce_before;
"""


# What is usual with a contact is reckoned otherwise now, so all of them are due.
EXPECTATION = """
ALTER TABLE activity ADD COLUMN shape INTEGER;
ALTER TABLE thread ADD COLUMN chance INTEGER;
CREATE INDEX thread_chance ON thread (waits_for, chance, at) WHERE chance IS NOT NULL;
CREATE TABLE mark (
    activity_id INTEGER NOT NULL REFERENCES activity, place_id INTEGER NOT NULL REFERENCES place, uid INTEGER NOT NULL,
    bits INTEGER NOT NULL, has_left INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (activity_id, place_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_place ON mark (place_id, uid);
CREATE TABLE mailing (
    activity_id INTEGER PRIMARY KEY REFERENCES activity, size INTEGER NOT NULL, seconds INTEGER NOT NULL
) STRICT;
CREATE TABLE hand (
    address_id INTEGER PRIMARY KEY, base INTEGER NOT NULL, text INTEGER NOT NULL, quotes INTEGER NOT NULL,
    given REAL NOT NULL, expected REAL NOT NULL, answered REAL NOT NULL, awaited REAL NOT NULL
) STRICT;
CREATE TRIGGER hand_gone AFTER DELETE ON address BEGIN
    DELETE FROM hand WHERE address_id = old.id;
END;
CREATE INDEX mark_flagged ON mark (activity_id) WHERE bits & 2;
UPDATE contact_touch SET due = 0;
CREATE INDEX contact_touch_last_meeting ON contact_touch (last_meeting) WHERE next_meeting IS NULL;
CREATE INDEX contact_touch_met ON contact_touch (last_touch) WHERE last_touch_kind = 'meeting';
"""


# The words of a title that changes, or that nothing bears any more, go by themselves; those of a new one are noted by
# whoever writes it.
_NAMED_AGAIN = "INSERT OR IGNORE INTO name_due"
TITLES = f"""
CREATE TABLE contact_name (contact_id INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;
CREATE INDEX contact_name_key ON contact_name (key);
CREATE TABLE name_due (contact_id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE title_pair (hash INTEGER NOT NULL, ref INTEGER NOT NULL, PRIMARY KEY (hash, ref)) STRICT, WITHOUT ROWID;
CREATE INDEX title_pair_ref ON title_pair (ref);
CREATE INDEX participation_title ON participation (at) WHERE role_code = {ROLE["title"]};
CREATE TRIGGER contact_named AFTER INSERT ON contact BEGIN
    {_NAMED_AGAIN} VALUES (new.id);
END;
CREATE TRIGGER contact_renamed AFTER UPDATE OF name ON contact WHEN old.name <> new.name BEGIN
    {_NAMED_AGAIN} VALUES (new.id);
END;
CREATE TRIGGER contact_gone AFTER DELETE ON contact BEGIN
    {_NAMED_AGAIN} VALUES (old.id);
END;
CREATE TRIGGER address_named AFTER UPDATE OF contact_id ON address WHEN old.contact_id IS NOT new.contact_id BEGIN
    {_NAMED_AGAIN} SELECT id FROM contact WHERE id IN (old.contact_id, new.contact_id);
END;
CREATE TRIGGER title_changed AFTER UPDATE OF subject ON activity
WHEN old.ends IS NOT NULL AND old.subject IS NOT new.subject BEGIN
    DELETE FROM title_pair WHERE ref = old.id;
END;
CREATE TRIGGER title_gone AFTER DELETE ON activity WHEN old.ends IS NOT NULL BEGIN
    DELETE FROM title_pair WHERE ref = old.id;
END;
CREATE TRIGGER object_changed AFTER UPDATE OF text, deferred_since ON calendar_object
WHEN old.text <> new.text OR new.deferred_since IS NULL BEGIN
    DELETE FROM title_pair WHERE ref = -old.id;
END;
CREATE TRIGGER object_gone AFTER DELETE ON calendar_object BEGIN
    DELETE FROM title_pair WHERE ref = -old.id;
END;
"""

# Whom a title may name depends on who knows them: see titles.py.
TITLES_OF_A_TEAM = f"""
CREATE TRIGGER contact_held AFTER INSERT ON contact_holder BEGIN
    {_NAMED_AGAIN} VALUES (new.contact_id);
END;
CREATE TRIGGER contact_let_go AFTER DELETE ON contact_holder BEGIN
    {_NAMED_AGAIN} VALUES (old.contact_id);
END;
CREATE TRIGGER contact_given AFTER UPDATE OF owner, company_id ON contact
WHEN old.owner <> new.owner OR old.company_id IS NOT new.company_id BEGIN
    {_NAMED_AGAIN} VALUES (new.id);
END;
CREATE TRIGGER company_given AFTER UPDATE OF owner ON company WHEN old.owner <> new.owner BEGIN
    {_NAMED_AGAIN} SELECT id FROM contact WHERE company_id = new.id;
END;
"""

CHANGES = """
CREATE TABLE change (number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, ref INTEGER NOT NULL) STRICT;
"""
