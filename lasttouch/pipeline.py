"""One pass over the sources: batch → judgement → log, with the cursor in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.meeting import CalendarObject
from lasttouch.address_book import add_strangers
from lasttouch.agent import Agent
from lasttouch.book_pass import AddressBookPass
from lasttouch.occurrences import Expanded, Window, expanded
from lasttouch.options import Account
from lasttouch.source_pass import Report, SourcePass
from lasttouch.sources import source_of
from matchers.book import AddressBook
from matchers.message import judge_new_mail, message_facts, message_identity, message_time
from store import calendars, forgetting, ingest, places
from store.database import writing
from store.places import SourceRow
from store.rows import Entry
from store.unmatched import unmatched

EXPAND_AGAIN_AFTER = timedelta(days=1)

Progress = Callable[[Report, Batch], None]


def sync(agent: Agent, only: str | None = None, progress: Progress | None = None) -> Iterator[Report]:
    """Read every source of every account (or of the one named `only`) once; a report each, as it is done.

    A source that fails is reported and noted in the database; the others are read all the same.
    """
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
        self.window = Window.of(agent.config, account, self.started)

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
        objects = [expanded(agent, item, self.window) for item in batch.items if isinstance(item, CalendarObject)]
        skipped += [skip for one in objects for skip in one.skipped]
        with writing(connection):
            place = places.place_id(connection, self.row.id, batch.place)
            self._write(place, entries)
            for one in objects:
                self._store_object(place, one)
            removed = list(batch.removed)
            if batch.holds is not None:
                removed += calendars.others_than(connection, place, batch.holds)
            gone = calendars.remove(connection, place, removed, agent.clock())
            places.forget_skipped(connection, place, [*removed, *(one.item.href for one in objects)])
            ingest.rejudge(connection, gone, agent.judge)
            places.note_skipped(connection, place, skipped, agent.clock())
            forgetting.note_withheld(connection, withheld)
            if batch.cursor is not None:
                places.move_cursor(connection, place, batch.cursor)
        self.report.read += len(batch.items)
        self.report.removed += len(batch.removed)
        self.report.skipped += len(skipped)
        self.visited(batch.place, batch.error)

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
        if not one.item.text:  # private now, or with nobody who may be kept
            gone = calendars.remove(connection, place, [one.item.href], self.agent.clock(), outright=True)
            ingest.rejudge(connection, gone, judge)
            return
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
