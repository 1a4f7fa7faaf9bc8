-- Made by `make schema` from store/migrations.py; the moment a log is made is put in for :now.

CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);

CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE forgotten (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE withheld (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, active INTEGER NOT NULL
, user_id INTEGER REFERENCES user, inherits_readers INTEGER) STRICT;

CREATE TABLE source (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account, kind TEXT NOT NULL, active INTEGER NOT NULL,
    last_attempt INTEGER, last_success INTEGER, seen_through INTEGER, next_attempt INTEGER,
    failing_since INTEGER, refusals TEXT NOT NULL DEFAULT '[]', error_code TEXT, error TEXT, hint TEXT, watches_allowed INTEGER, epoch INTEGER NOT NULL DEFAULT 0, holder TEXT, leased_until INTEGER, brought_at INTEGER,
    UNIQUE (account_id, kind)
) STRICT;

CREATE TABLE place (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source, name TEXT NOT NULL, cursor TEXT,
    seen_through INTEGER, failing_since INTEGER, error_code TEXT, error TEXT, hint TEXT, read_back_to INTEGER,
    UNIQUE (source_id, name)
) STRICT;

CREATE TABLE skipped (
    place_id INTEGER NOT NULL REFERENCES place, item TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (place_id, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE company (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', by_itself INTEGER, account_id INTEGER REFERENCES account) STRICT;

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
    canonical TEXT NOT NULL, given_up_at INTEGER, PRIMARY KEY (email, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_email_contact ON contact_email (contact_id, position);

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
    verdict TEXT AS (CASE verdict_code WHEN 0 THEN 'person' WHEN 1 THEN 'broadcast' WHEN 2 THEN 'internal' WHEN 3 THEN 'calendar' WHEN 4 THEN 'list' WHEN 5 THEN 'bulk' WHEN 6 THEN 'notification' WHEN 7 THEN 'auto-reply' WHEN 8 THEN 'receipt' WHEN 9 THEN 'bounce' WHEN 10 THEN 'complaint' WHEN 11 THEN 'suspect' WHEN 12 THEN 'held' WHEN 13 THEN 'upcoming' WHEN 14 THEN 'declined' WHEN 15 THEN 'cancelled' WHEN 16 THEN 'too-large' WHEN 17 THEN 'all-day' WHEN 18 THEN 'deleted' END) VIRTUAL,
    direction TEXT AS (CASE direction_code WHEN 0 THEN 'inbound' WHEN 1 THEN 'outbound' WHEN 2 THEN 'internal' END) VIRTUAL,
    conversation INTEGER AS (coalesce(thread, identity_hash)) VIRTUAL
, topic INTEGER, shape INTEGER, thread_index INTEGER) STRICT;

CREATE INDEX activity_identity ON activity (identity_hash);

CREATE INDEX activity_thread ON activity (thread) WHERE thread IS NOT NULL;

CREATE INDEX activity_at ON activity (at);

CREATE INDEX activity_upcoming ON activity (ends) WHERE ends IS NOT NULL;

CREATE TABLE participation (
    activity_id INTEGER NOT NULL REFERENCES activity, address_id INTEGER NOT NULL REFERENCES address,
    role_code INTEGER NOT NULL, touch_code INTEGER, at INTEGER NOT NULL, answer TEXT,
    role TEXT AS (CASE role_code WHEN 0 THEN 'from' WHEN 1 THEN 'to' WHEN 2 THEN 'cc' WHEN 3 THEN 'bcc' WHEN 4 THEN 'organizer' WHEN 5 THEN 'attendee' WHEN 6 THEN 'title' END) VIRTUAL,
    touch TEXT AS (CASE touch_code WHEN 0 THEN 'inbound' WHEN 1 THEN 'outbound' WHEN 2 THEN 'meeting' WHEN 3 THEN 'copied' END) VIRTUAL,
    PRIMARY KEY (activity_id, address_id, role_code)
) STRICT, WITHOUT ROWID;

CREATE INDEX participation_address ON participation (address_id, touch_code, at);

CREATE TABLE calendar_object (
    id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL REFERENCES place, href TEXT NOT NULL, etag TEXT NOT NULL,
    text TEXT NOT NULL, uid TEXT NOT NULL, deferred_since INTEGER, expanded_to INTEGER, expanded_from INTEGER, UNIQUE (place_id, href)
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

CREATE TRIGGER contact_added AFTER INSERT ON contact BEGIN
    INSERT INTO contact_touch (contact_id) VALUES (new.id);
END;

CREATE TRIGGER address_moved AFTER UPDATE OF contact_id ON address WHEN old.contact_id IS NOT new.contact_id BEGIN
    UPDATE contact_touch SET due = 0 WHERE contact_id IN (old.contact_id, new.contact_id) AND due IS NOT 0;
END;

CREATE TRIGGER address_found AFTER UPDATE OF contact_id, rule ON address WHEN NOT (new.contact_id IS NULL AND new.rule IN ('none', 'company-domain')) BEGIN
    DELETE FROM stranger WHERE address_id = new.id;
END;

CREATE TRIGGER address_lost AFTER UPDATE OF contact_id, rule ON address WHEN (new.contact_id IS NULL AND new.rule IN ('none', 'company-domain')) BEGIN
    INSERT OR IGNORE INTO stranger (address_id) VALUES (new.id);
END;

CREATE TRIGGER address_gone AFTER DELETE ON address BEGIN
    DELETE FROM stranger WHERE address_id = old.id;
END;

CREATE TABLE account_address (
    email TEXT NOT NULL, account_id INTEGER NOT NULL REFERENCES account, position INTEGER NOT NULL,
    PRIMARY KEY (email, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE thread (
    conversation INTEGER NOT NULL, activity_id INTEGER NOT NULL REFERENCES activity, waits_for INTEGER NOT NULL,
    at INTEGER NOT NULL, chance INTEGER, PRIMARY KEY (conversation, activity_id)
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

CREATE TABLE card_address (key TEXT NOT NULL, email TEXT NOT NULL, PRIMARY KEY (key, email)) STRICT, WITHOUT ROWID;

CREATE INDEX contact_email_canonical ON contact_email (canonical, given_up_at);

CREATE TABLE contact_tag (
    contact_id INTEGER NOT NULL REFERENCES contact, tag TEXT NOT NULL, PRIMARY KEY (contact_id, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_tag_tag ON contact_tag (tag);

CREATE TABLE contact_account (
    contact_id INTEGER PRIMARY KEY REFERENCES contact, account_id INTEGER NOT NULL REFERENCES account
) STRICT;

CREATE INDEX contact_account_account ON contact_account (account_id);

CREATE TABLE other_id (
    activity_id INTEGER NOT NULL REFERENCES activity, identity_hash INTEGER NOT NULL,
    PRIMARY KEY (activity_id, identity_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX other_id_hash ON other_id (identity_hash);

CREATE TABLE bounce (
    activity_id INTEGER NOT NULL REFERENCES activity, email TEXT NOT NULL, named INTEGER, arrived INTEGER,
    prompt INTEGER NOT NULL, PRIMARY KEY (activity_id, email)
) STRICT, WITHOUT ROWID;

CREATE INDEX bounce_named ON bounce (named) WHERE named IS NOT NULL;

CREATE INDEX bounce_email ON bounce (email);

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

CREATE INDEX contact_touch_last_meeting ON contact_touch (last_meeting) WHERE next_meeting IS NULL;

CREATE INDEX contact_touch_met ON contact_touch (last_touch) WHERE last_touch_kind = 'meeting';

CREATE VIEW v_activities AS
SELECT a.id, a.kind, strftime('%Y-%m-%dT%H:%M:%SZ', a.at, 'unixepoch') AS at, strftime('%Y-%m-%dT%H:%M:%SZ', a.ends, 'unixepoch') AS ends, a.direction, CASE WHEN a.verdict = 'held' AND a.ends > CAST(strftime('%s', 'now') AS INTEGER) THEN 'upcoming' ELSE a.verdict END AS verdict,
    coalesce(a.reason, 'no sign of an automatic sender') AS reason, a.subject,
    CASE WHEN a.kind = 'email' AND a.identity NOT LIKE 'hash:%' THEN a.identity END AS message_id
FROM activity a;

CREATE VIEW v_participants AS
SELECT p.activity_id, strftime('%Y-%m-%dT%H:%M:%SZ', p.at, 'unixepoch') AS at, r.email AS address, nullif(coalesce(c.name, r.name), '') AS name, p.role,
    p.answer, p.touch, c.id AS contact_id, coalesce(o.name, d.name) AS company,
    CASE p.role WHEN 'title' THEN 'title' ELSE r.rule END AS rule
FROM participation p JOIN address r ON r.id = p.address_id LEFT JOIN contact c ON c.id = r.contact_id
LEFT JOIN company o ON o.id = c.company_id LEFT JOIN company d ON d.id = r.company_id;

CREATE VIEW v_sightings AS
SELECT s.activity_id, n.name AS account, n.owner, l.name AS place, n.id AS account_id
FROM sighting s JOIN place l ON l.id = s.place_id JOIN source f ON f.id = l.source_id
JOIN account n ON n.id = f.account_id;

CREATE VIEW v_touches AS
SELECT c.id AS contact_id, c.name AS contact, o.name AS company, nullif(coalesce(nullif(c.owner, ''), nullif(o.owner, ''), (SELECT coalesce(nullif(n.owner, ''), n.name)
    FROM contact_account x JOIN account n ON n.id = x.account_id WHERE x.contact_id = c.id), ''), '') AS owner,
    strftime('%Y-%m-%dT%H:%M:%SZ', p.at, 'unixepoch') AS at, p.touch, r.email AS address, a.id AS activity_id, a.subject
FROM contact c JOIN address r ON r.contact_id = c.id JOIN participation p ON p.address_id = r.id
JOIN activity a ON a.id = p.activity_id LEFT JOIN company o ON o.id = c.company_id
WHERE p.touch_code BETWEEN 0 AND 2 AND coalesce(a.ends, p.at) <= CAST(strftime('%s', 'now') AS INTEGER);

CREATE VIEW v_contacts AS
SELECT t.id, t.name, t.company, t.owner, t.emails,
    strftime('%Y-%m-%dT%H:%M:%SZ', nullif(max(coalesce(t.l_in, 0), coalesce(t.l_out, 0), coalesce(t.l_met, 0)), 0), 'unixepoch') AS last_touch,
    CASE nullif(max(coalesce(t.l_in, 0), coalesce(t.l_out, 0), coalesce(t.l_met, 0)), 0)
        WHEN t.l_in THEN 'inbound' WHEN t.l_out THEN 'outbound' WHEN t.l_met THEN 'meeting' END AS last_touch_kind,
    strftime('%Y-%m-%dT%H:%M:%SZ', t.l_in, 'unixepoch') AS last_inbound, strftime('%Y-%m-%dT%H:%M:%SZ', t.l_out, 'unixepoch') AS last_outbound, strftime('%Y-%m-%dT%H:%M:%SZ', t.l_met, 'unixepoch') AS last_meeting,
    (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', min(p.at), 'unixepoch') FROM address r CROSS JOIN participation p ON p.address_id = r.id
        WHERE r.contact_id = t.id AND p.touch_code = 2 AND p.at > CAST(strftime('%s', 'now') AS INTEGER)) AS next_meeting,
    (SELECT coalesce(nullif(owner, ''), name) FROM account WHERE id = (SELECT account_id FROM (
        SELECT d.account_id, CASE WHEN p.role IN ('from', 'organizer') THEN 0 ELSE
            CASE p.role WHEN 'cc' THEN 2 WHEN 'bcc' THEN 3 ELSE 1 END + CASE WHEN EXISTS (SELECT 1 FROM v_sightings s
                WHERE s.activity_id = p.activity_id AND s.account_id = d.account_id) THEN 0 ELSE 10 END END AS rank
        FROM participation p JOIN address r ON r.id = p.address_id JOIN account_address d ON d.email = r.email
        WHERE p.activity_id = t.l_id
        UNION ALL SELECT s.account_id, 4 FROM v_sightings s WHERE s.activity_id = t.l_id)
    ORDER BY rank, account_id LIMIT 1)) AS last_touch_by,
    (SELECT name FROM account WHERE id = (SELECT account_id FROM (
        SELECT d.account_id, CASE WHEN p.role IN ('from', 'organizer') THEN 0 ELSE
            CASE p.role WHEN 'cc' THEN 2 WHEN 'bcc' THEN 3 ELSE 1 END + CASE WHEN EXISTS (SELECT 1 FROM v_sightings s
                WHERE s.activity_id = p.activity_id AND s.account_id = d.account_id) THEN 0 ELSE 10 END END AS rank
        FROM participation p JOIN address r ON r.id = p.address_id JOIN account_address d ON d.email = r.email
        WHERE p.activity_id = t.l_id
        UNION ALL SELECT s.account_id, 4 FROM v_sightings s WHERE s.activity_id = t.l_id)
    ORDER BY rank, account_id LIMIT 1)) AS last_touch_account
FROM (SELECT c.id, c.name, o.name AS company, nullif(coalesce(nullif(c.owner, ''), nullif(o.owner, ''), (SELECT coalesce(nullif(n.owner, ''), n.name)
    FROM contact_account x JOIN account n ON n.id = x.account_id WHERE x.contact_id = c.id), ''), '') AS owner,
    (SELECT group_concat(email, '; ') FROM (
        SELECT email FROM contact_email e WHERE e.contact_id = c.id ORDER BY position)) AS emails,
    (SELECT max(p.at) FROM address r CROSS JOIN participation p ON p.address_id = r.id JOIN activity a ON a.id = p.activity_id WHERE r.contact_id = c.id AND p.touch_code = 0 AND coalesce(a.ends, p.at) <= CAST(strftime('%s', 'now') AS INTEGER)) AS l_in, (SELECT max(p.at) FROM address r CROSS JOIN participation p ON p.address_id = r.id JOIN activity a ON a.id = p.activity_id WHERE r.contact_id = c.id AND p.touch_code = 1 AND coalesce(a.ends, p.at) <= CAST(strftime('%s', 'now') AS INTEGER)) AS l_out, (SELECT max(p.at) FROM address r CROSS JOIN participation p ON p.address_id = r.id JOIN activity a ON a.id = p.activity_id WHERE r.contact_id = c.id AND p.touch_code = 2 AND coalesce(a.ends, p.at) <= CAST(strftime('%s', 'now') AS INTEGER)) AS l_met,
    (SELECT p.activity_id FROM address r CROSS JOIN participation p ON p.address_id = r.id
        JOIN activity a ON a.id = p.activity_id WHERE r.contact_id = c.id
        AND p.touch_code BETWEEN 0 AND 2 AND coalesce(a.ends, p.at) <= CAST(strftime('%s', 'now') AS INTEGER)
        ORDER BY p.at DESC, p.activity_id DESC LIMIT 1) AS l_id
    FROM contact c LEFT JOIN company o ON o.id = c.company_id) t;

CREATE VIEW v_companies AS
SELECT o.id, o.name, nullif(o.owner, '') AS owner,
    (SELECT group_concat(domain, '; ') FROM (
        SELECT domain FROM company_domain d WHERE d.company_id = o.id ORDER BY domain)) AS domains,
    (SELECT count(*) FROM contact c WHERE c.company_id = o.id) AS contacts,
    (SELECT max(last_touch) FROM v_contacts v JOIN contact c ON c.id = v.id WHERE c.company_id = o.id) AS last_touch
FROM company o;

CREATE VIEW v_sources AS
SELECT n.name AS account, n.owner, s.kind AS source, strftime('%Y-%m-%dT%H:%M:%SZ', s.last_attempt, 'unixepoch') AS last_attempt,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.last_success, 'unixepoch') AS last_success, strftime('%Y-%m-%dT%H:%M:%SZ', s.seen_through, 'unixepoch') AS seen_through,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.failing_since, 'unixepoch') AS failing_since, s.error
FROM source s JOIN account n ON n.id = s.account_id WHERE s.active AND n.active;

CREATE TABLE contact_name (contact_id INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;

CREATE INDEX contact_name_key ON contact_name (key);

CREATE TABLE name_due (contact_id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE title_pair (hash INTEGER NOT NULL, ref INTEGER NOT NULL, PRIMARY KEY (hash, ref)) STRICT, WITHOUT ROWID;

CREATE INDEX title_pair_ref ON title_pair (ref);

CREATE INDEX participation_title ON participation (at) WHERE role_code = 6;

CREATE TRIGGER contact_named AFTER INSERT ON contact BEGIN
    INSERT OR IGNORE INTO name_due VALUES (new.id);
END;

CREATE TRIGGER contact_renamed AFTER UPDATE OF name ON contact WHEN old.name <> new.name BEGIN
    INSERT OR IGNORE INTO name_due VALUES (new.id);
END;

CREATE TRIGGER contact_gone AFTER DELETE ON contact BEGIN
    INSERT OR IGNORE INTO name_due VALUES (old.id);
END;

CREATE TRIGGER address_named AFTER UPDATE OF contact_id ON address WHEN old.contact_id IS NOT new.contact_id BEGIN
    INSERT OR IGNORE INTO name_due SELECT id FROM contact WHERE id IN (old.contact_id, new.contact_id);
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

CREATE TABLE user (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, os_user TEXT, email TEXT, role TEXT NOT NULL,
    active INTEGER NOT NULL
) STRICT;

CREATE TABLE user_team (
    user_id INTEGER NOT NULL REFERENCES user, team TEXT NOT NULL, PRIMARY KEY (user_id, team)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_reader (
    account_id INTEGER NOT NULL REFERENCES account, user_id INTEGER NOT NULL REFERENCES user,
    PRIMARY KEY (account_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_share (
    account_id INTEGER NOT NULL REFERENCES account, team TEXT NOT NULL, level INTEGER NOT NULL,
    PRIMARY KEY (account_id, team)
) STRICT, WITHOUT ROWID;

CREATE TABLE narrowed_share (
    account_id INTEGER NOT NULL REFERENCES account, team TEXT NOT NULL, level INTEGER NOT NULL,
    said_at INTEGER NOT NULL, PRIMARY KEY (account_id, team)
) STRICT, WITHOUT ROWID;

CREATE TABLE private_contact (
    user_id INTEGER NOT NULL REFERENCES user, contact_id INTEGER NOT NULL REFERENCES contact,
    said_at INTEGER NOT NULL, PRIMARY KEY (user_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX private_contact_contact ON private_contact (contact_id);

CREATE TABLE private_address (
    user_id INTEGER NOT NULL REFERENCES user, canonical TEXT NOT NULL, email TEXT NOT NULL,
    said_at INTEGER NOT NULL, PRIMARY KEY (user_id, canonical)
) STRICT, WITHOUT ROWID;

CREATE INDEX private_address_canonical ON private_address (canonical);

CREATE TABLE private_company (
    user_id INTEGER NOT NULL REFERENCES user, company_id INTEGER NOT NULL REFERENCES company,
    said_at INTEGER NOT NULL, PRIMARY KEY (user_id, company_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX private_company_company ON private_company (company_id);

CREATE TABLE contact_holder (
    contact_id INTEGER NOT NULL REFERENCES contact, account_id INTEGER NOT NULL REFERENCES account, name TEXT, company_id INTEGER REFERENCES company, owner TEXT, emails TEXT, tags TEXT,
    PRIMARY KEY (contact_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_holder_account ON contact_holder (account_id);

CREATE TABLE bcc_seen (
    activity_id INTEGER NOT NULL REFERENCES activity, address_id INTEGER NOT NULL REFERENCES address,
    place_id INTEGER NOT NULL REFERENCES place, PRIMARY KEY (activity_id, address_id, place_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE access (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, user_id INTEGER NOT NULL REFERENCES user, command TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account, level INTEGER NOT NULL, items INTEGER NOT NULL,
    contact_id INTEGER REFERENCES contact
) STRICT;

CREATE INDEX access_account ON access (account_id, at);

CREATE INDEX access_contact ON access (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE deed (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, user_id INTEGER NOT NULL, kind TEXT NOT NULL, contact_id INTEGER,
    detail TEXT NOT NULL
) STRICT;

CREATE TABLE said_of_contact (
    contact_id INTEGER NOT NULL REFERENCES contact, kind TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0,
    value INTEGER, through INTEGER NOT NULL, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account,
    PRIMARY KEY (contact_id, kind, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE said_of_company (
    company_id INTEGER NOT NULL REFERENCES company, kind TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0,
    value INTEGER, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account,
    PRIMARY KEY (company_id, kind, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE said_of_activity (
    identity TEXT NOT NULL, kind TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0, said_at INTEGER NOT NULL,
    said_by INTEGER REFERENCES account, PRIMARY KEY (identity, kind, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE put_aside (
    canonical TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0, email TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account, PRIMARY KEY (canonical, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, ref INTEGER NOT NULL) STRICT;

CREATE TABLE retired_account (
    account_id INTEGER PRIMARY KEY REFERENCES account, at INTEGER NOT NULL, kept TEXT NOT NULL
) STRICT;

CREATE TABLE moved (
    number INTEGER PRIMARY KEY, noted_at INTEGER NOT NULL, last INTEGER, before INTEGER,
    contact_id INTEGER NOT NULL, kind_code INTEGER, before_code INTEGER
) STRICT;

CREATE TABLE target (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, place TEXT NOT NULL, active INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'ok', cursor TEXT, followed INTEGER, next_due INTEGER, looked_at INTEGER,
    last_success INTEGER, failing_since INTEGER, attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER,
    held INTEGER NOT NULL DEFAULT 0, error_code TEXT, error TEXT, hint TEXT
, epoch INTEGER NOT NULL DEFAULT 0, holder TEXT, leased_until INTEGER) STRICT;

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

CREATE UNIQUE INDEX company_name ON company (lower(name), coalesce(account_id, 0));

CREATE TABLE held_domain (
    domain TEXT NOT NULL, company_id INTEGER NOT NULL REFERENCES company, PRIMARY KEY (domain, company_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX held_domain_company ON held_domain (company_id);

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    user_id INTEGER NOT NULL DEFAULT 0, scopes TEXT NOT NULL, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX token_user ON token (user_id);

CREATE TABLE attachment (
    activity_id INTEGER NOT NULL REFERENCES activity, number INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    size INTEGER, link TEXT, PRIMARY KEY (activity_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE place_rights (
    place_id INTEGER PRIMARY KEY REFERENCES place, told_at INTEGER NOT NULL, unknown TEXT
) STRICT;

CREATE TABLE place_reader (
    place_id INTEGER NOT NULL REFERENCES place, user_id INTEGER NOT NULL REFERENCES user,
    PRIMARY KEY (place_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX place_reader_user ON place_reader (user_id);

CREATE TABLE worker (
    name TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL, reading INTEGER NOT NULL
, watches INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE shard (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL DEFAULT 0, holder TEXT, leased_until INTEGER
) STRICT;

CREATE TABLE signed (
    id INTEGER PRIMARY KEY, address_id INTEGER NOT NULL REFERENCES address,
    account_id INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL, UNIQUE (address_id, account_id)
) STRICT;

CREATE INDEX signed_account ON signed (account_id);

CREATE TRIGGER contact_held AFTER INSERT ON contact_holder BEGIN
    INSERT OR IGNORE INTO name_due VALUES (new.contact_id);
END;

CREATE TRIGGER contact_let_go AFTER DELETE ON contact_holder BEGIN
    INSERT OR IGNORE INTO name_due VALUES (old.contact_id);
END;

CREATE TRIGGER contact_given AFTER UPDATE OF owner, company_id ON contact
WHEN old.owner <> new.owner OR old.company_id IS NOT new.company_id BEGIN
    INSERT OR IGNORE INTO name_due VALUES (new.id);
END;

CREATE TRIGGER company_given AFTER UPDATE OF owner ON company WHEN old.owner <> new.owner BEGIN
    INSERT OR IGNORE INTO name_due SELECT id FROM contact WHERE company_id = new.id;
END;

INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES
    ('lasttouch', 'first_light', :now),
    ('lasttouch', 'own_words', :now),
    ('lasttouch', 'account_addresses', :now),
    ('lasttouch', 'few_connections', :now),
    ('lasttouch', 'conversations', :now),
    ('lasttouch', 'shown_by_cards', :now),
    ('lasttouch', 'companies_by_itself', :now),
    ('lasttouch', 'tags', :now),
    ('lasttouch', 'read_back', :now),
    ('lasttouch', 'who_exchanges', :now),
    ('lasttouch', 'views_with_accounts', :now),
    ('lasttouch', 'other_ids', :now),
    ('lasttouch', 'believable_bounces', :now),
    ('lasttouch', 'expanded_from', :now),
    ('lasttouch', 'record_keys', :now),
    ('lasttouch', 'expectation', :now),
    ('lasttouch', 'titles', :now),
    ('lasttouch', 'thread_index', :now),
    ('lasttouch', 'team', :now),
    ('lasttouch', 'changes', :now),
    ('lasttouch', 'retired', :now),
    ('lasttouch', 'outward', :now),
    ('lasttouch', 'holders_words', :now),
    ('lasttouch', 'tokens', :now),
    ('lasttouch', 'attachments', :now),
    ('lasttouch', 'inherited_rights', :now),
    ('lasttouch', 'strangers_set_wise', :now),
    ('lasttouch', 'leases', :now),
    ('lasttouch', 'watch_shards', :now),
    ('lasttouch', 'signed_names', :now),
    ('lasttouch', 'titles_of_a_team', :now);
