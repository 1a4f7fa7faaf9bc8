"""A second log with nothing in it but what one user of a team may see: what every answer has to
equal.

It is written row by row from the facts of a world, stripped to what is granted, into tables that
hide nothing. What a message or a meeting was judged to be is taken over as it stands.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from team_worlds import ACCOUNTS, USERS, World

from activity.envelope import Envelope
from activity.meeting import Meeting
from activity.sharing import Level
from activity.subject import topic
from lasttouch.keeping import learning
from matchers.occurrence import meeting_identity
from store import touches
from store.codes import MEETING, TOUCH
from store.database import open_for_writing
from store.log import Log
from store.rows import timestamp
from store.scoped_views import IN_A_CALENDAR
from store.threads import correct as correct_threads
from store.touch_dates import DAY, Touches
from store.transactions import writing

Row = dict[str, Any]


_COMPUTED = {"participation": ", t.role, t.touch", "activity": ", t.kind, t.verdict, t.direction, t.conversation"}


Said = tuple[object, ...]
"""What a copy of a message says, as far as all copies of it have to."""


def _said(one: Envelope) -> Said:
    assert one.date is not None
    people = frozenset(address.email for address in (*one.to, *one.cc))
    return one.message_id, timestamp(one.date), people, topic(one.subject)


class Facts:
    """The rows of the whole log, and what of a world's facts they stand for."""

    def __init__(self, connection: sqlite3.Connection, world: World, told: Iterable[tuple[str, str]]) -> None:
        self._connection = connection
        self.world = world
        self._told: dict[Said, set[str]] = {}
        for identity, account in told:
            self._told.setdefault((identity,), set()).add(account)
        for copy in world.copies:
            if isinstance(copy.item, Envelope):
                self._told.setdefault(_said(copy.item), set()).add(world.holder(copy.account, copy.place))

    def rows(self, table: str) -> list[Row]:
        found = self._connection.execute(f"SELECT t.*{_COMPUTED.get(table, '')} FROM {table} t")
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    @cached_property
    def addresses(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.rows("address")}

    @cached_property
    def contacts(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.rows("contact")}

    @cached_property
    def companies(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.rows("company")}

    @cached_property
    def activities(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.rows("activity")}

    @cached_property
    def parts(self) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {row_id: [] for row_id in self.activities}
        for row in self.rows("participation"):
            found[row["activity_id"]].append(row)
        return found

    @cached_property
    def bearing(self) -> dict[str, list[int]]:
        """Identity → the activities of it."""
        found: dict[str, list[int]] = {}
        for row_id, row in self.activities.items():
            found.setdefault(row["identity"], []).append(row_id)
        return found

    @cached_property
    def signed(self) -> dict[str, list[tuple[str, str]]]:
        """Address → the names that copies of mail sign it with, each with whose copy it is, as they were read."""
        found: dict[str, list[tuple[str, str]]] = {}
        for copy in self.world.copies:
            people = (*copy.item.from_, *copy.item.to, *copy.item.cc) if isinstance(copy.item, Envelope) else ()
            for address in people:
                if address.name:
                    found.setdefault(address.email, []).append((copy.account, address.name))
        for name, *_ in self.world.notes:
            found.setdefault(f"{name}@acme.example", []).append((name, name.title()))
        return found

    @cached_property
    def holders(self) -> dict[int, set[str]]:
        """Activity → who holds a copy that says what it says; of a meeting, whose calendars are read by the same."""
        found = {row_id: set(self._told.get(self._says(row), ())) for row_id, row in self.activities.items()}
        for row in self.rows("sighting"):
            holder, meeting = self.account_of_place[row["place_id"]], self.activities[row["activity_id"]]
            if meeting["ends"] is not None and self._says_no_more(meeting, holder):
                found[row["activity_id"]].add(holder)
        return found

    def _says(self, row: Row) -> Said:
        if row["identity"].startswith("note:"):
            return (row["identity"],)
        to = [one for one in self.parts[row["id"]] if one["role"] in ("to", "cc")]
        people = frozenset(self.addresses[one["address_id"]]["email"] for one in to)
        return row["identity"], row["at"], people, topic(row["subject"] or "")

    def _says_no_more(self, row: Row, holder: str) -> bool:
        """Does a meeting say nothing but what the calendars of its holder do?"""
        calendars = [
            one.item
            for one in self.world.copies
            if isinstance(one.item, Meeting)
            and self.world.holder(one.account, one.place) == holder
            and meeting_identity(one.item) == row["identity"]
        ]
        listed = [one for one in self.parts[row["id"]] if one["role"] != "title"]
        people = {(self.addresses[one["address_id"]]["email"], one["answer"] or "") for one in listed}
        said = {(one.address.email, one.answer) for item in calendars for one in item.participants}
        words = row["at"], row["ends"], row["subject"] or ""
        return people <= said and words in [(timestamp(a.start), timestamp(a.end), a.summary) for a in calendars]

    @cached_property
    def accounts(self) -> dict[str, int]:
        return {row["name"]: row["id"] for row in self.rows("account")}

    @cached_property
    def account_of_place(self) -> dict[int, str]:
        sources = {row["id"]: row["account_id"] for row in self.rows("source")}
        names = {row_id: name for name, row_id in self.accounts.items()}
        return {
            row["id"]: self.world.holder(names[sources[row["source_id"]]], row["name"]) for row in self.rows("place")
        }


class Sight:
    """What one user sees of these facts, by the rules of a team."""

    def __init__(self, facts: Facts, user: str) -> None:
        self.facts, self.user = facts, user
        self.level = {account: facts.world.level(user, account) for account in facts.world.holders()}

    def holds(self, activity_id: int) -> set[str]:
        return self.facts.holders[activity_id]

    def is_own(self, activity_id: int) -> bool:
        return any(self.level[account] is Level.OWN for account in self.holds(activity_id))

    @cached_property
    def marked(self) -> dict[str, set[int]]:
        """Account → the addresses that its user keeps private."""
        found: dict[str, set[int]] = {account: set() for account in self.level}
        for user, kind, email in self.facts.world.private:
            found[user] |= {one for one, row in self.facts.addresses.items() if self._is_meant(row, kind, email)}
        return found

    def _is_meant(self, address: Row, kind: str, email: str) -> bool:
        if address["email"] == email:
            return True
        contact = self.facts.contacts.get(address["contact_id"] or 0)
        named = self._listed_with(email)
        if contact is not None and contact["id"] == named:
            return True
        if kind == "company":
            company = None if named is None else self.facts.contacts[named]["company_id"]
            mine = address["company_id"] if contact is None else contact["company_id"]
            return company is not None and (mine == company or address["company_id"] == company)
        return False

    def _listed_with(self, email: str) -> int | None:
        rows = self.facts.rows("contact_email")
        return next((row["contact_id"] for row in rows if row["email"] == email), None)

    def is_contact_kept(self, contact_id: int, by: str) -> bool:
        """Does the user of account `by` keep this contact private?"""
        emails = {row["email"] for row in self.facts.rows("contact_email") if row["contact_id"] == contact_id}
        for user, kind, email in self.facts.world.private:
            if user != by:
                continue
            named = self._listed_with(email)
            if email in emails:
                return True
            company = None if named is None else self.facts.contacts[named]["company_id"]
            if kind == "company" and company is not None and self.facts.contacts[contact_id]["company_id"] == company:
                return True
        return False

    def lenders(self, activity_id: int, least: Level = Level.WHO) -> set[str]:
        """The accounts that show it to colleagues at this level, or a higher one that is none's own
        copy."""
        return {
            account
            for account in self.holds(activity_id)
            if least <= self._lent(account, activity_id) < Level.OWN and not self._is_kept(account, activity_id)
        }

    def _lent(self, account: str, activity_id: int) -> Level:
        level = self.level[account]
        if self.facts.activities[activity_id]["identity"].startswith("note:"):  # its words are its writer's
            level = level if level is Level.OWN else min(level, Level.WHO)
        if level < Level.OWN and '"private"' in (self.facts.activities[activity_id]["evidence"] or ""):
            return min(level, Level.DATES)
        return level

    def _is_kept(self, account: str, activity_id: int) -> bool:
        return any(part["address_id"] in self.marked[account] for part in self.facts.parts[activity_id])

    def daters(self, activity_id: int) -> set[str]:
        """The accounts that tell of it no more than its date."""
        return {
            _account(account)
            for account in self.holds(activity_id)
            if self._lent(account, activity_id) is Level.DATES and not self._is_kept(account, activity_id)
        }

    def shows_own(self, activity_id: int, part: Row) -> bool:
        if not self.is_own(activity_id):
            return False
        if part["role"] != "bcc":
            return True
        shown = self.facts.world.shows_bcc(
            self.facts.activities[activity_id]["identity"], self.facts.addresses[part["address_id"]]["email"]
        )
        return any(self.level[account] is Level.OWN for account in shown & self.holds(activity_id))

    @cached_property
    def own_addresses(self) -> set[int]:
        return {
            part["address_id"]
            for row_id, parts in self.facts.parts.items()
            for part in parts
            if self.shows_own(row_id, part)
        }

    @cached_property
    def contacts(self) -> set[int]:
        met = {self.facts.addresses[one]["contact_id"] for one in self.own_addresses}
        return {one for one in self.facts.contacts if one in met or self._is_listed(one)}

    def _is_listed(self, contact_id: int) -> bool:
        names = {row_id: name for name, row_id in self.facts.accounts.items()}
        rows = [row for row in self.facts.rows("contact_holder") if row["contact_id"] == contact_id]
        held = {names[row["account_id"]] for row in rows}
        if held:
            return bool(self._namers(contact_id))
        contact = self.facts.contacts[contact_id]
        company = self.facts.companies.get(contact["company_id"] or 0, {"owner": ""})
        owner = (contact["owner"] or company["owner"]).casefold()
        known = any(level for name, level in self.level.items() if _account(name) == owner)
        return owner not in ACCOUNTS or (known and not self._keeps(owner, contact_id))

    def _namers(self, contact_id: int) -> list[Row]:
        """What those say of a contact who hold it and name whom they know; whose words count first
        before others."""
        names = {row_id: name for name, row_id in self.facts.accounts.items()}
        rows = [
            row
            for row in self.facts.rows("contact_holder")
            if row["contact_id"] == contact_id
            and self.level[names[row["account_id"]]] >= Level.WHO
            and not self._keeps(names[row["account_id"]], contact_id)
        ]
        return sorted(rows, key=lambda row: (-self.level[names[row["account_id"]]], row["account_id"]))

    def words(self, contact_id: int) -> Row:
        """What the user calls a contact: by the list, by who of those that are seen holds it, or by
        its own mail."""
        row = self.facts.contacts[contact_id]
        emails = [one for one in self.facts.rows("contact_email") if one["contact_id"] == contact_id]
        as_listed = {**row, "emails": [one["email"] for one in sorted(emails, key=lambda one: one["position"])]}
        if all(one["contact_id"] != contact_id for one in self.facts.rows("contact_holder")):
            return as_listed
        said = [
            as_listed if one["name"] is None else {**one, **row, **_only_words(one)} for one in self._namers(contact_id)
        ]
        if said:
            return {**said[0], "emails": list(dict.fromkeys(email for one in said for email in one["emails"]))}
        met = [
            self.facts.addresses[one]
            for one in sorted(self.own_addresses)
            if self.facts.addresses[one]["contact_id"] == contact_id
        ]
        signed = [name for one in met if (name := self.name_of(one["id"]))]
        emails_met = [one["email"] for one in met]
        called = {"name": [*signed, *emails_met][0], "company_id": None, "owner": "", "emails": emails_met}
        return {**row, **called}

    def _keeps(self, account: str, contact_id: int) -> bool:
        return account != self.user and account in USERS and self.is_contact_kept(contact_id, account)

    def is_touched(self, activity_id: int) -> bool:
        return any(
            part["touch_code"] is not None and part["role"] != "bcc" and self.contact_of(part) in self.contacts
            for part in self.facts.parts[activity_id]
        )

    def contact_of(self, part: Row) -> int | None:
        contact: int | None = self.facts.addresses[part["address_id"]]["contact_id"]
        return contact

    def level_of(self, activity_id: int) -> Level:
        """NONE for what is not seen: DATES shows no activity; nor is shown what another one says as well."""
        level = self._level_of(activity_id)
        same = [one for one in self.facts.bearing[self.facts.activities[activity_id]["identity"]] if one != activity_id]
        mine = level, -activity_id
        if level and any((self._level_of(one), -one) > mine and self._says_all(one, activity_id) for one in same):
            return Level.NONE
        return level

    def _says_all(self, activity_id: int, other_id: int) -> bool:
        """Does one activity say all that the other does?"""
        one, other = self.facts.activities[activity_id], self.facts.activities[other_id]
        if (one["at"], one["ends"]) != (other["at"], other["ends"]) or (one["deleted_at"] and not other["deleted_at"]):
            return False
        people, others = (
            {(part["address_id"], part["touch_code"], part["role"] == "bcc") for part in self.facts.parts[row_id]}
            for row_id in (activity_id, other_id)
        )
        return others <= people

    def _level_of(self, activity_id: int) -> Level:
        if self.is_own(activity_id):
            return Level.OWN
        if not self.is_touched(activity_id):
            return Level.NONE
        levels = [self._lent(account, activity_id) for account in self.lenders(activity_id)]
        return max(levels, default=Level.NONE)

    def sees_part(self, activity_id: int, part: Row) -> bool:
        if self.shows_own(activity_id, part):
            return True
        if part["role"] == "bcc" or not self.is_touched(activity_id):
            return False
        if self.contact_of(part) in self.contacts:
            return bool(self.lenders(activity_id))
        is_ours = self.facts.addresses[part["address_id"]]["rule"] == "self"
        return is_ours and bool(self.lenders(activity_id, Level.SUBJECTS))

    def sees_company(self, company_id: int | None) -> bool:
        if company_id is None:
            return False
        company = self.facts.companies[company_id]
        is_listed = company["account_id"] is None and company["name"] in self.facts.world.listed_companies()
        return is_listed or company_id in self._companies_of_contacts

    @cached_property
    def _companies_of_contacts(self) -> set[int | None]:
        return {self.words(one)["company_id"] for one in self.contacts}

    def name_of(self, address_id: int) -> str:
        """As one's own copies sign it, the first of them that do, whatever others show."""
        if self._all_are_own(address_id):
            return str(self.facts.addresses[address_id]["name"])
        email = self.facts.addresses[address_id]["email"]
        own = {account for account in ACCOUNTS if self.level.get(account) is Level.OWN}
        return next((name for account, name in self.facts.signed.get(email, ()) if account in own), "")

    def _all_are_own(self, address_id: int) -> bool:
        """Are all copies that show the address one's own?"""
        return all(
            self.level[account] is Level.OWN
            for row_id, parts in self.facts.parts.items()
            if any(part["address_id"] == address_id for part in parts)
            for account in self.holds(row_id)
        )


def _account(holder: str) -> str:
    return holder.partition("#")[0]


def _only_words(row: Row) -> Row:
    return {"emails": json.loads(row["emails"]), **{key: row[key] for key in ("name", "company_id", "owner")}}


def project(path: Path, sight: Sight, moment: datetime, digest: str) -> dict[int, str]:
    """Write the log of what is seen; contact → the account by whose date alone its last touch is
    known."""
    connection = open_for_writing(path)
    facts = sight.facts
    with writing(connection):
        _accounts(connection, sight)
        _people(connection, sight)
        seen = {row_id: level for row_id in facts.activities if (level := sight.level_of(row_id))}
        for row_id, level in seen.items():
            _activity(connection, sight, row_id, level)
        _words(connection, sight, seen)
        connection.execute("INSERT OR REPLACE INTO setting VALUES ('configuration', ?)", (digest,))
        touches.correct(connection, moment)
        correct_threads(connection)
        learning.relearn(connection, moment)
        by_date = _dates(connection, sight, timestamp(moment))
    connection.close()
    return by_date


def _put(connection: sqlite3.Connection, table: str, row: Row) -> None:
    names = [info[1] for info in connection.execute(f"PRAGMA table_xinfo('{table}')") if not info[6]]
    kept = {name: row[name] for name in names if name in row}
    connection.execute(
        f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({', '.join('?' * len(kept))})", list(kept.values())
    )


def _accounts(connection: sqlite3.Connection, sight: Sight) -> None:
    facts = sight.facts
    granted = {facts.accounts[_account(name)] for name, level in sight.level.items() if level}
    for table in ("account", "account_address", "source"):
        for row in facts.rows(table):
            if row["id" if table == "account" else "account_id"] in granted:
                _put(connection, table, row)
    for row in facts.rows("place"):
        level = sight.level[facts.account_of_place[row["id"]]]
        if level:
            place = row["name"] if level >= Level.SUBJECTS else ("" if row["name"] == "" else f"?{row['id']}")
            _put(connection, "place", {**row, "name": place})


def _people(connection: sqlite3.Connection, sight: Sight) -> None:
    facts = sight.facts
    for row_id, row in facts.companies.items():
        if sight.sees_company(row_id):
            _put(connection, "company", row)
    connection.execute("DROP TABLE company_domain")  # several may call a company of theirs by one domain
    connection.execute("CREATE TABLE company_domain (domain TEXT, company_id INTEGER)")
    for row in (*facts.rows("company_domain"), *facts.rows("held_domain")):
        if sight.sees_company(row["company_id"]):
            _put(connection, "company_domain", row)
    canonicals = {row["email"]: row["canonical"] for row in facts.rows("contact_email")}
    for row_id in sorted(sight.contacts):
        words = sight.words(row_id)
        _put(connection, "contact", words)
        for position, email in enumerate(words["emails"], 1):
            row = {
                "email": email,
                "contact_id": row_id,
                "position": position,
                "canonical": canonicals.get(email, email),
            }
            _put(connection, "contact_email", row)
    held_by_others = {
        row["contact_id"]
        for row in facts.rows("contact_holder")
        if row["account_id"] not in {facts.accounts[name] for name in ACCOUNTS if sight.level[name] is Level.OWN}
    }
    for table in ("contact_key", "contact_tag"):
        for row in facts.rows(table):
            if row["contact_id"] in sight.contacts and (
                table != "contact_key" or row["contact_id"] not in held_by_others
            ):
                _put(connection, table, row)
    granted = {facts.accounts[_account(name)] for name, level in sight.level.items() if level}
    ours = {row["email"] for row in facts.rows("account_address") if row["account_id"] in granted}
    in_parts = {
        part["address_id"] for row_id, parts in facts.parts.items() for part in parts if sight.sees_part(row_id, part)
    }
    for row_id, row in facts.addresses.items():
        contact = row["contact_id"] if row["contact_id"] in sight.contacts else None
        is_listed = contact is not None and row["email"] in sight.words(contact)["emails"]
        if is_listed or row_id in in_parts or row["email"] in ours:
            company = row["company_id"] if sight.sees_company(row["company_id"]) else None
            name = sight.name_of(row_id)
            _put(connection, "address", {**row, "contact_id": contact, "company_id": company, "name": name})


def _activity(connection: sqlite3.Connection, sight: Sight, row_id: int, level: Level) -> None:
    facts = sight.facts
    row = dict(facts.activities[row_id])
    full = level >= Level.SUBJECTS
    if not full:
        row |= dict.fromkeys(("replies_to", "subject", "evidence", "revision", "topic", "shape", "thread_index"))
        row["identity"] = f"hash:{row['identity']}"
        row["reason"] = None if row["ends"] is None else IN_A_CALENDAR
    _put(connection, "activity", row)
    for part in facts.parts[row_id]:
        if sight.sees_part(row_id, part):
            _put(connection, "participation", {**part, "answer": part["answer"] if full else None})
    for one in facts.rows("attachment"):
        if one["activity_id"] == row_id and full:
            _put(connection, "attachment", one)
    lenders = sight.lenders(row_id) if sight.is_touched(row_id) else set()
    for one in facts.rows("sighting"):
        account = facts.account_of_place[one["place_id"]]
        if one["activity_id"] == row_id and (sight.level[account] is Level.OWN or account in lenders):
            answer = one["answer"] if sight.level[account] >= Level.SUBJECTS else None
            _put(connection, "sighting", {**one, "answer": answer})


def _words(connection: sqlite3.Connection, sight: Sight, seen: dict[int, Level]) -> None:
    (user_id,) = [row["id"] for row in sight.facts.rows("user") if row["name"] == sight.user]
    called = {
        row["identity"]: row["identity"] if seen[row_id] >= Level.SUBJECTS else f"hash:{row['identity']}"
        for row_id, row in sight.facts.activities.items()
        if row_id in seen
    }
    for table in ("said_of_contact", "said_of_company", "said_of_activity", "put_aside"):
        for row in sight.facts.rows(table):
            if row["user_id"] == user_id:
                if table == "said_of_activity":
                    row["identity"] = called.get(row["identity"], row["identity"])
                _put(connection, table, row)


def _dates(connection: sqlite3.Connection, sight: Sight, moment: int) -> dict[int, str]:
    """What is known by its date alone, into the contacts' dates."""
    facts = sight.facts
    known: dict[int, list[tuple[int, int | None, int, str]]] = {}
    for row_id, parts in facts.parts.items():
        row = facts.activities[row_id]
        for part in parts:
            contact = sight.contact_of(part)
            if (
                part["touch_code"] not in (None, TOUCH["copied"])
                and part["role"] != "bcc"
                and contact in sight.contacts
            ):
                for account in sight.daters(row_id):
                    known.setdefault(contact or 0, []).append((row["at"], row["ends"], part["touch_code"], account))
    derived = touches.derive_all(Log(connection), sorted(known), datetime.fromtimestamp(moment).astimezone())
    by: dict[int, str] = {}
    for contact, rows in known.items():
        one = _with_dates(derived[contact], rows, moment)
        last, _, account = one
        values = [*last, one[1], _overdue(derived[contact], last[0], one[1]), contact]
        connection.execute(
            "UPDATE contact_touch SET last_touch = ?, last_touch_kind = ?, last_touch_activity = ?, next_meeting = ?,"
            " next_meeting_activity = CASE WHEN next_meeting = ?4 THEN next_meeting_activity END,"
            " overdue_at = ?, due = NULL WHERE contact_id = ?",
            values,
        )
        if account:
            by[contact] = account
    return by


def _with_dates(
    derived: Touches, rows: list[tuple[int, int | None, int, str]], moment: int
) -> tuple[tuple[int | None, str | None, int | None], int | None, str]:
    """The last touch (when, kind, activity), the next meeting, and whose the last is if that alone
    is known."""
    last, kind = derived.last_touch()
    past = [row for row in rows if (row[1] or row[0]) <= moment]
    ahead = [row[0] for row in rows if row[0] > moment and row[2] == MEETING]
    newest = max((row[0] for row in past), default=0)
    following = min([*ahead, *([derived.next_meeting.at] if derived.next_meeting.at else [])], default=None)
    if newest <= (last.at or 0):
        return (last.at, kind, last.activity_id), following, ""
    code = min(row[2] for row in past if row[0] == newest)
    accounts = [row[3] for row in past if row[0] == newest and row[2] == code]
    words = {number: word for word, number in TOUCH.items()}
    return (newest, words[code], None), following, min(accounts, key=ACCOUNTS.index)


def _overdue(derived: Touches, last: int | None, following: int | None) -> int | None:
    if last is None or derived.usual_gap is None or following is not None:
        return None
    if derived.ends_series and last == derived.last_touch()[0].at:
        return None
    return last + max(int(1.5 * derived.usual_gap), 14 * DAY)
