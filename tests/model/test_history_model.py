"""Whatever happens in whatever order, the dates are those a naive reading of the facts gives."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from activity.address import Address
from activity.batch import Batch
from activity.contact import ContactEntry
from activity.envelope import Envelope
from lasttouch import address_book, forgetting
from lasttouch.agent import Agent, opened
from lasttouch.config import load_config
from lasttouch.pipeline import sync
from store.database import writing
from store.people import people

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = [f"p{n}@firm{n % 2}.example" for n in range(3)]
OWN = ["ana@acme.example", "ana@home.example"]
MINUTES = st.integers(1, 500_000)
SOMEBODY = st.sampled_from([*PEOPLE, OWN[0], OWN[0], OWN[0], OWN[1]])


@dataclass
class Message:
    """A message as the model knows it."""

    number: int
    at: datetime
    sender: str
    to: tuple[str, ...]
    automatic: bool
    bounced: set[str] = field(default_factory=set)


class TwinMailbox:
    """A mailbox in memory: yields what came after the number in its cursor."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        start = int(cursors.get("INBOX", "0"))
        for low in range(start, len(self.envelopes), 3):
            items = self.envelopes[low : low + 3]
            yield Batch("INBOX", items=list(items), cursor=str(low + len(items)))


class History(RuleBasedStateMachine):
    """The log fed by a twin mailbox, beside lists of messages and contacts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.box = TwinMailbox()
        self.messages: list[Message] = []
        self.contacts: dict[int, set[str]] = {}
        self.own = [OWN[0]]
        self.forgotten: set[str] = set()
        self.now = START + timedelta(days=400)

    def teardown(self) -> None:
        self.folder.cleanup()

    @contextlib.contextmanager
    def agent(self) -> Iterator[Agent]:
        path = Path(self.folder.name) / "config.toml"
        own = ", ".join(f'"{address}"' for address in self.own)
        path.write_text(
            f'database = "log.db"\n[[accounts]]\nname = "a"\naddresses = [{own}]\n[[accounts.files]]\npath = "x"\n'
        )
        with opened(load_config(path), lambda: self.now) as agent:
            yield agent

    def read(self) -> int:
        with self.agent() as agent, patch("lasttouch.pipeline.source_of", lambda *_: self.box):
            (report,) = sync(agent)
            assert report.error is None
            return report.new

    @rule(
        sender=SOMEBODY,
        to=st.lists(SOMEBODY, min_size=1, max_size=3, unique=True),
        minutes=MINUTES,
        automatic=st.booleans(),
    )
    def a_message_comes(self, sender: str, to: list[str], minutes: int, automatic: bool) -> None:
        message = Message(len(self.messages), START + timedelta(minutes=minutes), sender, tuple(to), automatic)
        self.messages.append(message)
        signs = {"auto-submitted": "auto-replied"} if automatic else {}
        self._deliver(message, signs)
        self.read()

    def _deliver(self, message: Message, signs: dict[str, str], **more: Any) -> None:
        self.box.envelopes.append(
            Envelope(
                message_id=f"<m{message.number}>",
                date=message.at,
                internal_date=message.at,
                from_=(Address(message.sender),),
                to=tuple(Address(email) for email in message.to),
                signs=signs,
                **more,
            )
        )

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def a_message_comes_back(self, data: st.DataObject) -> None:
        lost = data.draw(st.sampled_from(self.messages))
        email = data.draw(st.sampled_from(lost.to))
        lost.bounced.add(email)
        bounce = Message(10_000 + len(self.box.envelopes), lost.at, "mailer-daemon@mx.example", (OWN[0],), True)
        signs = {"x-failed-recipients": email, "auto-submitted": "auto-replied"}
        self._deliver(bounce, signs, in_reply_to=(f"<m{lost.number}>",))
        self.read()

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def a_copy_is_seen_with_list_headers(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.messages))
        self._deliver(message, {"list-id": "<l.other.example>", "list-post": "<mailto:l@l.other.example>"})
        if message.automatic:
            message.automatic = True  # a list post is more personal than a machine, and still no touch
        self.read()

    @initialize()
    def everybody_is_a_contact(self) -> None:
        for email in PEOPLE:
            self.a_contact_is_added(email)

    @rule(email=st.sampled_from(PEOPLE))
    def a_contact_is_added(self, email: str) -> None:
        if email in self.forgotten or any(email in emails for emails in self.contacts.values()):
            return
        with self.agent() as agent:
            (contact_id,) = address_book.take_in(agent, [ContactEntry(f"N {email}", [email])]).imported.contacts
        self.contacts[contact_id] = {email}

    @precondition(lambda self: len(self.contacts) > 1)
    @rule(data=st.data())
    def two_contacts_are_merged(self, data: st.DataObject) -> None:
        into, other = data.draw(st.permutations(sorted(self.contacts)))[:2]
        with self.agent() as agent:
            address_book.merge(agent, into, [other])
        self.contacts[into] |= self.contacts.pop(other)

    @precondition(lambda self: self.contacts)
    @rule(data=st.data())
    def a_contact_is_removed(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.contacts)))
        with self.agent() as agent:
            address_book.remove(agent, [contact_id])
        del self.contacts[contact_id]

    @precondition(lambda self: self.contacts)
    @rule(data=st.data())
    def a_contact_is_erased(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.contacts)))
        with self.agent() as agent:
            forgetting.forget(agent, [contact_id], [])
        self.forgotten |= self.contacts.pop(contact_id)

    @rule()
    def the_other_address_becomes_ours_or_not(self) -> None:
        self.own = OWN[:1] if len(self.own) == 2 else list(OWN)
        with self.agent():
            pass

    @rule()
    def everything_is_read_again(self) -> None:
        with self.agent() as agent, writing(agent.connection):
            agent.connection.execute("UPDATE place SET cursor = NULL")
        assert self.read() == 0

    @invariant()
    def the_dates_are_true(self) -> None:
        with self.agent() as agent:
            found = {
                one.id: (one.last_inbound, one.last_outbound, one.last_copied, one.touches)
                for one in people(agent.connection, self.now)
            }
            with writing(agent.connection):
                assert agent.recompute() == 0
        assert found == {contact_id: self.expected(emails) for contact_id, emails in self.contacts.items()}

    def expected(self, emails: set[str]) -> tuple[Any, ...]:
        inbound, outbound, copied, touches = [], [], [], 0
        for message in self.messages:
            everybody = {message.sender, *message.to}
            if message.automatic or self.is_erased(message):
                continue
            ours = message.sender in self.own
            if everybody <= set(self.own):
                continue
            kinds = set()
            for email in emails & everybody:
                if email == message.sender:
                    kinds.add("in")
                elif ours:
                    kinds.add("out" if email not in message.bounced else "")
                else:
                    kinds.add("copied")
            inbound += [message.at] if "in" in kinds else []
            outbound += [message.at] if "out" in kinds else []
            copied += [message.at] if "copied" in kinds else []
            touches += bool(kinds & {"in", "out"})
        return max(inbound, default=None), max(outbound, default=None), max(copied, default=None), touches

    def is_erased(self, message: Message) -> bool:
        others = {message.sender, *message.to} - self.forgotten
        return message.sender in self.forgotten or (len(others) < 2 and bool({*message.to} & self.forgotten))


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
