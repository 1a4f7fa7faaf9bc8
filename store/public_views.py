"""The log for SQL users: views whose names and columns stay, whatever becomes of the tables
(docs/sql.md).

Instants are ISO 8601 text in UTC, as in JSON, or NULL. Dates are computed from the activities when
a view is read, never taken from a cache.
"""

from __future__ import annotations

from store.codes import INBOUND, MEETING, OUTBOUND
from store.exchanges import OWNER

_NOW = "CAST(strftime('%s', 'now') AS INTEGER)"


def _iso(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, 'unixepoch')"


def _newest(touch: int, contact: str) -> str:
    return (
        "(SELECT max(p.at) FROM address r CROSS JOIN participation p ON p.address_id = r.id"
        " JOIN activity a ON a.id = p.activity_id"
        f" WHERE r.contact_id = {contact} AND p.touch_code = {touch} AND coalesce(a.ends, p.at) <= {_NOW})"
    )


_VERDICT = f"CASE WHEN a.verdict = 'held' AND a.ends > {_NOW} THEN 'upcoming' ELSE a.verdict END"

_OWNER = f"nullif({OWNER}, '')"

_LAST_ACTIVITY = f"""(SELECT p.activity_id FROM address r CROSS JOIN participation p ON p.address_id = r.id
        JOIN activity a ON a.id = p.activity_id WHERE r.contact_id = c.id
        AND p.touch_code BETWEEN {INBOUND} AND {MEETING} AND coalesce(a.ends, p.at) <= {_NOW}
        ORDER BY p.at DESC, p.activity_id DESC LIMIT 1)"""

# the same rule as by_whom.py has
_BY_WHOM = """(SELECT account_id FROM (
        SELECT d.account_id, CASE WHEN p.role IN ('from', 'organizer') THEN 0 ELSE
            CASE p.role WHEN 'cc' THEN 2 WHEN 'bcc' THEN 3 ELSE 1 END + CASE WHEN EXISTS (SELECT 1 FROM v_sightings s
                WHERE s.activity_id = p.activity_id AND s.account_id = d.account_id) THEN 0 ELSE 10 END END AS rank
        FROM participation p JOIN address r ON r.id = p.address_id JOIN account_address d ON d.email = r.email
        WHERE p.activity_id = t.l_id
        UNION ALL SELECT s.account_id, 4 FROM v_sightings s WHERE s.activity_id = t.l_id)
    ORDER BY rank, account_id LIMIT 1)"""

VIEWS = f"""
CREATE VIEW v_activities AS
SELECT a.id, a.kind, {_iso("a.at")} AS at, {_iso("a.ends")} AS ends, a.direction, {_VERDICT} AS verdict,
    coalesce(a.reason, 'no sign of an automatic sender') AS reason, a.subject,
    CASE WHEN a.kind = 'email' AND a.identity NOT LIKE 'hash:%' THEN a.identity END AS message_id
FROM activity a;
CREATE VIEW v_participants AS
SELECT p.activity_id, {_iso("p.at")} AS at, r.email AS address, nullif(coalesce(c.name, r.name), '') AS name, p.role,
    p.answer, p.touch, c.id AS contact_id, coalesce(o.name, d.name) AS company,
    CASE p.role WHEN 'title' THEN 'title' ELSE r.rule END AS rule
FROM participation p JOIN address r ON r.id = p.address_id LEFT JOIN contact c ON c.id = r.contact_id
LEFT JOIN company o ON o.id = c.company_id LEFT JOIN company d ON d.id = r.company_id;
CREATE VIEW v_sightings AS
SELECT s.activity_id, n.name AS account, n.owner, l.name AS place, n.id AS account_id
FROM sighting s JOIN place l ON l.id = s.place_id JOIN source f ON f.id = l.source_id
JOIN account n ON n.id = f.account_id;
CREATE VIEW v_touches AS
SELECT c.id AS contact_id, c.name AS contact, o.name AS company, {_OWNER} AS owner,
    {_iso("p.at")} AS at, p.touch, r.email AS address, a.id AS activity_id, a.subject
FROM contact c JOIN address r ON r.contact_id = c.id JOIN participation p ON p.address_id = r.id
JOIN activity a ON a.id = p.activity_id LEFT JOIN company o ON o.id = c.company_id
WHERE p.touch_code BETWEEN {INBOUND} AND {MEETING} AND coalesce(a.ends, p.at) <= {_NOW};
CREATE VIEW v_contacts AS
SELECT t.id, t.name, t.company, t.owner, t.emails,
    {_iso("nullif(max(coalesce(t.l_in, 0), coalesce(t.l_out, 0), coalesce(t.l_met, 0)), 0)")} AS last_touch,
    CASE nullif(max(coalesce(t.l_in, 0), coalesce(t.l_out, 0), coalesce(t.l_met, 0)), 0)
        WHEN t.l_in THEN 'inbound' WHEN t.l_out THEN 'outbound' WHEN t.l_met THEN 'meeting' END AS last_touch_kind,
    {_iso("t.l_in")} AS last_inbound, {_iso("t.l_out")} AS last_outbound, {_iso("t.l_met")} AS last_meeting,
    (SELECT {_iso("min(p.at)")} FROM address r CROSS JOIN participation p ON p.address_id = r.id
        WHERE r.contact_id = t.id AND p.touch_code = {MEETING} AND p.at > {_NOW}) AS next_meeting,
    (SELECT coalesce(nullif(owner, ''), name) FROM account WHERE id = {_BY_WHOM}) AS last_touch_by,
    (SELECT name FROM account WHERE id = {_BY_WHOM}) AS last_touch_account
FROM (SELECT c.id, c.name, o.name AS company, {_OWNER} AS owner,
    (SELECT group_concat(email, '; ') FROM (
        SELECT email FROM contact_email e WHERE e.contact_id = c.id ORDER BY position)) AS emails,
    {_newest(INBOUND, "c.id")} AS l_in, {_newest(OUTBOUND, "c.id")} AS l_out, {_newest(MEETING, "c.id")} AS l_met,
    {_LAST_ACTIVITY} AS l_id
    FROM contact c LEFT JOIN company o ON o.id = c.company_id) t;
CREATE VIEW v_companies AS
SELECT o.id, o.name, nullif(o.owner, '') AS owner,
    (SELECT group_concat(domain, '; ') FROM (
        SELECT domain FROM company_domain d WHERE d.company_id = o.id ORDER BY domain)) AS domains,
    (SELECT count(*) FROM contact c WHERE c.company_id = o.id) AS contacts,
    (SELECT max(last_touch) FROM v_contacts v JOIN contact c ON c.id = v.id WHERE c.company_id = o.id) AS last_touch
FROM company o;
CREATE VIEW v_sources AS
SELECT n.name AS account, n.owner, s.kind AS source, {_iso("s.last_attempt")} AS last_attempt,
    {_iso("s.last_success")} AS last_success, {_iso("s.seen_through")} AS seen_through,
    {_iso("s.failing_since")} AS failing_since, s.error
FROM source s JOIN account n ON n.id = s.account_id WHERE s.active AND n.active;
"""
