"""What a scope shows of each table of the log, as the text of a view that takes the table's place.

The log is attached as `shared`; temporary tables say what the scope is: `granted` (a place, its account, the level that
it grants), `granted_account`, `kept_back` (owners whose contacts are theirs alone), `marked` and `marked_contact`
(addresses and contacts that an account's user keeps private), `secret` (contacts that their owner keeps private).
Every table has its place here, if only to show nothing: one that has none is hidden. What an index is to find stands
in a view as it is in the table: whose an address is, hidden with it; a company's number, which tells nothing alone.

An activity is seen in one's own copy, or because an account that grants WHO holds it and a contact who may be seen has
a touch in it. What an account grants is about contacts: its mail with strangers, lawyers and machines stays its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from activity.sharing import Level
from store.codes import INBOUND, MEETING, ROLE
from store.identities import NOTE
from store.log import Scope

SHARED = "shared"
OWN, SUBJECTS, WHO, DATES = int(Level.OWN), int(Level.SUBJECTS), int(Level.WHO), int(Level.DATES)
_BCC = ROLE["bcc"]
_STRANGE = "('none', 'company-domain')"
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


class _Texts:
    """The pieces of the views of one scope; what no account grants is not even asked for."""

    def __init__(self, levels: Collection[int], user_id: int, has_marks: bool) -> None:
        self._lends = bool({WHO, SUBJECTS} & set(levels))
        self._lends_subjects = SUBJECTS in levels
        self._user = f"{user_id:d}"
        self._has_marks = has_marks

    def own(self, activity: str) -> str:
        """Does a mailbox or calendar of one's own hold this activity?"""
        return (
            f"EXISTS (SELECT 1 FROM shared.sighting s WHERE s.activity_id = {activity}"
            f" AND s.place_id IN (SELECT place_id FROM temp.granted WHERE level = {OWN}))"
        )

    def lent(self, activity: str, least: int) -> str:
        """Does an account hold it that grants at least this, without being one's own?

        Of a meeting that says it is private no more is given than its date; of a note, not its words.
        """
        words = f" OR substr(u.identity, 1, {len(NOTE)}) = '{NOTE}'" if least >= SUBJECTS else ""
        if self._has_marks:
            held = f"""SELECT 1 FROM shared.sighting s CROSS JOIN temp.granted g ON g.place_id = s.place_id
                WHERE s.activity_id = {activity} AND g.level BETWEEN {least} AND {SUBJECTS}{self._unmarked()}"""
        else:
            held = f"""SELECT 1 FROM shared.sighting s WHERE s.activity_id = {activity} AND s.place_id IN
                (SELECT place_id FROM temp.granted WHERE level BETWEEN {least} AND {SUBJECTS})"""
        return (
            f"(EXISTS ({held})"
            f" AND NOT EXISTS (SELECT 1 FROM shared.activity u WHERE u.id = {activity} AND ({_PRIVATE}{words})))"
        )

    def _unmarked(self) -> str:
        """Of sighting `s` and `granted g`: nobody is in it whom the account's owner keeps private."""
        if not self._has_marks:
            return ""
        return (
            " AND NOT EXISTS (SELECT 1 FROM shared.participation y CROSS JOIN temp.marked m"
            " ON m.address_id = y.address_id WHERE y.activity_id = s.activity_id AND m.account_id = g.account_id)"
        )

    def concerns(self, activity: str) -> str:
        """Has a contact who may be seen a touch in it, not by a Bcc?"""
        return (
            "EXISTS (SELECT 1 FROM shared.participation q CROSS JOIN shared.address k ON k.id = q.address_id"
            " CROSS JOIN main.contact_touch c ON c.contact_id = k.contact_id"
            f" WHERE q.activity_id = {activity} AND q.touch_code IS NOT NULL AND q.role_code <> {_BCC})"
        )

    def seen(self, activity: str) -> str:
        if not self._lends:
            return self.own(activity)
        return f"({self.own(activity)} OR ({self.lent(activity, WHO)} AND {self.concerns(activity)}))"

    def told_by_another(self, activity: str) -> str:
        """Is an activity that is seen the same as another one that is, in which all of it is said as well?

        It is one where calendars of different readers show one meeting, or copies of a message disagree: see
        told_apart.py. One's own goes before what is lent, then what is lent in full, then what was read first.
        """
        better = f"{self.own('e.id')} AND (e.id < d.id OR NOT {self.own('d.id')})"
        if self._lends:
            goes_before = "e.id < d.id"
            if self._lends_subjects:
                more, less = self.lent("e.id", SUBJECTS), self.lent("d.id", SUBJECTS)
                goes_before = f"({more} OR NOT {less}) AND (e.id < d.id OR ({more} AND NOT {less}))"
            better = f"({better} OR (NOT {self.own('d.id')} AND {self.lent('e.id', WHO)} AND {goes_before}))"
        says_more = (
            "SELECT 1 FROM shared.participation i WHERE i.activity_id = d.id AND NOT EXISTS (SELECT 1"
            " FROM shared.participation j WHERE j.activity_id = e.id AND j.address_id = i.address_id"
            f" AND j.touch_code IS i.touch_code AND (j.role_code = {_BCC}) = (i.role_code = {_BCC}))"
        )
        return (
            "EXISTS (SELECT 1 FROM shared.activity d CROSS JOIN shared.activity e ON e.identity_hash = d.identity_hash"
            f" WHERE d.id = {activity} AND e.id <> d.id AND e.identity = d.identity AND e.at = d.at"
            " AND e.ends IS d.ends AND (e.deleted_at IS NULL OR d.deleted_at IS NOT NULL)"
            f" AND NOT EXISTS ({says_more}) AND {better})"
        )

    def in_full(self, activity: str) -> str:
        """Of an activity that is seen: does somebody grant all that stands in the headers?"""
        if not self._lends_subjects:
            return self.own(activity)
        return f"({self.own(activity)} OR {self.lent(activity, SUBJECTS)})"

    def _told_in_full(self, activity: str) -> str:
        """Is an activity seen, and all that stands in its headers?"""
        if not self._lends_subjects:
            return self.own(activity)
        return f"({self.own(activity)} OR ({self.lent(activity, SUBJECTS)} AND {self.concerns(activity)}))"

    def part(self, part: str) -> str:
        """Of participation `part` in one's own copy: not a Bcc, unless one's own copies show it.

        Of what was read before that was noted, nobody knows which copy showed it: all of them have to be one's own.
        """
        return f"({self.own(f'{part}.activity_id')} AND {self._open_part(part)})"

    def _open_part(self, part: str) -> str:
        """The same of an activity that is known to be one's own."""
        only_own = (
            f"NOT EXISTS (SELECT 1 FROM shared.sighting s WHERE s.activity_id = {part}.activity_id AND s.place_id"
            f" NOT IN (SELECT place_id FROM temp.granted WHERE level = {OWN}))"
        )
        shown = (
            "EXISTS (SELECT 1 FROM shared.bcc_seen b CROSS JOIN temp.granted g ON g.place_id = b.place_id"
            f" WHERE b.activity_id = {part}.activity_id AND b.address_id = {part}.address_id AND g.level = {OWN})"
        )
        return f"({part}.role_code <> {_BCC} OR {shown} OR {only_own})"

    def own_address(self, address: str) -> str:
        """Does a copy of one's own show this address?"""
        return f"EXISTS (SELECT 1 FROM shared.participation o WHERE o.address_id = {address} AND {self.part('o')})"

    def own_addresses(self) -> str:
        """Contacts' addresses that a copy of one's own shows, with the name that is signed there."""
        return f"""SELECT r.id, r.contact_id, r.email, {self._name()} AS name
            FROM shared.address r WHERE r.contact_id IS NOT NULL AND {self.own_address("r.id")}"""

    def contact(self, contact: str) -> str:
        """May this contact be seen: has the audience its dates?"""
        return f"EXISTS (SELECT 1 FROM main.contact_touch c WHERE c.contact_id = {contact})"

    def company(self, company: str) -> str:
        """One of the list, or of contacts who may be seen."""
        return (
            f"EXISTS (SELECT 1 FROM shared.company f WHERE f.id = {company} AND ((f.by_itself IS NULL"
            " AND f.account_id IS NULL) OR EXISTS (SELECT 1 FROM main.contact e WHERE e.company_id = f.id)))"
        )

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

    def address(self, address: str) -> str:
        """A visible contact's by which they are listed, or that an own copy shows, or one that is lent; or nobody's,
        and in an own copy, an account's that grants something, or one of ours that is named where subjects are."""
        ours = f"d.email = {address}.email AND d.account_id IN {_ACCOUNTS}"
        nobodys = [
            f"EXISTS (SELECT 1 FROM shared.account_address d WHERE {ours})",
            self.own_address(f"{address}.id"),
        ]
        if self._lends_subjects:
            nobodys.append(
                f"({address}.rule = 'self' AND EXISTS (SELECT 1 FROM shared.participation z"
                f" WHERE z.address_id = {address}.id AND z.role_code <> {_BCC}"
                f" AND {self.lent('z.activity_id', SUBJECTS)} AND {self.concerns('z.activity_id')}))"
            )
        found = f"{address}.contact_id IS NULL AND ({' OR '.join(nobodys)})"
        listed = f"main.contact_email v WHERE v.email = {address}.email AND v.contact_id = {address}.contact_id"
        shown = [f"EXISTS (SELECT 1 FROM {listed})", self.own_address(f"{address}.id")]
        if self._lends:
            is_lent = f"{self.lent('z.activity_id', WHO)} AND {self.concerns('z.activity_id')}"
            shown.append(
                f"EXISTS (SELECT 1 FROM shared.participation z WHERE z.address_id = {address}.id"
                f" AND z.role_code <> {_BCC} AND {is_lent})"
            )
        return f"(({self.contact(f'{address}.contact_id')} AND ({' OR '.join(shown)})) OR {found})"

    def _lent_part(self) -> str:
        """Of participation `p` in what an account lends: contacts, and where it lends subjects, who of us is in it."""
        whom = self.contact("r.contact_id")
        if self._lends_subjects:
            whom = f"({whom} OR (r.rule = 'self' AND {self.lent('p.activity_id', SUBJECTS)}))"
        return (
            f"(p.role_code <> {_BCC} AND {self.lent('p.activity_id', WHO)} AND EXISTS (SELECT 1 FROM shared.address r"
            f" WHERE r.id = p.address_id AND {whom}) AND {self.concerns('p.activity_id')})"
        )

    def _lent_sighting(self) -> str:
        """Of sighting `s` at `granted g`: does its account lend the activity?"""
        return (
            f"(g.level BETWEEN {WHO} AND {SUBJECTS}{self._unmarked()} AND {self.concerns('s.activity_id')} AND NOT"
            f" EXISTS (SELECT 1 FROM shared.activity u WHERE u.id = s.activity_id AND {_PRIVATE}))"
        )

    def views(self) -> Mapping[str, str]:
        full = self.in_full("a.id")
        visible_parts = f"({self.part('p')} OR {self._lent_part()})" if self._lends else self.part("p")
        visible_sightings = f"(g.level = {OWN} OR {self._lent_sighting()})" if self._lends else f"g.level = {OWN}"
        answer = f"CASE WHEN {self.in_full('{0}')} THEN {{1}}.answer END" if self._lends else "{1}.answer"
        a_contacts = self.contact("x.contact_id")
        # by which book or file a holder knows somebody is theirs, and so is what they called them there
        keys = (
            "NOT EXISTS (SELECT 1 FROM shared.contact_holder h WHERE h.contact_id = x.contact_id"
            f" AND h.account_id NOT IN {_OWN_ACCOUNTS})"
        )
        return {
            "activity": f"""SELECT a.id, a.identity_hash, a.at, a.ends, a.verdict_code, a.direction_code, a.thread,
                a.deleted_at, {_else("a.identity", full, "opaque(a.identity)", self._lends)} AS identity,
                {_else("a.reason", full, _REASON, self._lends)} AS reason,
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
                WHERE {self._told_in_full("x.activity_id")}""",
            "contact_holder": f"""SELECT x.contact_id, x.account_id, x.name, x.company_id, x.owner, x.emails, x.tags
                FROM shared.contact_holder x WHERE {a_contacts} AND x.account_id IN {_NAMING}""",
            **_OF_ACCOUNTS,
            **self._own_words(),
        }

    def _own_words(self) -> Mapping[str, str]:
        """What the viewer has said, and what concerns them alone; activities are meant by what they are called here."""
        mine = f"x.user_id = {self._user}"
        words = f"x.kind, x.user_id, x.said_at, x.said_by FROM shared.said_of_activity x WHERE {mine}"
        opaque = f" UNION ALL SELECT opaque(x.identity), {words}" if self._lends else ""
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
        private = f" OR (g.level BETWEEN {WHO} AND {SUBJECTS} AND {_PRIVATE})" if self._lends else ""
        return f"""SELECT k.contact_id, p.at, u.ends, p.touch_code, g.account_id
            FROM shared.address k CROSS JOIN shared.participation p ON p.address_id = k.id
                AND p.touch_code BETWEEN {INBOUND} AND {MEETING} AND p.role_code <> {_BCC}
            CROSS JOIN shared.sighting s ON s.activity_id = p.activity_id
            CROSS JOIN temp.granted g ON g.place_id = s.place_id AND g.level BETWEEN {DATES} AND {SUBJECTS}
            CROSS JOIN shared.activity u ON u.id = p.activity_id
            WHERE (g.level = {DATES}{private}){self._unmarked()} AND {self.contact("k.contact_id")}"""

    def exchange(self) -> str:
        """Which accounts hold what is seen of a contact: what `address`, `participation` and `sighting` show together,
        in one look at each copy."""
        held = f"g.level = {OWN} AND {self._open_part('p')}"
        if self._lends:
            held = f"(({held}) OR (p.role_code <> {_BCC} AND {self._lent_sighting()}))"
        return f"""SELECT k.contact_id, g.account_id FROM shared.address k
            CROSS JOIN shared.participation p ON p.address_id = k.id
            CROSS JOIN shared.sighting s ON s.activity_id = p.activity_id
            CROSS JOIN temp.granted g ON g.place_id = s.place_id
            WHERE {self.contact("k.contact_id")} AND {held}"""

    def _kept(self, full: str, *columns: str) -> str:
        return ", ".join([f"{_else(f'a.{one}', full, 'NULL', self._lends)} AS {one}" for one in columns])

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


_PRIVATE = """u.ends IS NOT NULL AND u.evidence IS NOT NULL AND instr(u.evidence, '"private":"time only"') > 0"""
_REASON = f"CASE WHEN a.ends IS NOT NULL THEN '{IN_A_CALENDAR}' END"
_ACCOUNTS = "(SELECT account_id FROM temp.granted_account)"
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
        WHERE x.id IN {_ACCOUNTS}""",
    "account_address": f"""SELECT x.email, x.account_id, x.position FROM shared.account_address x
        WHERE x.account_id IN {_ACCOUNTS}""",
    "source": f"""SELECT x.id, x.account_id, x.kind, x.active, x.last_attempt, x.last_success, x.seen_through,
        x.next_attempt, x.failing_since, CASE WHEN {_OWN_SOURCE} THEN x.refusals ELSE '[]' END AS refusals,
        x.error_code, CASE WHEN {_OWN_SOURCE} THEN x.error WHEN x.error IS NOT NULL THEN '{CANNOT_BE_READ}' END
        AS error, CASE WHEN {_OWN_SOURCE} THEN x.hint END AS hint,
        CASE WHEN {_OWN_SOURCE} THEN x.watches_allowed END AS watches_allowed,
        0 AS epoch, NULL AS holder, NULL AS leased_until, NULL AS brought_at
        FROM shared.source x WHERE x.account_id IN {_ACCOUNTS}""",
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
