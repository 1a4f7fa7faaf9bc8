"""Whatever happens in whatever order, the dates are those a naive reading of the facts gives."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from diary import Dates, Diary, Meeting, Message
from generated import examples
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from served import CALENDARS, OWN, config_text, envelope, message_id, object_text
from twins import TwinCalendar, TwinMailbox

from activity.contact import ContactEntry
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book, contact_changes, forgetting
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from lasttouch.passes.pipeline import sync
from store.companies import companies
from store.people import people
from store.transactions import writing

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ["p0@firm0.example", "p1@firm1.example", "p2@firm0.example"]
TAGGED = "p0+crm@firm0.example"
SOMEBODY = st.sampled_from([*PEOPLE, TAGGED, OWN[0], OWN[0], OWN[0], OWN[1]])
GUEST = st.sampled_from([*PEOPLE, TAGGED])
ANSWER = st.sampled_from(["ACCEPTED", "ACCEPTED", "NEEDS-ACTION", "TENTATIVE", "DECLINED"])
MESSAGE = st.tuples(
    SOMEBODY, st.lists(SOMEBODY, min_size=1, max_size=3, unique=True), st.integers(0, 400_000), st.integers(0, 9)
)
MEETING = st.tuples(
    st.sampled_from([-300, -40, -9, -6, -3, -1, 0, 2, 20, 60]),
    st.dictionaries(GUEST, ANSWER, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(sorted(CALENDARS)), ANSWER, min_size=1),
    st.booleans(),
)


class History(RuleBasedStateMachine):
    """The log fed by twins of servers, beside a diary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.box = TwinMailbox()
        self.calendars = {name: TwinCalendar() for name in CALENDARS}
        self.diary = Diary(now=START + timedelta(days=400), own=[OWN[0], CALENDARS["ben"]])

    def teardown(self) -> None:
        self.folder.cleanup()

    @contextlib.contextmanager
    def agent(self) -> Iterator[Agent]:
        path = Path(self.folder.name) / "config.toml"
        path.write_text(config_text(self.diary))
        with opened(load_config(path), lambda: self.diary.now) as agent:
            yield agent

    def read(self) -> int:
        def twin(_loaded: Any, account: Any, kind: str, *_: Any) -> TwinMailbox | TwinCalendar:
            return self.box if kind == "imap" else self.calendars[account.name]

        with self.agent() as agent, patch("lasttouch.passes.pipeline.source_of", twin):
            reports = list(sync(agent))
        assert [report.error for report in reports] == [None] * 3
        return sum(report.new for report in reports)

    # what happens

    @initialize(messages=st.lists(MESSAGE, min_size=8, max_size=12), meetings=st.lists(MEETING, min_size=3, max_size=5))
    def there_is_a_past(self, messages: list[Any], meetings: list[Any]) -> None:
        for email in PEOPLE:
            self.a_contact_is_added(email, True)
        self.messages_come(messages)
        self.meetings_are_put_down(meetings)

    @rule(drawn=st.lists(MESSAGE, min_size=1, max_size=6))
    def messages_come(self, drawn: list[Any]) -> None:
        for sender, to, minutes, kind in drawn:
            earlier = self.diary.messages[-3:]
            thread = earlier[kind % len(earlier)].thread if earlier and kind % 2 else len(self.diary.messages)
            at = self.diary.now - timedelta(minutes=minutes)
            message = Message(len(self.diary.messages), at, sender, tuple(to), kind == 8, thread)
            self.diary.messages.append(message)
            self._deliver(message, {"auto-submitted": "auto-replied"} if message.automatic else {})
        self.read()

    @rule(drawn=st.lists(MEETING, min_size=1, max_size=3))
    def meetings_are_put_down(self, drawn: list[Any]) -> None:
        for days, answers, owners, by_guest in drawn:
            start = self.diary.now.replace(microsecond=0) + timedelta(days=days, hours=-0.5)
            organizer = sorted(answers)[0] if by_guest else CALENDARS[sorted(owners)[0]]
            meeting = Meeting(len(self.diary.meetings), start, 1, organizer, dict(answers), dict(owners))
            self.diary.meetings.append(meeting)
            self._put(meeting)
        self.read()

    @precondition(lambda self: self.diary.messages)
    @rule(data=st.data(), names_it=st.booleans())
    def a_message_comes_back(self, data: st.DataObject, names_it: bool) -> None:
        lost = data.draw(st.sampled_from(self.diary.messages[-5:]))
        email = data.draw(st.sampled_from(lost.to))
        at = lost.at + timedelta(minutes=10)
        if at > self.diary.now:
            return
        if names_it:
            lost.bounced.add(email)
        else:
            self.diary.unnamed_bounces.append((at, email))
        bounce = Message(10_000 + len(self.box.envelopes), at, "mailer-daemon@mx.example", (OWN[0],), True, -1)
        signs = {"x-failed-recipients": email, "auto-submitted": "auto-replied"}
        self._deliver(bounce, signs, (message_id(lost),) if names_it else ())
        self.read()

    @precondition(lambda self: self.diary.messages)
    @rule(data=st.data())
    def a_copy_is_seen_with_list_headers(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.diary.messages))
        self._deliver(message, {"list-id": "<l.other.example>", "list-post": "<mailto:l@l.other.example>"})
        self.read()

    @precondition(lambda self: self.diary.meetings)
    @rule(data=st.data(), change=st.sampled_from(["move", "cancel", "answer", "decline"]))
    def a_meeting_is_edited(self, data: st.DataObject, change: str) -> None:
        meeting = data.draw(st.sampled_from(self.diary.meetings))
        if not meeting.owners:
            return
        meeting.sequence += 1
        all_know = change == "decline" or data.draw(st.booleans())
        if change == "move":
            meeting.start += timedelta(days=data.draw(st.integers(-40, 40)))
        elif change == "cancel":
            meeting.cancelled = not meeting.cancelled
        else:
            answers = meeting.answers if change == "answer" else meeting.owners
            answers[data.draw(st.sampled_from(sorted(answers)))] = data.draw(ANSWER)
        self._put(meeting, *([] if all_know else sorted(meeting.owners)[:1]))
        self.read()

    @precondition(lambda self: self.diary.meetings)
    @rule(data=st.data(), from_all=st.booleans())
    def a_meeting_is_deleted(self, data: st.DataObject, from_all: bool) -> None:
        meeting = data.draw(st.sampled_from(self.diary.meetings))
        if not meeting.owners or meeting.is_uneven:
            return
        names = sorted(meeting.owners)
        for name in names if from_all else names[:1]:
            last_answer = meeting.owners.pop(name)
            self.calendars[name].delete(f"{meeting.number}.ics")
            self.read()
        if not meeting.owners:
            meeting.deleted_at = self.diary.now
            meeting.cancelled |= last_answer == "DECLINED"

    @rule(hours=st.sampled_from([1.5, 24, 8 * 24, 40 * 24]))
    def time_passes(self, hours: float) -> None:
        self.diary.now += timedelta(hours=hours)

    @rule()
    def everything_is_read_again(self) -> None:
        with self.agent() as agent, writing(agent.connection):
            agent.connection.execute("UPDATE place SET cursor = NULL")
        assert self.read() == 0

    # who is listed

    @rule(email=GUEST, with_company=st.booleans())
    def a_contact_is_added(self, email: str, with_company: bool) -> None:
        diary = self.diary
        domain = email.partition("@")[2]
        if diary.is_kept_out(email) or any(email in emails for emails in diary.contacts.values()):
            return
        if domain in diary.internal or email in diary.own:
            return  # one of us is no contact
        entry = ContactEntry(f"N {email}", [email], company=f"The {domain}" if with_company else "")
        with self.agent() as agent:
            (contact_id,) = address_book.import_contacts(agent, [entry], by_name=True).imported.contacts
        diary.contacts[contact_id] = {email}
        if with_company and domain not in diary.internal:
            diary.companies[domain] = entry.company

    @precondition(lambda self: self.diary.contacts)
    @rule(data=st.data(), email=GUEST)
    def a_contact_gets_an_alias(self, data: st.DataObject, email: str) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.diary.contacts)))
        if self.diary.is_kept_out(email):
            return
        with self.agent() as agent:
            contact_changes.add_alias(agent, contact_id, [email])
        self.diary.contacts[contact_id].add(email)

    @precondition(lambda self: len(self.diary.contacts) > 1)
    @rule(data=st.data())
    def two_contacts_are_merged(self, data: st.DataObject) -> None:
        into, other = data.draw(st.permutations(sorted(self.diary.contacts)))[:2]
        with self.agent() as agent:
            contact_changes.merge(agent, into, [other])
        self.diary.contacts[into] |= self.diary.contacts.pop(other)

    @precondition(lambda self: self.diary.contacts)
    @rule(data=st.data())
    def a_contact_is_removed(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.diary.contacts)))
        with self.agent() as agent:
            contact_changes.remove(agent, [contact_id])
        del self.diary.contacts[contact_id]

    @precondition(lambda self: len(self.diary.contacts) > 1)
    @rule(data=st.data())
    def a_contact_is_erased(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.diary.contacts)))
        with self.agent() as agent:
            forgetting.forget(agent, [contact_id], [])
        self.diary.erase(contact_id)

    # what is configured

    @rule()
    def the_other_address_becomes_ours_or_not(self) -> None:
        _toggle(self.diary.own, OWN[1])

    @rule()
    def a_domain_becomes_ours_or_not(self) -> None:
        _toggle(self.diary.internal, "firm1.example")

    @rule()
    def broadcasts_begin_at_two_or_at_many(self) -> None:
        self.diary.broadcast_over = 26 - self.diary.broadcast_over

    @precondition(lambda self: not self.diary.never_log)
    @rule(email=st.sampled_from(PEOPLE))
    def somebody_is_never_to_be_logged(self, email: str) -> None:
        self.diary.never_log_again(email)

    # what must hold

    @invariant()
    def the_dates_are_true(self) -> None:
        with self.agent() as agent:
            found = {
                one.id: Dates(
                    one.last_inbound, one.last_outbound, one.last_meeting, one.next_meeting, one.last_copied,
                    one.last_two_way, one.touches,
                )
                for one in people(agent.log, self.diary.now)
            }  # fmt: skip
            unlisted = {
                company.name: {(one.address, one.last_touch) for one in company.unlisted}
                for company in companies(agent.log, self.diary.now)
            }
            with writing(agent.connection):
                assert recompute(agent) == 0
        expected = self.diary.dates()
        assert found == expected, [(i, found.get(i), expected.get(i)) for i in expected if found.get(i) != expected[i]]
        assert unlisted == self.diary.unlisted(), (unlisted, self.diary.unlisted())

    def _deliver(self, message: Message, signs: dict[str, str], answers: tuple[str, ...] = ()) -> None:
        root = next((m for m in self.diary.messages if m.thread == message.thread), message)
        self.box.envelopes.append(envelope(message, root, signs, answers))

    def _put(self, meeting: Meeting, *names: str) -> None:
        """Into these calendars, or into all that show it; the others go on showing the former
        revision."""
        meeting.is_uneven = bool(names) and len(meeting.owners) > 1
        for name in names or meeting.owners:
            self.calendars[name].put(f"{meeting.number}.ics", object_text(meeting))


def _toggle(names: list[str], name: str) -> None:
    names.remove(name) if name in names else names.append(name)


TestHistory = pytest.mark.timeout(900)(History.TestCase)
TestHistory.settings = settings(
    max_examples=examples(40),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
