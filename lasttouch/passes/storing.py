"""Batches on their way into the log: judged, matched, and written with their cursor in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.facts import Judgement
from activity.mark import FLAGGED, Mark
from activity.meeting import CalendarObject
from activity.shape import packed
from lasttouch.keeping.by_halves import ByHalves
from lasttouch.keeping.forgotten import Forgotten
from lasttouch.keeping.given_up import give_up_again
from lasttouch.keeping.meetings import Looked, Meetings, is_about_somebody_listed
from lasttouch.passes.inheriting import readers
from lasttouch.passes.source_pass import SourcePass
from matchers.authors import as_written
from matchers.canonical import canonical
from matchers.mailings import mailing_key
from matchers.message import judge_mail, message_facts, message_identity, message_time
from store import calendars, erased, ingest, marks, places, rights, touches
from store.deferred import StoredObject
from store.ingest import Written
from store.rows import Entry, parties_in

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
    judged_by: Forgotten


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
        judged_by = self._agent.forgotten
        skipped = list(batch.skipped)
        withheld: list[bytes] = []
        entries = [
            e for item in batch.items if isinstance(item, Envelope) and (e := self._entry(item, skipped, withheld))
        ]
        entries.sort(key=lambda entry: (entry.facts.at, entry.facts.identity))
        items = [item for item in batch.items if isinstance(item, CalendarObject)]
        objects = _in_time(self._meetings.look(self._row, batch.place, items))
        skipped += [skip for one in objects if one.occurrences for skip in one.occurrences.named]
        return _Judged(entries, objects, skipped, withheld, judged_by)

    def _is_stored(self, batch: Batch, judged: _Judged) -> bool:
        """The batch, its touches and its cursor, in one transaction; False if it was judged by what holds no more."""
        agent, connection = self._agent, self._agent.connection
        with self._pass.storing():
            agent.insist_on_being_current()
            if not agent.is_current(judged.judged_by):
                return False
            place = places.place_id(connection, self._row.id, batch.place)
            touched: set[int] = set()
            messages = self._write(place, judged.entries, touched)
            meetings = self._meetings.keep(self._row, batch.place, place, judged.objects)
            removed = list(batch.removed)
            if batch.holds is not None:
                removed += calendars.others_than(agent.log, place, batch.holds)
            self._meetings.remove(place, removed)
            if batch.marks is not None:
                marks.follow(connection, place, batch.marks.first, batch.marks.bits)
            settled = [*removed, *batch.settled, *(one.item.href for one in judged.objects)]
            if batch.rights is not None:
                told = readers(agent.config, self._pass.account, batch.rights)
                rights.tell(connection, place, told, batch.rights.unknown, agent.clock())
            places.forget_skipped(connection, place, settled, batch.holds)
            places.note_skipped(connection, place, judged.skipped, agent.clock())
            erased.note_withheld(connection, judged.withheld)
            touches.refresh_but_busiest(connection, agent.clock(), touched)
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
        kept_out = self._agent.kept_out([self._row.account])
        facts = message_facts(envelope, at, kept_out if kept_out.has_rules else None, keep_subject=True)
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

    def _write(self, place: int, entries: list[Entry], touched: set[int]) -> Written:
        # not a book for the whole pass: contacts may change while it is read
        people = {person.address.email for party in parties_in(entries) for person in party}
        book = self._agent.book({canonical(email) for email in people})
        if not self._agent.config.store_unmatched:
            entries = [entry for entry in entries if is_about_somebody_listed(entry, book)]
        written = ingest.write(self._agent.connection, place, entries, book, self._agent.judge, touched)
        give_up_again(self._agent, written.ids)
        return written

    def _count(self, written: Written) -> None:
        self._report.new += written.new
        self._report.touches += written.touches

    def expand(self, due: Sequence[StoredObject], read_with: Forgotten) -> bool:
        """Work out these series again; False where what was read of them may name somebody who is erased by now."""
        connection = self._agent.connection
        for stored in due:
            with self._pass.storing():
                self._agent.insist_on_being_current()
                if self._agent.is_current(read_with):
                    self._count(self._meetings.expand([stored]))
                    touches.refresh_but_busiest(connection, self._agent.clock())
                    continue
            with self._agent.lock:
                self._agent.catch_up()
            return False
        return True


def _in_time(objects: list[Looked]) -> list[Looked]:
    """In the order of their time, so that no number depends on how a server lists them; as they came where one comes
    twice, of which the later holds."""
    if len({one.item.href for one in objects}) < len(objects):
        return objects
    never = datetime.max.replace(tzinfo=UTC)

    def time_of(one: Looked) -> tuple[datetime, str]:
        return one.occurrences.facts[0].at if one.occurrences and one.occurrences.facts else never, one.first.uid

    return sorted(objects, key=time_of)


def _name_of(item: Item) -> str:
    """What a skip calls it."""
    if isinstance(item, Envelope):
        return item.message_id or "a message without Message-ID"
    return item.href
