"""One pass over the sources: batch → judgement → log, with the cursor in the same transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.errors import AuthenticationFailed, SourceError, Throttled
from activity.meeting import CalendarObject
from lasttouch.address_book import add_strangers
from lasttouch.agent import Agent
from lasttouch.config import Account
from lasttouch.occurrences import Expanded, Window, expanded
from lasttouch.sources import source_of
from matchers.book import AddressBook
from matchers.message import judge_new_mail, message_facts, message_identity, message_time
from store import calendars, forgetting, ingest, places
from store.database import writing
from store.places import SourceRow
from store.rows import Entry
from store.unmatched import unmatched

REFUSALS_AN_HOUR = 3
LONGEST_PAUSE_SECONDS = 3600
EXPAND_AGAIN_AFTER = timedelta(days=1)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What one pass did with one source. `read` counts items the source gave, `new` activities added to the log,
    `touches` those of them that touch a contact.
    """

    account: str
    source: str
    read: int = 0
    new: int = 0
    touches: int = 0
    removed: int = 0
    skipped: int = 0
    error: SourceError | None = None


Progress = Callable[[Report, Batch], None]


def sync(agent: Agent, only: str | None = None, progress: Progress | None = None) -> Iterator[Report]:
    """Read every source of every account (or of the one named `only`) once; a report each, as it is done.

    A source that fails is reported and noted in the database; the others are read all the same.
    """
    accounts = {account.name: account for account in agent.config.accounts}
    with writing(agent.connection):
        rows = places.register(agent.connection, {a.name: (a.owner, a.kinds) for a in accounts.values()})
    book = agent.book()
    for row in rows:
        if only in (None, row.account):
            yield _Pass(agent, accounts[row.account], row, book).run(progress)
    if agent.config.contacts_from == "two-way":
        add_strangers(agent, [one for one in unmatched(agent.connection, agent.clock()) if one.two_way])
    agent.refresh()


class _Pass:
    """One source, read once."""

    def __init__(self, agent: Agent, account: Account, row: SourceRow, book: AddressBook) -> None:
        self.agent = agent
        self.account = account
        self.row = row
        self.book = book
        self.started = agent.clock()
        self.window = Window.of(agent.config, account, self.started)
        self.report = Report(row.account, row.kind)

    def run(self, progress: Progress | None) -> Report:
        self.report.error = self._waits_after_refusals()
        if self.report.error is not None:
            return self.report
        try:
            source = source_of(self.agent.loaded, self.account, self.row.kind, self.started)
            for batch in source.batches(places.cursors(self.agent.connection, self.row.id)):
                self._store(batch)
                if progress is not None:
                    progress(self.report, batch)
            self._expand_further()
        except SourceError as error:
            self.report.error = error
        self._note_outcome()
        return self.report

    def _store(self, batch: Batch) -> None:
        """One batch, its skips and its cursor, in one transaction."""
        agent, connection = self.agent, self.agent.connection
        skipped = list(batch.skipped)
        withheld: list[bytes] = []
        entries = [
            e for item in batch.items if isinstance(item, Envelope) and (e := self._entry(item, skipped, withheld))
        ]
        objects = [expanded(agent, item, self.window) for item in batch.items if isinstance(item, CalendarObject)]
        skipped += [skip for one in objects for skip in one.skipped]
        with writing(connection):
            place = places.place_id(connection, self.row.id, batch.place)
            self._write(place, entries)
            for one in objects:
                self._store_object(place, one)
            gone = calendars.remove(connection, place, batch.removed, agent.clock())
            ingest.rejudge(connection, gone, agent.judge)
            places.note_skipped(connection, place, skipped, agent.clock())
            forgetting.note_withheld(connection, withheld)
            if batch.cursor is not None:
                places.move_cursor(connection, place, batch.cursor)
        self.report.read += len(batch.items)
        self.report.removed += len(batch.removed)
        self.report.skipped += len(skipped)
        self.report.error = self.report.error or batch.error

    def _entry(self, envelope: Envelope, skipped: list[Skip], withheld: list[bytes]) -> Entry | None:
        at = message_time(envelope.date, envelope.internal_date, self.agent.clock())
        if at is None:
            skipped.append(Skip(envelope.message_id or "a message without Message-ID", "it has no readable date"))
            return None
        facts = message_facts(envelope, at, self.agent.never_log, self.agent.config.store_subjects)
        if facts is None:
            withheld.append(self.agent.forgotten.hash(message_identity(envelope)))
            return None
        return Entry(facts, judge_new_mail(envelope, facts, self.agent.house))

    def _store_object(self, place: int, one: Expanded) -> None:
        connection, judge = self.agent.connection, self.agent.judge
        object_id = calendars.keep(connection, place, one.item, one.expanded_to)
        entries = [Entry(facts, judge(facts), object_id) for facts in one.facts]
        self._write(place, entries)
        shown = [facts.identity for facts in one.facts]
        gone = calendars.drop_vanished(connection, object_id, shown, self.window.start, self.agent.clock())
        ingest.rejudge(connection, gone, judge)

    def _write(self, place: int, entries: list[Entry]) -> None:
        if not self.agent.config.store_unmatched:
            entries = [entry for entry in entries if self._is_about_somebody_listed(entry)]
        written = ingest.write(self.agent.connection, place, entries, self.book, self.agent.judge)
        self.report.new += written.new
        self.report.touches += written.touches

    def _is_about_somebody_listed(self, entry: Entry) -> bool:
        rules = {self.book.match(person.address.email).rule for person in entry.facts.participants}
        return bool(rules - {"self", "none"})

    def _expand_further(self) -> None:
        """Series go on: as the window moves, further occurrences come into it without any change on the server."""
        connection = self.agent.connection
        for stored in calendars.to_expand_again(connection, self.row.id, self.window.end - EXPAND_AGAIN_AFTER):
            one = expanded(self.agent, CalendarObject(stored.href, stored.etag, stored.text), self.window)
            with writing(connection):
                self._store_object(stored.place_id, one)

    def _waits_after_refusals(self) -> SourceError | None:
        """The standing error, where the server has refused our credentials as often as it may in an hour."""
        recent = [
            at for at in places.refusals(self.agent.connection, self.row.id) if at > self.started - timedelta(hours=1)
        ]
        if len(recent) < REFUSALS_AN_HOUR:
            return None
        message, hint = places.standing_error(self.agent.connection, self.row.id)
        free = recent[0] + timedelta(hours=1)
        return AuthenticationFailed(
            f"{message}; refused {len(recent)} times within the hour, so not tried again before {free:%H:%M} UTC", hint
        )

    def _note_outcome(self) -> None:
        connection, now, error = self.agent.connection, self.agent.clock(), self.report.error
        with writing(connection):
            if error is None:
                places.note_success(connection, self.row.id, self.started, now)
            else:
                _log.warning("%s of account %s: %s", self.row.kind, self.row.account, error.message)
                places.note_failure(connection, self.row.id, error, now, now + self._pause(error))

    def _pause(self, error: SourceError) -> timedelta:
        asked = error.retry_after if isinstance(error, Throttled) else None
        return max(self.account.poll_every, timedelta(seconds=min(asked or 0, LONGEST_PAUSE_SECONDS)))
