"""One pass over the sources: batch → judgement → log, with the cursor in the same transaction."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from activity import source_kind
from activity.address import domain_of
from activity.batch import Batch, Item, Skip
from activity.envelope import FLAGGED, Envelope, Mark
from activity.errors import Superseded
from activity.facts import Judgement
from activity.meeting import CalendarObject
from activity.shape import packed
from lasttouch.configuration.options import Account
from lasttouch.keeping import learning
from lasttouch.keeping.address_book import add_strangers
from lasttouch.keeping.agent import Agent, register_sources
from lasttouch.keeping.by_halves import ByHalves
from lasttouch.keeping.meetings import Looked, Meetings, is_about_somebody_listed
from lasttouch.passes.book_pass import AddressBookPass
from lasttouch.passes.source_pass import ONCE, Manner, Report, SourcePass
from lasttouch.passes.sources import source_of
from matchers.authors import as_written
from matchers.canonical import canonical
from matchers.domains import is_free_mail
from matchers.mailings import mailing_key
from matchers.message import judge_mail, message_facts, message_identity, message_time
from store import calendars, deferred, forgetting, ingest, marks, places, touches
from store.database import writing
from store.ingest import Written
from store.places import SourceRow
from store.rows import Entry, timestamp
from store.unmatched import unmatched

EXPAND_AGAIN_AFTER = timedelta(days=1)
MARKS_KEPT = timedelta(days=120)
# A batch is some 100,000 objects that are all alive and in no cycle; to look for cycles among them at every
# 700th, as Python does by default, took a tenth of a first pass.
OBJECTS_BETWEEN_COLLECTIONS = 150_000

Progress = Callable[[Report, Batch], None]


def sync(
    agent: Agent, only: str | None = None, progress: Progress | None = None, manner: Manner = ONCE
) -> Iterator[Report]:
    """Read every source of every account (or of the one named `only`) once; a report each, as it is done.

    A source that fails is reported and noted in the database; the others are read all the same.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    rows = [row for row in registered(agent) if only in (None, row.account)]
    for row in sorted(rows, key=lambda row: row.kind != source_kind.CONTACTS):  # what follows is matched to them
        yield pass_over(agent, row, manner, progress).run()
    settle(agent)


def registered(agent: Agent) -> list[SourceRow]:
    """The sources of the configuration, which from now on are those the log shows."""
    with agent.turn, writing(agent.connection):
        return register_sources(agent.connection, agent.config)


def pass_over(agent: Agent, row: SourceRow, manner: Manner = ONCE, progress: Progress | None = None) -> SourcePass:
    """One pass over one source, yet to be run. Raises Superseded where the configuration knows it no more."""
    account = next((account for account in agent.config.accounts if account.name == row.account), None)
    if account is None or row.kind not in account.kinds:
        raise Superseded(f"the configuration has no {row.kind} of {row.account} any more")
    if row.kind == source_kind.CONTACTS:
        return AddressBookPass(agent, account, row, manner)
    return _ActivityPass(agent, account, row, manner, progress)


def settle(agent: Agent) -> None:
    """What follows from new activities, or from time, once they are in the log: contacts, and touches that are due."""
    with agent.turn:
        if agent.config.contacts_from == "two-way":
            met = unmatched(agent.log, agent.clock(), two_way=True, to_be_listed=True)
            at_work = [one for one in met if one.company or not is_free_mail(domain_of(one.address))]
            if at_work:  # private mailboxes are for the user to choose among: contacts suggest
                add_strangers(agent, at_work)
        agent.refresh()
        lesson = learning.lesson_due(agent.log, agent.clock())
        with writing(agent.connection):
            learning.keep_up(agent.connection, agent.clock(), lesson)
            marks.prune(agent.connection, timestamp(agent.clock() - MARKS_KEPT), FLAGGED)


def _worth_following(mark: Mark | None, judgement: Judgement, age: timedelta) -> Mark | None:
    """The mark, if the message is a person's to us and recent, or flagged."""
    if mark is None or judgement.direction != "inbound" or judgement.verdict.kind != "person":
        return None
    return mark if mark.bits & FLAGGED or age <= MARKS_KEPT else None


class _Judged(NamedTuple):
    """A batch on its way into the log."""

    entries: list[Entry]
    objects: list[Looked]
    skipped: list[Skip]
    withheld: list[bytes]


class _ActivityPass(SourcePass):
    """Mail or a calendar."""

    def __init__(
        self, agent: Agent, account: Account, row: SourceRow, manner: Manner, progress: Progress | None
    ) -> None:
        super().__init__(agent, account, row, manner)
        self.progress = progress
        self.meetings = Meetings(agent)
        self._by_halves = ByHalves(f"{row.account} {row.kind}")

    def read(self) -> None:
        source = source_of(self.agent.loaded, self.account, self.row.kind, self.started)
        for batch in source.batches(self.cursors()):
            self._store(batch)
            if self.progress is not None:
                self.progress(self.report, batch)
        self._expand_further()

    def _store(self, batch: Batch) -> None:
        """One batch. Where our own code stumbles over an item, that one is left out and named, and no other."""

        def store(items: Sequence[Item], left_out: Sequence[Skip], is_last: bool) -> None:
            if is_last:
                named = {skip.item for skip in left_out}
                settled = [name for name in batch.settled if name not in named]
                self._store_whole(
                    replace(batch, items=list(items), skipped=[*batch.skipped, *left_out], settled=settled)
                )
            else:
                self._store_whole(Batch(batch.place, list(items)))
            self.report.read += len(left_out)

        self._by_halves(batch.items, store, _name_of)

    def _store_whole(self, batch: Batch) -> None:
        """One batch; judged anew if meanwhile another process erased somebody, or changed the rules."""
        while not self._is_stored(batch, judged := self._judged(batch)):
            with self.agent.turn:
                self.agent.catch_up()
        self.report.read += len(batch.items)
        self.report.removed += len(batch.removed)
        self.report.skipped += len({skip.item for skip in judged.skipped})  # as `status` names them
        self.visited(batch.place, batch.error)

    def _judged(self, batch: Batch) -> _Judged:
        skipped = list(batch.skipped)
        withheld: list[bytes] = []
        entries = [
            e for item in batch.items if isinstance(item, Envelope) and (e := self._entry(item, skipped, withheld))
        ]
        items = [item for item in batch.items if isinstance(item, CalendarObject)]
        objects = self.meetings.look(self.row, batch.place, items)
        skipped += [skip for one in objects if one.occurrences for skip in one.occurrences.named]
        return _Judged(entries, objects, skipped, withheld)

    def _is_stored(self, batch: Batch, judged: _Judged) -> bool:
        """The batch, its touches and its cursor, in one transaction; False if it was judged by what holds no more."""
        agent, connection = self.agent, self.agent.connection
        with agent.turn, writing(connection):
            agent.insist_on_being_current()
            if not agent.is_current():
                return False
            place = places.place_id(connection, self.row.id, batch.place)
            messages = self._write(place, judged.entries)
            meetings = self.meetings.keep(self.row, batch.place, place, judged.objects)
            removed = list(batch.removed)
            if batch.holds is not None:
                removed += calendars.others_than(connection, place, batch.holds)
            self.meetings.remove(place, removed)
            if batch.marks is not None:
                marks.follow(connection, place, batch.marks.first, batch.marks.bits)
            settled = [*removed, *batch.settled, *(one.item.href for one in judged.objects)]
            places.forget_skipped(connection, place, settled, batch.holds)
            places.note_skipped(connection, place, judged.skipped, agent.clock())
            forgetting.note_withheld(connection, judged.withheld)
            touches.refresh_but_busiest(connection, agent.clock())
            if batch.cursor is not None:
                places.move_cursor(connection, place, batch.cursor)
        self._count(messages)
        self._count(meetings)
        return True

    def _entry(self, envelope: Envelope, skipped: list[Skip], withheld: list[bytes]) -> Entry | None:
        at = message_time(envelope.date, envelope.internal_date)
        if at is None:
            skipped.append(Skip(_name_of(envelope), "it has no readable date"))
            return None
        envelope = as_written(envelope, self.agent.house)
        facts = message_facts(envelope, at, self.agent.never_log, keep_subject=True)
        if facts is None:
            withheld.append(self.agent.forgotten.hash(message_identity(envelope)))
            return None
        if not self.agent.config.store_subjects:
            facts.topic, facts.subject = self.agent.topic_of(facts.subject), ""
        judgement = judge_mail(facts, self.agent.house)
        if judgement.verdict.kind in ("person", "broadcast"):
            outbound = judgement.direction == "outbound"
            facts.shape = packed(envelope.shape, mailing_key(envelope, self.agent.forgotten.key) if outbound else 0)
        return Entry(facts, judgement, None, _worth_following(envelope.mark, judgement, self.started - at))

    def _write(self, place: int, entries: list[Entry]) -> Written:
        # not a book for the whole pass: contacts may change while it is read
        emails = {person.address.email for entry in entries for person in entry.facts.participants}
        book = self.agent.book(set(map(canonical, emails)))
        if not self.agent.config.store_unmatched:
            entries = [entry for entry in entries if is_about_somebody_listed(entry, book)]
        return ingest.write(self.agent.connection, place, entries, book, self.agent.judge)

    def _count(self, written: Written) -> None:
        self.report.new += written.new
        self.report.touches += written.touches

    def _expand_further(self) -> None:
        """As the window moves, further occurrences of series come into it, and earlier meetings where it grows, without
        any change on the server."""
        connection = self.agent.connection
        known_to = self.started + self.agent.config.horizon - EXPAND_AGAIN_AFTER
        known_from = self.started - self.agent.config.backfill + EXPAND_AGAIN_AFTER
        with self.agent.turn:
            due = deferred.to_expand_again(connection, self.row.id, known_from, known_to)
        for stored in due:
            with self.agent.turn, writing(connection):
                self.agent.insist_on_being_current()
                if self.agent.is_current():
                    self._count(self.meetings.expand([stored]))
                    touches.refresh_but_busiest(connection, self.agent.clock())
                    continue
            with self.agent.turn:
                self.agent.catch_up()
            return self._expand_further()  # what was read above may name somebody who is erased by now
        return None


def _name_of(item: Item) -> str:
    """What a skip calls it."""
    if isinstance(item, Envelope):
        return item.message_id or "a message without Message-ID"
    return item.href
