"""When something of the log is seen within a scope: the conditions of which the views are made (scoped_views.py).

An activity is seen in one's own copy, or because an account that grants WHO holds it and a contact who may be seen has
a touch in it. What an account grants is about contacts: its mail with strangers, lawyers and machines stays its own.
"""

from __future__ import annotations

from collections.abc import Collection

from activity.sharing import Level
from store.codes import ROLE
from store.identities import NOTE

OWN, SUBJECTS, WHO, DATES = int(Level.OWN), int(Level.SUBJECTS), int(Level.WHO), int(Level.DATES)
BCC = ROLE["bcc"]
PRIVATE = """u.ends IS NOT NULL AND u.evidence IS NOT NULL AND instr(u.evidence, '"private":"time only"') > 0"""
ACCOUNTS = "(SELECT account_id FROM temp.granted_account)"
"""Of those that grant anything."""


class Conditions:
    """Those of one scope, whose accounts grant these `levels`; what no account grants is not even asked for.

    `has_marks`: somebody keeps somebody private.
    """

    def __init__(self, levels: Collection[int], has_marks: bool) -> None:
        self.lends = bool({WHO, SUBJECTS} & set(levels))
        self.lends_subjects = SUBJECTS in levels
        self._has_marks = has_marks

    def own(self, activity: str) -> str:
        """Does a mailbox or calendar of one's own hold this activity?"""
        return (
            "EXISTS (SELECT 1 FROM shared.sighting s CROSS JOIN temp.granted g ON g.place_id = s.place_id"
            f" WHERE s.activity_id = {activity} AND g.level = {OWN})"
        )

    def lent(self, activity: str, least: int) -> str:
        """Does an account hold it that grants at least this, without being one's own?

        Of a meeting that says it is private no more is given than its date; of a note, not its words.
        """
        words = f" OR substr(u.identity, 1, {len(NOTE)}) = '{NOTE}'" if least >= SUBJECTS else ""
        return (
            "(EXISTS (SELECT 1 FROM shared.sighting s CROSS JOIN temp.granted g ON g.place_id = s.place_id"
            f" WHERE s.activity_id = {activity} AND g.level BETWEEN {least} AND {SUBJECTS}{self.unmarked()})"
            f" AND NOT EXISTS (SELECT 1 FROM shared.activity u WHERE u.id = {activity} AND ({PRIVATE}{words})))"
        )

    def unmarked(self) -> str:
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
            f" WHERE q.activity_id = {activity} AND q.touch_code IS NOT NULL AND q.role_code <> {BCC})"
        )

    def seen(self, activity: str) -> str:
        if not self.lends:
            return self.own(activity)
        return f"({self.own(activity)} OR ({self.lent(activity, WHO)} AND {self.concerns(activity)}))"

    def told_by_another(self, activity: str) -> str:
        """Is an activity that is seen the same as another one that is, in which all of it is said as well?

        It is one where calendars of different readers show one meeting, or copies of a message disagree: see
        told_apart.py. One's own goes before what is lent, then what is lent in full, then what was read first.
        """
        better = f"{self.own('e.id')} AND (e.id < d.id OR NOT {self.own('d.id')})"
        if self.lends:
            goes_before = "e.id < d.id"
            if self.lends_subjects:
                more, less = self.lent("e.id", SUBJECTS), self.lent("d.id", SUBJECTS)
                goes_before = f"({more} OR NOT {less}) AND (e.id < d.id OR ({more} AND NOT {less}))"
            better = f"({better} OR (NOT {self.own('d.id')} AND {self.lent('e.id', WHO)} AND {goes_before}))"
        says_more = (
            "SELECT 1 FROM shared.participation i WHERE i.activity_id = d.id AND NOT EXISTS (SELECT 1"
            " FROM shared.participation j WHERE j.activity_id = e.id AND j.address_id = i.address_id"
            f" AND j.touch_code IS i.touch_code AND (j.role_code = {BCC}) = (i.role_code = {BCC}))"
        )
        return (
            "EXISTS (SELECT 1 FROM shared.activity d CROSS JOIN shared.activity e ON e.identity_hash = d.identity_hash"
            f" WHERE d.id = {activity} AND e.id <> d.id AND e.identity = d.identity AND e.at = d.at"
            " AND e.ends IS d.ends AND (e.deleted_at IS NULL OR d.deleted_at IS NOT NULL)"
            f" AND NOT EXISTS ({says_more}) AND {better})"
        )

    def in_full(self, activity: str) -> str:
        """Of an activity that is seen: does somebody grant all that stands in the headers?"""
        if not self.lends_subjects:
            return self.own(activity)
        return f"({self.own(activity)} OR {self.lent(activity, SUBJECTS)})"

    def told_in_full(self, activity: str) -> str:
        """Is an activity seen, and all that stands in its headers?"""
        if not self.lends_subjects:
            return self.own(activity)
        return f"({self.own(activity)} OR ({self.lent(activity, SUBJECTS)} AND {self.concerns(activity)}))"

    def part(self, part: str) -> str:
        """Of participation `part` in one's own copy: not a Bcc, unless one's own copies show it.

        Of what was read before that was noted, nobody knows which copy showed it: all of them have to be one's own.
        """
        return f"({self.own(f'{part}.activity_id')} AND {self.open_part(part)})"

    def open_part(self, part: str) -> str:
        """The same of an activity that is known to be one's own."""
        only_own = (
            f"NOT EXISTS (SELECT 1 FROM shared.sighting s WHERE s.activity_id = {part}.activity_id AND s.place_id"
            f" NOT IN (SELECT place_id FROM temp.granted WHERE level = {OWN}))"
        )
        shown = (
            "EXISTS (SELECT 1 FROM shared.bcc_seen b CROSS JOIN temp.granted g ON g.place_id = b.place_id"
            f" WHERE b.activity_id = {part}.activity_id AND b.address_id = {part}.address_id AND g.level = {OWN})"
        )
        return f"({part}.role_code <> {BCC} OR {shown} OR {only_own})"

    def own_address(self, address: str) -> str:
        """Does a copy of one's own show this address?"""
        return f"EXISTS (SELECT 1 FROM shared.participation o WHERE o.address_id = {address} AND {self.part('o')})"

    def contact(self, contact: str) -> str:
        """May this contact be seen: has the audience its dates?"""
        return f"EXISTS (SELECT 1 FROM main.contact_touch c WHERE c.contact_id = {contact})"

    def company(self, company: str) -> str:
        """One of the list, or of contacts who may be seen."""
        return (
            f"EXISTS (SELECT 1 FROM shared.company f WHERE f.id = {company} AND ((f.by_itself IS NULL"
            " AND f.account_id IS NULL) OR EXISTS (SELECT 1 FROM main.contact e WHERE e.company_id = f.id)))"
        )

    def address(self, address: str) -> str:
        """A visible contact's by which they are listed, or that an own copy shows, or one that is lent; or nobody's,
        and in an own copy, an account's that grants something, or one of ours that is named where subjects are."""
        ours = f"d.email = {address}.email AND d.account_id IN {ACCOUNTS}"
        nobodys = [
            f"EXISTS (SELECT 1 FROM shared.account_address d WHERE {ours})",
            self.own_address(f"{address}.id"),
        ]
        if self.lends_subjects:
            nobodys.append(
                f"({address}.rule = 'self' AND EXISTS (SELECT 1 FROM shared.participation z"
                f" WHERE z.address_id = {address}.id AND z.role_code <> {BCC}"
                f" AND {self.lent('z.activity_id', SUBJECTS)} AND {self.concerns('z.activity_id')}))"
            )
        found = f"{address}.contact_id IS NULL AND ({' OR '.join(nobodys)})"
        listed = f"main.contact_email v WHERE v.email = {address}.email AND v.contact_id = {address}.contact_id"
        shown = [f"EXISTS (SELECT 1 FROM {listed})", self.own_address(f"{address}.id")]
        if self.lends:
            is_lent = f"{self.lent('z.activity_id', WHO)} AND {self.concerns('z.activity_id')}"
            shown.append(
                f"EXISTS (SELECT 1 FROM shared.participation z WHERE z.address_id = {address}.id"
                f" AND z.role_code <> {BCC} AND {is_lent})"
            )
        return f"(({self.contact(f'{address}.contact_id')} AND ({' OR '.join(shown)})) OR {found})"

    def lent_part(self) -> str:
        """Of participation `p` in what an account lends: contacts, and where it lends subjects, who of us is in it."""
        whom = self.contact("r.contact_id")
        if self.lends_subjects:
            whom = f"({whom} OR (r.rule = 'self' AND {self.lent('p.activity_id', SUBJECTS)}))"
        return (
            f"(p.role_code <> {BCC} AND {self.lent('p.activity_id', WHO)} AND EXISTS (SELECT 1 FROM shared.address r"
            f" WHERE r.id = p.address_id AND {whom}) AND {self.concerns('p.activity_id')})"
        )

    def lent_sighting(self) -> str:
        """Of sighting `s` at `granted g`: does its account lend the activity?"""
        return (
            f"(g.level BETWEEN {WHO} AND {SUBJECTS}{self.unmarked()} AND {self.concerns('s.activity_id')} AND NOT"
            f" EXISTS (SELECT 1 FROM shared.activity u WHERE u.id = s.activity_id AND {PRIVATE}))"
        )
