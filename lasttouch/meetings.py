"""Calendar objects on their way into the log: expanded where somebody listed may be in them, else kept as they are.

What is kept so, is expanded when it comes to matter: when somebody in it becomes a contact, or strangers are asked
for. That needs no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from activity.meeting import CalendarObject
from capture.calendar.first_look import FirstLook, first_look
from lasttouch.agent import Agent
from lasttouch.occurrences import Expanded, Window, expanded, permitted
from matchers.book import AddressBook
from matchers.occurrence import rescheduled
from store import calendars, deferred, ingest, places
from store.addresses import address_ids
from store.database import writing
from store.deferred import NOBODY_LISTED, StoredObject
from store.ingest import Written
from store.places import SourceRow
from store.rows import Entry

NOTHING = Written(0, 0)
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """An object with what it tells at a glance, and its occurrences if they matter; "" as text: it may not be kept."""

    item: CalendarObject
    first: FirstLook
    occurrences: Expanded | None


class Meetings:
    """Takes calendar objects in, by the address book as it is now."""

    def __init__(self, agent: Agent, book: AddressBook) -> None:
        self._agent = agent
        self._connection = agent.connection
        self._book = book
        accounts = agent.config.accounts
        self._windows = {one.name: Window.of(agent.config, one, agent.clock()) for one in accounts}

    def look(self, row: SourceRow, place: str, item: CalendarObject) -> Looked:
        """Read an object as far as it matters; nothing is written yet."""
        item = permitted(self._agent, item)
        first = first_look(item.text)
        matters = bool(item.text) and (
            not first.sound
            or self._may_touch(first)
            or deferred.is_known(self._connection, row.id, place, item, first.uid)
        )
        return Looked(item, first, expanded(self._agent, item, self._windows[row.account]) if matters else None)

    def keep(self, account: str, place: int, looked: Looked) -> Written:
        """Write an object that was looked at, within the caller's transaction."""
        item, first, found = looked.item, looked.first, looked.occurrences
        if not item.text:  # private now, or with nobody who may be kept
            gone = calendars.remove(self._connection, place, [item.href], self._agent.clock(), outright=True)
            ingest.rejudge(self._connection, gone, self._agent.judge)
            return NOTHING
        window = self._windows[account]
        if found is not None:
            so_far = self.expand(deferred.at(self._connection, place, [item.href]))
            return _sum(so_far, self._write(window, place, item, first, found))
        if self._agent.config.store_unmatched:
            people = address_ids(self._connection, first.people, self._book)
            calendars.defer(self._connection, place, item, first.uid, people.values(), window.start)
        return NOTHING

    def remove(self, place: int, hrefs: Sequence[str]) -> None:
        """These objects are gone from their calendar, within the caller's transaction.

        What was deferred is expanded first: a meeting that is deleted long after it was over stays.
        """
        self.expand(deferred.at(self._connection, place, hrefs))
        gone = calendars.remove(self._connection, place, hrefs, self._agent.clock())
        ingest.rejudge(self._connection, gone, self._agent.judge)

    def expand(self, waiting: Sequence[StoredObject]) -> Written:
        """Expand stored objects within the caller's transaction; those of accounts that are gone stay as they are."""
        written = NOTHING
        for account, place, item, since in waiting:
            if account in self._windows:
                window = self._windows[account].reaching(since)
                found = expanded(self._agent, item, window)
                written = _sum(written, self._write(window, place, item, first_look(item.text), found))
                places.note_skipped(self._connection, place, found.skipped, self._agent.clock())
        return written

    def _may_touch(self, first: FirstLook) -> bool:
        """Is anybody in it listed, or to be listed because we met?"""
        rules = {self._book.match(one.email).rule for one in first.people}
        if self._agent.config.contacts_from == "two-way":
            return bool(rules - {"self"})
        return bool(rules.difference(NOBODY_LISTED))

    def _write(self, window: Window, place: int, item: CalendarObject, first: FirstLook, found: Expanded) -> Written:
        agent, connection = self._agent, self._connection
        object_id = calendars.keep(connection, place, item, first.uid, found.expanded_to)
        shown = {facts.identity: facts.at for facts in found.facts}
        vanished, fresh = calendars.vanished_and_fresh(connection, object_id, shown, window.start)
        calendars.rename(connection, rescheduled(vanished, fresh))
        entries = [Entry(facts, agent.judge(facts), object_id) for facts in found.facts]
        if not agent.config.store_unmatched:
            entries = [entry for entry in entries if is_about_somebody_listed(entry, self._book)]
        written = ingest.write(connection, place, entries, self._book, agent.judge)
        since = None if found.skipped else window.start  # what could not be read says nothing of what is gone
        gone = calendars.drop_vanished(connection, object_id, shown, found.withheld, since, agent.clock())
        ingest.rejudge(connection, gone, agent.judge)
        return written


def _sum(one: Written, other: Written) -> Written:
    return Written(one.new + other.new, one.touches + other.touches)


def is_about_somebody_listed(entry: Entry, book: AddressBook) -> bool:
    rules = {book.match(person.address.email).rule for person in entry.facts.participants}
    return bool(rules.difference(NOBODY_LISTED))


def expand_due(agent: Agent) -> int:
    """Expand what was deferred and matters now, within the caller's transaction; how many objects that were."""
    count = 0
    while waiting := _expandable(agent, deferred.due(agent.connection)):
        Meetings(agent, agent.book()).expand(waiting)
        count += len(waiting)
    return count


def expand_for_strangers(agent: Agent) -> None:
    """Bring meetings with people who are no contacts into the log, a part in each transaction."""
    waiting = _expandable(agent, deferred.with_strangers(agent.connection))
    meetings = Meetings(agent, agent.book()) if waiting else None
    for first in range(0, len(waiting), _AT_ONCE):
        with writing(agent.connection):
            assert meetings is not None
            meetings.expand(waiting[first : first + _AT_ONCE])


def _expandable(agent: Agent, waiting: Iterable[StoredObject]) -> list[StoredObject]:
    """Of an account that is not configured any more, nobody knows which answers are its owner's."""
    known = {account.name for account in agent.config.accounts}
    return [one for one in waiting if one.account in known]
