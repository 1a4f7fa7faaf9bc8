"""A paper diary: what happened, who is listed, and the dates one reads off it without any
cleverness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

CORRECTION_WINDOW = timedelta(days=7)
HOUR = timedelta(hours=1)


@dataclass
class Message:
    """A message; `thread` numbers conversations, `bounced` are those it did not reach."""

    number: int
    at: datetime
    sender: str
    to: tuple[str, ...]
    automatic: bool
    thread: int
    bounced: set[str] = field(default_factory=set)


@dataclass
class Meeting:
    """A meeting; `owners` maps each calendar that shows it to its owner's answer, `answers` each
    guest to theirs.

    `is_uneven`: some of those calendars show a former revision.
    """

    number: int
    start: datetime
    hours: int
    organizer: str
    answers: dict[str, str]
    owners: dict[str, str]
    cancelled: bool = False
    sequence: int = 0
    is_uneven: bool = False
    deleted_at: datetime | None = None

    @property
    def ends(self) -> datetime:
        return self.start + timedelta(hours=self.hours)

    @property
    def people(self) -> dict[str, str]:
        return {self.organizer: "", **self.answers}


class Dates(NamedTuple):
    """What is expected of a contact."""

    inbound: datetime | None
    outbound: datetime | None
    meeting: datetime | None
    next_meeting: datetime | None
    copied: datetime | None
    two_way: datetime | None
    touches: int


@dataclass
class Diary:
    """Everything that happened and everything that is configured."""

    now: datetime
    own: list[str]
    messages: list[Message] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    contacts: dict[int, set[str]] = field(default_factory=dict)
    companies: dict[str, str] = field(default_factory=dict)
    internal: list[str] = field(default_factory=list)
    broadcast_over: int = 25
    erased: set[str] = field(default_factory=set)
    never_log: list[str] = field(default_factory=list)
    unnamed_bounces: list[tuple[datetime, str]] = field(default_factory=list)

    def is_self(self, email: str) -> bool:
        return email in self.own or _domain(email) in self.internal

    def is_erased(self, email: str) -> bool:
        return _untagged(email) in self.erased

    def never_log_again(self, email: str) -> None:
        """The address is no contact's any more, nor is there a contact without any."""
        self.never_log.append(email)
        kept = {one: {e for e in emails if not self.is_kept_out(e)} for one, emails in self.contacts.items()}
        self.contacts = {one: emails for one, emails in kept.items() if emails}

    def erase(self, contact_id: int) -> None:
        """For good, in every spelling; a contact that has no other address goes with it."""
        self.erased |= {_untagged(email) for email in self.contacts.pop(contact_id)}
        for other, emails in list(self.contacts.items()):
            self.contacts[other] = left = {email for email in emails if not self.is_erased(email)}
            if not left:
                del self.contacts[other]

    def is_kept_out(self, email: str) -> bool:
        return self.is_erased(email) or _untagged(email) in self.never_log

    def owner_of(self, email: str) -> int | None:
        """The one contact an address belongs to: exactly, else but for a tag."""
        if self.is_self(email):
            return None
        for same in (lambda one: one == email, lambda one: _untagged(one) == email or one == _untagged(email)):
            holders = {contact_id for contact_id, emails in self.contacts.items() if any(map(same, emails))}
            if holders:
                return holders.pop() if len(holders) == 1 else None
        return None

    def dates(self) -> dict[int, Dates]:
        """The dates of every contact."""
        everybody = {p for m in self.messages for p in (m.sender, *m.to)} | {p for m in self.meetings for p in m.people}
        return {
            contact_id: self.dates_of({email for email in everybody if self.owner_of(email) == contact_id})
            for contact_id in self.contacts
        }

    def unlisted(self) -> dict[str, set[tuple[str, datetime | None]]]:
        """Per company, the people at its domains who are no contacts but were exchanged with, and
        when last."""
        found: dict[str, set[tuple[str, datetime | None]]] = {name: set() for name in self.companies.values()}
        everybody = {p for m in self.messages for p in (m.sender, *m.to)} | {p for m in self.meetings for p in m.people}
        for email in everybody:
            company = self.companies.get(_domain(email))
            if company is None or self.is_self(email) or self._is_anybodys(email):
                continue
            dates = self.dates_of({email})
            if dates.touches:
                found[company].add((email, max(filter(None, dates[:3]))))
        return found

    def dates_of(self, emails: set[str]) -> Dates:
        """The dates of whoever has exactly these addresses."""
        inbound, outbound, copied, answered, count = [], [], [], [], 0
        first_out: dict[int, datetime] = {}
        first_in: dict[int, datetime] = {}
        for message in sorted(self.messages, key=lambda m: m.at):
            kinds = self._kinds(message, emails)
            count += bool(kinds & {"in", "out"})
            if "in" in kinds:
                inbound.append(message.at)
                answered += [message.at] if first_out.get(message.thread, message.at) < message.at else []
            if "out" in kinds:
                outbound.append(message.at)
                answered += [message.at] if first_in.get(message.thread, message.at) < message.at else []
            if "copied" in kinds:
                copied.append(message.at)
            for kind, first in (("in", first_in), ("out", first_out)):
                if kind in kinds:
                    first.setdefault(message.thread, message.at)
        held = [meeting for meeting in self.meetings if self._counts(meeting, emails)]
        over = [meeting.start for meeting in held if meeting.ends <= self.now]
        return Dates(
            inbound=_last(inbound),
            outbound=_last(outbound),
            meeting=_last(over),
            next_meeting=min((meeting.start for meeting in held if meeting.start > self.now), default=None),
            copied=_last(copied),
            two_way=_last(answered + over),
            touches=count + len(over),
        )

    def _kinds(self, message: Message, emails: set[str]) -> set[str]:
        left = self._left_of(message)
        if message.automatic or not left:
            return set()
        outside = {email for email in left if not self.is_self(email)}
        ours = self.is_self(message.sender)
        if not outside or (ours and len(outside) > self.broadcast_over):
            return set()
        return {
            "in" if email == message.sender else "out" if ours else "copied"
            for email in emails & outside
            if not (ours and self._came_back(message, email))
        }

    def _came_back(self, message: Message, email: str) -> bool:
        if any(m.sender == email and m.at > message.at and self._kinds(m, {email}) for m in self.messages):
            return False  # whoever writes is there
        return email in message.bounced or self._was_last_before_a_bounce(message, email)

    def _left_of(self, message: Message) -> set[str]:
        """The people of a message but for those who are kept out; nobody where it is kept out as a
        whole."""
        people = {message.sender, *message.to}
        left = {email for email in people if not self.is_kept_out(email)}
        return set() if message.sender not in left or (left < people and len(left) < 2) else left

    def _was_last_before_a_bounce(self, message: Message, email: str) -> bool:
        sent = [m for m in self.messages if email in m.to and self.is_self(m.sender) and self._left_of(m)]
        for at, failed in self.unnamed_bounces:
            before = [m for m in sent if failed == email and at - HOUR <= m.at <= at]
            if before and max(before, key=lambda m: (m.at, m.number)) is message:
                return True
        return False

    def _counts(self, meeting: Meeting, emails: set[str]) -> bool:
        people = {email: answer for email, answer in meeting.people.items() if not self.is_kept_out(email)}
        if meeting.organizer not in people or meeting.cancelled or (not meeting.owners and not self._was_kept(meeting)):
            return False
        if meeting.owners and all(answer == "DECLINED" for answer in meeting.owners.values()):
            return False
        return any(email in people and not self.is_self(email) and people[email] != "DECLINED" for email in emails)

    def _was_kept(self, meeting: Meeting) -> bool:
        """Gone from every calendar, but only long after it was over?"""
        return meeting.deleted_at is not None and meeting.deleted_at >= meeting.ends + CORRECTION_WINDOW

    def _is_anybodys(self, email: str) -> bool:
        """Does the address book know the address, be it ambiguously?"""
        return any(
            one == email or _untagged(one) == email or one == _untagged(email)
            for emails in self.contacts.values()
            for one in emails
        )


def _last(instants: Iterable[datetime]) -> datetime | None:
    return max(instants, default=None)


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _untagged(email: str) -> str:
    local, _, domain = email.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
