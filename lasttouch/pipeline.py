"""One pass over the sources: batch → judgement → log, with the cursor in the same transaction."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.meeting import CalendarObject
from lasttouch.address_book import add_strangers
from lasttouch.agent import Agent
from lasttouch.book_pass import AddressBookPass
from lasttouch.meetings import Meetings, is_about_somebody_listed
from lasttouch.options import Account
from lasttouch.source_pass import Report, SourcePass
from lasttouch.sources import source_of
from matchers.book import AddressBook
from matchers.message import judge_mail, message_facts, message_identity, message_time
from store import calendars, deferred, forgetting, ingest, places
from store.database import writing
from store.ingest import Written
from store.places import SourceRow
from store.rows import Entry
from store.unmatched import unmatched

EXPAND_AGAIN_AFTER = timedelta(days=1)
# A batch is some 100,000 objects that are all alive and in no cycle; to look for cycles among them at every
# 700th, as Python does by default, took a tenth of a first pass.
OBJECTS_BETWEEN_COLLECTIONS = 50_000

Progress = Callable[[Report, Batch], None]


def sync(agent: Agent, only: str | None = None, progress: Progress | None = None) -> Iterator[Report]:
    """Read every source of every account (or of the one named `only`) once; a report each, as it is done.

    A source that fails is reported and noted in the database; the others are read all the same.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    accounts = {account.name: account for account in agent.config.accounts}
    with writing(agent.connection):
        rows = places.register(agent.connection, {a.name: (a.owner, a.kinds) for a in accounts.values()})
    wanted = [row for row in rows if only in (None, row.account)]
    for row in wanted:
        if row.kind == "carddav":  # contacts first: what follows is matched to them
            yield AddressBookPass(agent, accounts[row.account], row).run()
    book = agent.book()
    for row in wanted:
        if row.kind != "carddav":
            yield _ActivityPass(agent, accounts[row.account], row, book, progress).run()
    if agent.config.contacts_from == "two-way":
        add_strangers(agent, [one for one in unmatched(agent.connection, agent.clock()) if one.two_way])
    agent.refresh()


class _ActivityPass(SourcePass):
    """Mail or a calendar."""

    def __init__(
        self, agent: Agent, account: Account, row: SourceRow, book: AddressBook, progress: Progress | None
    ) -> None:
        super().__init__(agent, account, row)
        self.book = book
        self.progress = progress
        self.meetings = Meetings(agent, book)

    def read(self) -> None:
        source = source_of(self.agent.loaded, self.account, self.row.kind, self.started)
        for batch in source.batches(places.cursors(self.agent.connection, self.row.id)):
            self._store(batch)
            if self.progress is not None:
                self.progress(self.report, batch)
        self._expand_further()

    def _store(self, batch: Batch) -> None:
        """One batch, its skips and its cursor, in one transaction."""
        agent, connection = self.agent, self.agent.connection
        skipped = list(batch.skipped)
        withheld: list[bytes] = []
        entries = [
            e for item in batch.items if isinstance(item, Envelope) and (e := self._entry(item, skipped, withheld))
        ]
        looked = [
            self.meetings.look(self.row, batch.place, item) for item in batch.items if isinstance(item, CalendarObject)
        ]
        skipped += [skip for one in looked if one.occurrences for skip in one.occurrences.skipped]
        with writing(connection):
            place = places.place_id(connection, self.row.id, batch.place)
            self._write(place, entries)
            for one in looked:
                self._count(self.meetings.keep(self.account.name, place, one))
            shared = [one.first.uid for one in looked if one.occurrences]
            self._count(self.meetings.expand(deferred.of_meetings(connection, shared)))
            removed = list(batch.removed)
            if batch.holds is not None:
                removed += calendars.others_than(connection, place, batch.holds)
            self.meetings.remove(place, removed)
            places.forget_skipped(connection, place, [*removed, *(one.item.href for one in looked)])
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
        return Entry(facts, judge_mail(facts, self.agent.house))

    def _write(self, place: int, entries: list[Entry]) -> None:
        if not self.agent.config.store_unmatched:
            entries = [entry for entry in entries if is_about_somebody_listed(entry, self.book)]
        self._count(ingest.write(self.agent.connection, place, entries, self.book, self.agent.judge))

    def _count(self, written: Written) -> None:
        self.report.new += written.new
        self.report.touches += written.touches

    def _expand_further(self) -> None:
        """Series go on: as the window moves, further occurrences come into it without any change on the server."""
        connection = self.agent.connection
        known_to = self.started + self.agent.config.horizon - EXPAND_AGAIN_AFTER
        for stored in deferred.to_expand_again(connection, self.row.id, known_to):
            with writing(connection):
                self._count(self.meetings.expand([stored]))
