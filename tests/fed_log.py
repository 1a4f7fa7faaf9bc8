"""A log in a folder, fed without any server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from activity.address import Address
from activity.contact import ContactEntry
from activity.envelope import Envelope
from activity.meeting import Meeting
from activity.participant import Participant
from lasttouch.keeping import address_book
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.recomputation import recompute
from matchers.message import judge_mail, message_facts
from matchers.occurrence import meeting_facts
from store import ingest, places
from store.rows import Entry
from store.transactions import writing

ANA = "ana@acme.example"


class Log:
    """A log with an agent at work on it; days are counted from `start`."""

    start = datetime(2026, 1, 1, tzinfo=UTC)

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.connection = agent.connection
        self.reader = agent.log
        self.now = self.start + timedelta(days=100)
        self._number = 0

    def day(self, days: float) -> datetime:
        return self.start + timedelta(days=days)

    def mail(
        self,
        sender: str,
        to: str,
        days: float,
        answers: str = "",
        cc: str = "",
        account: str = "ana",
        mailbox: str = "INBOX",
        **more: Any,
    ) -> str:
        """One message; its id. `answers` is the id of another, `account` whose mailbox it is in."""
        entry = self.letter(sender=sender, to=to, days=days, answers=answers, cc=cc, **more)
        self.keep([entry], account, mailbox)
        return entry.facts.identity

    def mail_batch(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Several in one batch, each as `mail` takes them."""
        self.keep([self.letter(**message) for message in messages])

    def letter(self, sender: str, to: str, days: float, answers: str = "", cc: str = "", **more: Any) -> Entry:
        self._number += 1
        message_id = more.pop("message_id", f"<m{self._number}@x.example>")
        named = (answers,) if answers else ()
        at = self.day(days)
        envelope = Envelope(
            message_id=message_id,
            date=at,
            internal_date=more.pop("internal_date", at),
            from_=(Address(sender),),
            to=(Address(to),),
            cc=(Address(cc),) if cc else (),
            references=more.pop("references", named),
            in_reply_to=more.pop("in_reply_to", named),
            **more,
        )
        facts = message_facts(envelope, at, self.agent.never_log, True)
        assert facts is not None
        return Entry(facts, judge_mail(facts, self.agent.policy))

    def meet(self, who: str, days: float) -> None:
        self._number += 1
        start = self.day(days)
        guests = (Participant(Address(ANA), "organizer"), Participant(Address(who), "attendee", "ACCEPTED"))
        meeting = Meeting(
            uid=f"u{self._number}", recurrence="", start=start, end=start + timedelta(hours=1), status="CONFIRMED",
            summary="", participants=guests, invited=2, revision="1",
        )  # fmt: skip
        facts = meeting_facts(meeting, frozenset({ANA}), self.agent.never_log, True)
        assert facts is not None
        self.keep([Entry(facts, self.agent.judge(facts))])

    def contact(self, name: str, *emails: str) -> int:
        (contact_id,) = address_book.import_contacts(self.agent, [ContactEntry(name, list(emails))]).imported.contacts
        return contact_id

    def keep(
        self,
        entries: Sequence[Entry],
        account: str = "ana",
        mailbox: str = "INBOX",
        touched: set[int] | None = None,
    ) -> None:
        """One batch; see `ingest.write`."""
        with writing(self.connection):
            sources = places.register(
                self.connection, {name: (name.title(), ["imap"]) for name in dict.fromkeys(("ana", account))}
            )
            place = places.place_id(self.connection, sources[-1].id, mailbox)
            ingest.write(self.connection, place, entries, self.agent.book(), self.agent.judge, touched)

    def differences(self) -> int:
        with writing(self.connection):
            return recompute(self.agent)
