"""The tables of a team: who its users are, what accounts grant, whose contacts and words are.

All of them are empty, and `user_id` is 0, where the configuration names no users: one keeper sees
everything. Users, readers and shares are written when a configuration is followed; team "" of a share
is everybody. Who holds a contact: the accounts it belongs to; one that nobody holds is of the shared
list. A Bcc of an activity that has no row in bcc_seen was read before that was kept. `access`: who
looked at what is another's, `contact_id` where it was about one; `deed`: what was erased, merged, retired.
"""

from __future__ import annotations

TEAM = """
CREATE TABLE user (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, os_user TEXT, email TEXT, role TEXT NOT NULL,
    active INTEGER NOT NULL
) STRICT;
CREATE TABLE user_team (
    user_id INTEGER NOT NULL REFERENCES user, team TEXT NOT NULL, PRIMARY KEY (user_id, team)
) STRICT, WITHOUT ROWID;
ALTER TABLE account ADD COLUMN user_id INTEGER REFERENCES user;
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
    contact_id INTEGER NOT NULL REFERENCES contact, account_id INTEGER NOT NULL REFERENCES account,
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
ALTER TABLE said_of_contact RENAME TO said_before;
CREATE TABLE said_of_contact (
    contact_id INTEGER NOT NULL REFERENCES contact, kind TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0,
    value INTEGER, through INTEGER NOT NULL, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account,
    PRIMARY KEY (contact_id, kind, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO said_of_contact SELECT contact_id, kind, 0, value, through, said_at, said_by FROM said_before;
DROP TABLE said_before;
ALTER TABLE said_of_company RENAME TO said_before;
CREATE TABLE said_of_company (
    company_id INTEGER NOT NULL REFERENCES company, kind TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0,
    value INTEGER, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account,
    PRIMARY KEY (company_id, kind, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO said_of_company SELECT company_id, kind, 0, value, said_at, said_by FROM said_before;
DROP TABLE said_before;
ALTER TABLE said_of_activity RENAME TO said_before;
CREATE TABLE said_of_activity (
    identity TEXT NOT NULL, kind TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0, said_at INTEGER NOT NULL,
    said_by INTEGER REFERENCES account, PRIMARY KEY (identity, kind, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO said_of_activity SELECT identity, kind, 0, said_at, said_by FROM said_before;
DROP TABLE said_before;
ALTER TABLE put_aside RENAME TO said_before;
CREATE TABLE put_aside (
    canonical TEXT NOT NULL, user_id INTEGER NOT NULL DEFAULT 0, email TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, said_at INTEGER NOT NULL, said_by INTEGER REFERENCES account, PRIMARY KEY (canonical, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO put_aside SELECT canonical, 0, email, name, kind, said_at, said_by FROM said_before;
DROP TABLE said_before;
"""

WORDS = """
ALTER TABLE company ADD COLUMN account_id INTEGER REFERENCES account;
DROP INDEX company_name;
CREATE UNIQUE INDEX company_name ON company (lower(name), coalesce(account_id, 0));
CREATE TABLE held_domain (
    domain TEXT NOT NULL, company_id INTEGER NOT NULL REFERENCES company, PRIMARY KEY (domain, company_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_domain_company ON held_domain (company_id);
ALTER TABLE contact_holder ADD COLUMN name TEXT;
ALTER TABLE contact_holder ADD COLUMN company_id INTEGER REFERENCES company;
ALTER TABLE contact_holder ADD COLUMN owner TEXT;
ALTER TABLE contact_holder ADD COLUMN emails TEXT;
ALTER TABLE contact_holder ADD COLUMN tags TEXT;
"""
"""A company with an account is that account's own, known by no more than the people it holds there; held_domain says
what it is found by, and matches nobody. A holder without a name calls the contact what the contact's own row does; else
all of what they wrote stands with them: emails and tags as JSON arrays of text."""

RETIRED = """
CREATE TABLE retired_account (
    account_id INTEGER PRIMARY KEY REFERENCES account, at INTEGER NOT NULL, kept TEXT NOT NULL
) STRICT;
"""
