"""What a scope shows of each table of the log, as the text of a view that takes the table's place.

The log is attached as `shared`; temporary tables say what the scope is: `granted` (a place, its account, the level that
it grants), `granted_account`, `kept_back` (owners whose contacts are theirs alone), `marked` and `marked_contact`
(addresses and contacts that an account's user keeps private), `secret` (contacts that their owner keeps private).
Every table has its place here, if only to show nothing: one that has none is hidden. What an index is to find stands
in a view as it is in the table: whose an address is, hidden with it; a company's number, which tells nothing alone.

When an activity is seen says scope_conditions.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from store.codes import INBOUND, MEETING
from store.log import Scope
from store.scope_conditions import ACCOUNTS, BCC, DATES, OWN, PRIVATE, SUBJECTS, WHO, Conditions

SHARED = "shared"
CANNOT_BE_READ = "it could not be read"
IN_A_CALENDAR = "it stands in a calendar"

DERIVED = frozenset(
    ("contact_touch", "contact_account", "stranger", "thread", "hand", "contact", "contact_email", "contact_tag")
)
"""What an audience derives for itself, under the same names."""
AUDIENCES_OWN = DERIVED | {"moved"}
"""That, and how its dates have moved since it began."""

BESIDE = ("dated", "exchange", "may_be_seen", "own_address")
"""Views that stand in place of no table."""

NOTHING = {
    "forgotten": "hash",
    "held_domain": "domain, company_id",
    "withheld": "hash",
    "unplaced": "address_id, at, activity_id",
    "contact_name": "contact_id, key",
    "name_due": "contact_id",
    "title_pair": "hash, ref",
    "change": "number, kind, ref",
    "token": "id, digest, name, user_id, scopes, made_at, expires_at",
    "target": (
        "id, name, kind, place, active, state, cursor, followed, next_due, looked_at, last_success, failing_since,"
        " attempts, next_attempt, held, error_code, error, hint, epoch, holder, leased_until"
    ),
    "worker": "name, host, pid, started_at, seen_at, reading, watches",
    "shard": "id, epoch, holder, leased_until",
    "outbox": (
        "id, target_id, contact_id, message, noted_at, last, kind_code, before, before_code, attempts, next_attempt,"
        " parked"
    ),
    "delivered": "target_id, remote, contact_id, last, kind_code, by_whom, unsure",
    "to_blank": "target_id, remote",
    "target_note": "target_id, contact_id, kind, text, at",
    "account_reader": "account_id, user_id",
    "place_rights": "place_id, told_at, unknown",
    "place_reader": "place_id, user_id",
    "bcc_seen": "activity_id, address_id, place_id",
    "signed": "id, address_id, account_id, name",
    "access": "id, at, user_id, command, account_id, level, items, contact_id",
    "deed": "id, at, user_id, kind, contact_id, detail",
    "retired_account": "account_id, at, kept",
    "_sqlite_migrations": "id, migration_set, name, applied_at",
}
"""What only writing needs, and what would tell of others, with the columns; no answer is made of it."""


def hidden(table: str) -> str:
    """The view of a table that shows nothing of it."""
    columns = NOTHING.get(table, "hidden").split(", ")
    return f"SELECT {', '.join([f'NULL AS {name}' for name in columns])} WHERE 0"


def of_scope(scope: Scope, has_marks: bool) -> dict[str, str]:
    """Table → what stands in its place, and BESIDE. `has_marks`: somebody keeps somebody private."""
    texts = _Texts({int(level) for _, level in scope.levels}, scope.user_id, has_marks)
    beside = {"dated": texts.dated(), "exchange": texts.exchange(), "may_be_seen": texts.may_be_seen()}
    return {**texts.views(), **beside, "own_address": texts.own_addresses()}


class _Texts(Conditions):
    """The views of one scope."""

    def __init__(self, levels: Collection[int], user_id: int, has_marks: bool) -> None:
        super().__init__(levels, has_marks)
        self._user = f"{user_id:d}"

    def own_addresses(self) -> str:
        """Contacts' addresses that a copy of one's own shows, with the name that is signed there."""
        return f"""SELECT r.id, r.contact_id, r.email, {self._name()} AS name
            FROM shared.address r WHERE r.contact_id IS NOT NULL AND {self.own_address("r.id")}"""

    def may_be_seen(self) -> str:
        """Which contacts are an audience's: those of the list, those that belong to an account which grants who they
        are, and those with whom one exchanged oneself."""
        known = "EXISTS (SELECT 1 FROM shared.address w WHERE w.contact_id = c.id AND " + self.own_address("w.id") + ")"
        marked = "SELECT 1 FROM temp.marked_contact m WHERE m.contact_id = c.id AND m.account_id = h.account_id"
        held = f"""SELECT 1 FROM shared.contact_holder h WHERE h.contact_id = c.id
            AND h.account_id IN {_NAMING} AND NOT EXISTS ({marked})"""
        return f"""SELECT c.id FROM shared.contact c LEFT JOIN shared.company f ON f.id = c.company_id
            WHERE EXISTS ({held}) OR (NOT EXISTS (SELECT 1 FROM shared.contact_holder h WHERE h.contact_id = c.id)
            AND coalesce(nullif(c.owner, ''), f.owner, '') NOT IN (SELECT owner FROM temp.kept_back)
            AND c.id NOT IN (SELECT contact_id FROM temp.secret)) OR {known}"""

    def views(self) -> Mapping[str, str]:
        full = self.in_full("a.id")
        visible_parts = f"({self.part('p')} OR {self.lent_part()})" if self.lends else self.part("p")
        visible_sightings = f"(g.level = {OWN} OR {self.lent_sighting()})" if self.lends else f"g.level = {OWN}"
        answer = f"CASE WHEN {self.in_full('{0}')} THEN {{1}}.answer END" if self.lends else "{1}.answer"
        a_contacts = self.contact("x.contact_id")
        # by which book or file a holder knows somebody is theirs, and so is what they called them there
        keys = (
            "NOT EXISTS (SELECT 1 FROM shared.contact_holder h WHERE h.contact_id = x.contact_id"
            f" AND h.account_id NOT IN {_OWN_ACCOUNTS})"
        )
        return {
            "activity": f"""SELECT a.id, a.identity_hash, a.at, a.ends, a.verdict_code, a.direction_code, a.thread,
                a.deleted_at, {_else("a.identity", full, "opaque(a.identity)", self.lends)} AS identity,
                {_else("a.reason", full, _REASON, self.lends)} AS reason,
                {self._kept(full, "replies_to", "subject", "evidence", "revision")},
                a.kind, a.verdict, a.direction, a.conversation, {self._kept(full, "topic", "shape", "thread_index")}
                FROM shared.activity a WHERE {self.seen("a.id")} AND NOT {self.told_by_another("a.id")}""",
            "participation": f"""SELECT p.activity_id, p.address_id, p.role_code, p.at, p.touch_code,
                {answer.format("p.activity_id", "p")} AS answer, p.role, p.touch
                FROM shared.participation p WHERE {visible_parts}
                AND NOT {self.told_by_another("p.activity_id")}""",
            "sighting": f"""SELECT s.activity_id, s.place_id, CASE WHEN g.level = {OWN} THEN s.object_id END
                AS object_id, CASE WHEN g.level >= {SUBJECTS} THEN s.answer END AS answer,
                CASE WHEN g.level = {OWN} THEN s.revision END AS revision
                FROM shared.sighting s CROSS JOIN temp.granted g ON g.place_id = s.place_id
                WHERE {visible_sightings} AND NOT {self.told_by_another("s.activity_id")}""",
            "address": f"""SELECT r.id, r.email, r.canonical, r.site,
                {self._name()} AS name,
                r.contact_id, r.company_id, r.rule
                FROM shared.address r WHERE {self.address("r")}""",
            "contact_key": f"""SELECT x.key, x.contact_id, x.merged FROM shared.contact_key x
                WHERE {a_contacts} AND {keys}""",
            "card_address": f"""SELECT y.key, y.email FROM shared.card_address y WHERE EXISTS (
                SELECT 1 FROM shared.contact_key x WHERE x.key = y.key AND {a_contacts} AND {keys})""",
            "company": f"""SELECT x.id, x.name, x.owner, x.by_itself, x.account_id FROM shared.company x
                WHERE {self.company("x.id")}""",
            "company_domain": f"""SELECT x.domain, x.company_id FROM shared.company_domain x
                WHERE {self.company("x.company_id")} UNION ALL SELECT x.domain, x.company_id FROM shared.held_domain x
                WHERE {self.company("x.company_id")}""",
            "bounce": f"""SELECT b.activity_id, b.email, b.named, b.arrived, b.prompt FROM shared.bounce b
                WHERE {self.own("b.activity_id")}""",
            "reference": f"""SELECT x.activity_id, x.rank, x.hash FROM shared.reference x
                WHERE {self.own("x.activity_id")}""",
            "other_id": f"""SELECT x.activity_id, x.identity_hash FROM shared.other_id x
                WHERE {self.own("x.activity_id")}""",
            "mailing": f"""SELECT x.activity_id, x.size, x.seconds FROM shared.mailing x
                WHERE {self.own("x.activity_id")}""",
            "attachment": f"""SELECT x.activity_id, x.number, x.name, x.type, x.size, x.link FROM shared.attachment x
                WHERE {self.told_in_full("x.activity_id")}""",
            "contact_holder": f"""SELECT x.contact_id, x.account_id, x.name, x.company_id, x.owner, x.emails, x.tags
                FROM shared.contact_holder x WHERE {a_contacts} AND x.account_id IN {_NAMING}""",
            **_OF_ACCOUNTS,
            **self._own_words(),
        }

    def _own_words(self) -> Mapping[str, str]:
        """What the viewer has said, and what concerns them alone; activities are meant by what they are called here."""
        mine = f"x.user_id = {self._user}"
        words = f"x.kind, x.user_id, x.said_at, x.said_by FROM shared.said_of_activity x WHERE {mine}"
        opaque = f" UNION ALL SELECT opaque(x.identity), {words}" if self.lends else ""
        return {
            "said_of_contact": f"""SELECT x.contact_id, x.kind, x.user_id, x.value, x.through, x.said_at, x.said_by
                FROM shared.said_of_contact x WHERE {mine}""",
            "said_of_company": f"""SELECT x.company_id, x.kind, x.user_id, x.value, x.said_at, x.said_by
                FROM shared.said_of_company x WHERE {mine}""",
            "said_of_activity": f"SELECT x.identity, {words}{opaque}",
            "put_aside": f"""SELECT x.canonical, x.user_id, x.email, x.name, x.kind, x.said_at, x.said_by
                FROM shared.put_aside x WHERE {mine}""",
            "user": f"""SELECT x.id, x.name, x.os_user, x.email, x.role, x.active FROM shared.user x
                WHERE x.id = {self._user}""",
            "user_team": f"SELECT x.user_id, x.team FROM shared.user_team x WHERE {mine}",
            "private_contact": f"SELECT x.user_id, x.contact_id, x.said_at FROM shared.private_contact x WHERE {mine}",
            "private_address": f"""SELECT x.user_id, x.canonical, x.email, x.said_at FROM shared.private_address x
                WHERE {mine}""",
            "private_company": f"SELECT x.user_id, x.company_id, x.said_at FROM shared.private_company x WHERE {mine}",
            "setting": f"""SELECT 'cadence' AS name, x.value FROM shared.setting x WHERE x.name = 'cadence:{self._user}'
                UNION ALL SELECT y.name, y.value FROM main.learned y""",
        }

    def dated(self) -> str:
        """Touches of contacts of which no more may be told than when they were, of what kind, and whose."""
        private = f" OR (g.level BETWEEN {WHO} AND {SUBJECTS} AND {PRIVATE})" if self.lends else ""
        return f"""SELECT k.contact_id, p.at, u.ends, p.touch_code, g.account_id
            FROM shared.address k CROSS JOIN shared.participation p ON p.address_id = k.id
                AND p.touch_code BETWEEN {INBOUND} AND {MEETING} AND p.role_code <> {BCC}
            CROSS JOIN shared.sighting s ON s.activity_id = p.activity_id
            CROSS JOIN temp.granted g ON g.place_id = s.place_id AND g.level BETWEEN {DATES} AND {SUBJECTS}
            CROSS JOIN shared.activity u ON u.id = p.activity_id
            WHERE (g.level = {DATES}{private}){self.unmarked()} AND {self.contact("k.contact_id")}"""

    def exchange(self) -> str:
        """Which accounts hold what is seen of a contact: what `address`, `participation` and `sighting` show together,
        in one look at each copy."""
        held = f"g.level = {OWN} AND {self.open_part('p')}"
        if self.lends:
            held = f"(({held}) OR (p.role_code <> {BCC} AND {self.lent_sighting()}))"
        return f"""SELECT k.contact_id, g.account_id FROM shared.address k
            CROSS JOIN shared.participation p ON p.address_id = k.id
            CROSS JOIN shared.sighting s ON s.activity_id = p.activity_id
            CROSS JOIN temp.granted g ON g.place_id = s.place_id
            WHERE {self.contact("k.contact_id")} AND {held}"""

    def _kept(self, full: str, *columns: str) -> str:
        return ", ".join([f"{_else(f'a.{one}', full, 'NULL', self.lends)} AS {one}" for one in columns])

    def _name(self) -> str:
        """The name that address `r` signs with, by one's own copies: what one's accounts noted, or where all that there
        are are one's own."""
        noted = (
            "SELECT n.name FROM shared.signed n CROSS JOIN temp.granted_account g ON g.account_id = n.account_id"
            f" WHERE n.address_id = r.id AND g.level = {OWN} ORDER BY n.id LIMIT 1"
        )
        return f"CASE WHEN {self._name_is_own()} THEN r.name ELSE coalesce(({noted}), '') END"

    def _name_is_own(self) -> str:
        """It stands in some copy; is that one's own, since all of them are?"""
        return (
            "NOT EXISTS (SELECT 1 FROM shared.participation n CROSS JOIN shared.sighting s"
            f" ON s.activity_id = n.activity_id WHERE n.address_id = r.id AND s.place_id NOT IN"
            f" (SELECT place_id FROM temp.granted WHERE level = {OWN}))"
        )


def _else(column: str, condition: str, otherwise: str, lends: bool) -> str:
    return f"CASE WHEN {condition} THEN {column} ELSE {otherwise} END" if lends else column


_REASON = f"CASE WHEN a.ends IS NOT NULL THEN '{IN_A_CALENDAR}' END"
_NAMING = f"(SELECT account_id FROM temp.granted_account WHERE level >= {WHO})"
_OWN_ACCOUNTS = f"(SELECT account_id FROM temp.granted_account WHERE level = {OWN})"
_OWN_PLACES = f"(SELECT place_id FROM temp.granted WHERE level = {OWN})"
_OWN_SOURCE = f"x.account_id IN {_OWN_ACCOUNTS}"
_MINE = f"g.level = {OWN}"
_PLACE = (
    f"SELECT l.id, l.source_id, CASE WHEN g.level >= {SUBJECTS} THEN l.name ELSE '' END AS name,"
    f" CASE WHEN {_MINE} THEN l.cursor WHEN l.cursor IS NOT NULL THEN '' END AS cursor, l.seen_through,"
    f" CASE WHEN {_MINE} THEN l.failing_since END AS failing_since,"
    f" CASE WHEN {_MINE} THEN l.error_code END AS error_code, CASE WHEN {_MINE} THEN l.error END AS error,"
    f" CASE WHEN {_MINE} THEN l.hint END AS hint, l.read_back_to"
    " FROM shared.place l CROSS JOIN temp.granted g ON g.place_id = l.id"
)
_OF_ACCOUNTS = {
    "account": f"""SELECT x.id, x.name, x.owner, x.active, x.user_id, x.inherits_readers FROM shared.account x
        WHERE x.id IN {ACCOUNTS}""",
    "account_address": f"""SELECT x.email, x.account_id, x.position FROM shared.account_address x
        WHERE x.account_id IN {ACCOUNTS}""",
    "source": f"""SELECT x.id, x.account_id, x.kind, x.active, x.last_attempt, x.last_success, x.seen_through,
        x.next_attempt, x.failing_since, CASE WHEN {_OWN_SOURCE} THEN x.refusals ELSE '[]' END AS refusals,
        x.error_code, CASE WHEN {_OWN_SOURCE} THEN x.error WHEN x.error IS NOT NULL THEN '{CANNOT_BE_READ}' END
        AS error, CASE WHEN {_OWN_SOURCE} THEN x.hint END AS hint,
        CASE WHEN {_OWN_SOURCE} THEN x.watches_allowed END AS watches_allowed,
        0 AS epoch, NULL AS holder, NULL AS leased_until, NULL AS brought_at
        FROM shared.source x WHERE x.account_id IN {ACCOUNTS}""",
    "place": _PLACE,
    "account_share": f"""SELECT x.account_id, x.team, x.level FROM shared.account_share x
        WHERE x.account_id IN {_OWN_ACCOUNTS}""",
    "narrowed_share": f"""SELECT x.account_id, x.team, x.level, x.said_at FROM shared.narrowed_share x
        WHERE x.account_id IN {_OWN_ACCOUNTS}""",
    "skipped": f"SELECT x.place_id, x.item, x.reason, x.at FROM shared.skipped x WHERE x.place_id IN {_OWN_PLACES}",
    "calendar_object": f"""SELECT x.id, x.place_id, x.href, x.etag, x.text, x.uid, x.deferred_since, x.expanded_to,
        x.expanded_from FROM shared.calendar_object x WHERE x.place_id IN {_OWN_PLACES}""",
    "calendar_person": f"""SELECT y.object_id, y.address_id FROM shared.calendar_person y WHERE EXISTS (SELECT 1
        FROM shared.calendar_object x WHERE x.id = y.object_id AND x.place_id IN {_OWN_PLACES})""",
    "mark": f"""SELECT x.activity_id, x.place_id, x.uid, x.bits, x.has_left FROM shared.mark x
        WHERE x.place_id IN {_OWN_PLACES}""",
}
