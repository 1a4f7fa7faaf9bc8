"""Batches on their way into the log: judged, matched, and written with their cursor in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.facts import Judgement
from activity.mark import FLAGGED, Mark
from activity.meeting import CalendarObject
from activity.shape import packed
from lasttouch.keeping.by_halves import ByHalves
from lasttouch.keeping.meetings import Looked, Meetings, is_about_somebody_listed
from lasttouch.passes.source_pass import SourcePass
from matchers.authors import as_written
from matchers.canonical import canonical
from matchers.mailings import mailing_key
from matchers.message import judge_mail, message_facts, message_identity, message_time
from store import calendars, erased, ingest, marks, places, touches
from store.database import writing
from store.deferred import StoredObject
from store.ingest import Written
from store.rows import Entry

if TYPE_CHECKING:
    from activity.batch import Item


def _worth_following(mark: Mark | None, judgement: Judgement, age: timedelta) -> Mark | None:
    """The mark, if the message is a person's to us and recent, or flagged."""
    if mark is None or judgement.direction != "inbound" or judgement.verdict.kind != "person":
        return None
    return mark if mark.bits & FLAGGED or age <= marks.KEPT else None


class _Judged(NamedTuple):
    """A batch on its way into the log."""

    entries: list[Entry]
    objects: list[Looked]
    skipped: list[Skip]
    withheld: list[bytes]


class Storing:
    """Stores what one pass over mail or a calendar reads, and counts it in the report of the pass."""

    def __init__(self, of: SourcePass) -> None:
        self._pass = of
        self._agent = of.agent
        self._row = of.row
        self._started = of.started
        self._report = of.report
        self._meetings = Meetings(of.agent)
        self._by_halves = ByHalves(f"{of.row.account} {of.row.kind}")

    def store(self, batch: Batch) -> None:
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
            self._report.read += len(left_out)

        self._by_halves(batch.items, store, _name_of)

    def _store_whole(self, batch: Batch) -> None:
        """One batch; judged anew if meanwhile another process erased somebody, or changed the rules."""
        while not self._is_stored(batch, judged := self._judged(batch)):
            with self._agent.lock:
                self._agent.catch_up()
        self._report.read += len(batch.items)
        self._report.removed += len(batch.removed)
        self._report.skipped += len({skip.item for skip in judged.skipped})  # as `status` names them
        self._pass.visited(batch.place, batch.error)

    def _judged(self, batch: Batch) -> _Judged:
        skipped = list(batch.skipped)
        withheld: list[bytes] = []
        entries = [
            e for item in batch.items if isinstance(item, Envelope) and (e := self._entry(item, skipped, withheld))
        ]
        items = [item for item in batch.items if isinstance(item, CalendarObject)]
        objects = self._meetings.look(self._row, batch.place, items)
        skipped += [skip for one in objects if one.occurrences for skip in one.occurrences.named]
        return _Judged(entries, objects, skipped, withheld)

    def _is_stored(self, batch: Batch, judged: _Judged) -> bool:
        """The batch, its touches and its cursor, in one transaction; False if it was judged by what holds no more."""
        agent, connection = self._agent, self._agent.connection
        with agent.lock, writing(connection):
            agent.insist_on_being_current()
            if not agent.is_current():
                return False
            place = places.place_id(connection, self._row.id, batch.place)
            messages = self._write(place, judged.entries)
            meetings = self._meetings.keep(self._row, batch.place, place, judged.objects)
            removed = list(batch.removed)
            if batch.holds is not None:
                removed += calendars.others_than(agent.log, place, batch.holds)
            self._meetings.remove(place, removed)
            if batch.marks is not None:
                marks.follow(connection, place, batch.marks.first, batch.marks.bits)
            settled = [*removed, *batch.settled, *(one.item.href for one in judged.objects)]
            places.forget_skipped(connection, place, settled, batch.holds)
            places.note_skipped(connection, place, judged.skipped, agent.clock())
            erased.note_withheld(connection, judged.withheld)
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
        envelope = as_written(envelope, self._agent.policy)
        facts = message_facts(envelope, at, self._agent.never_log, keep_subject=True)
        if facts is None:
            withheld.append(self._agent.forgotten.hash(message_identity(envelope)))
            return None
        if not self._agent.config.store_subjects:
            facts.topic, facts.subject = self._agent.topic_of(facts.subject), ""
        judgement = judge_mail(facts, self._agent.policy)
        if judgement.verdict.kind in ("person", "broadcast"):
            outbound = judgement.direction == "outbound"
            facts.shape = packed(envelope.shape, mailing_key(envelope, self._agent.forgotten.key) if outbound else 0)
        return Entry(facts, judgement, None, _worth_following(envelope.mark, judgement, self._started - at))

    def _write(self, place: int, entries: list[Entry]) -> Written:
        # not a book for the whole pass: contacts may change while it is read
        emails = {person.address.email for entry in entries for person in entry.facts.participants}
        book = self._agent.book(set(map(canonical, emails)))
        if not self._agent.config.store_unmatched:
            entries = [entry for entry in entries if is_about_somebody_listed(entry, book)]
        return ingest.write(self._agent.connection, place, entries, book, self._agent.judge)

    def _count(self, written: Written) -> None:
        self._report.new += written.new
        self._report.touches += written.touches

    def expand(self, due: Sequence[StoredObject]) -> bool:
        """Work out these series again; False where what was read of them may name somebody who is erased by now."""
        connection = self._agent.connection
        for stored in due:
            with self._agent.lock, writing(connection):
                self._agent.insist_on_being_current()
                if self._agent.is_current():
                    self._count(self._meetings.expand([stored]))
                    touches.refresh_but_busiest(connection, self._agent.clock())
                    continue
            with self._agent.lock:
                self._agent.catch_up()
            return False
        return True


def _name_of(item: Item) -> str:
    """What a skip calls it."""
    if isinstance(item, Envelope):
        return item.message_id or "a message without Message-ID"
    return item.href
