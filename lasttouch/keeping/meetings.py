"""Calendar objects on their way into the log: expanded where somebody listed may be in them, else kept as they are.

What is kept so, is expanded when it comes to matter: when somebody in it becomes a contact, or strangers are asked
for. That needs no network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from activity.batch import Skip
from activity.meeting import CalendarObject
from activity.mistakes import mistake
from capture.calendar.allowance import Allowance
from capture.calendar.first_look import FirstLook, first_look
from lasttouch.keeping import titles
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.by_halves import MOST_MISTAKES, concerns_more_than_items
from lasttouch.keeping.given_up import give_up_again
from lasttouch.keeping.occurrences import Expanded, Window, expanded, permitted
from matchers.book import AddressBook
from matchers.canonical import canonical
from matchers.occurrence import rescheduled
from store import calendars, deferred, ingest, other_uids, places
from store.addresses import address_ids
from store.deferred import NOBODY_LISTED, StoredObject
from store.identities import Name, name_of
from store.ingest import Written
from store.places import SourceRow
from store.rows import Entry
from store.told_apart import read_by
from store.transactions import undone_on_error, writing

_log = logging.getLogger(__name__)

NOTHING = Written(0, 0)
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """An object with what it tells at a glance, and its occurrences if they matter; "" as text: it may not be kept."""

    item: CalendarObject
    first: FirstLook
    occurrences: Expanded | None


class Meetings:
    """Takes calendar objects in, by the address book as it is at each step."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._allowance = Allowance()
        self._mistakes = 0
        self._written: dict[int, bool] = {}  # objects, and whether their titles may name somebody
        self._deferred: list[tuple[int, tuple[str, ...]]] = []  # objects, and their titles, which are yet to be noted
        self._connection = agent.connection
        accounts = agent.config.accounts
        self._windows = {one.name: Window.of(agent.config, one, agent.clock()) for one in accounts}

    def look(self, row: SourceRow, place: str, items: Sequence[CalendarObject]) -> list[Looked]:
        """Read objects as far as they matter; nothing is written yet."""
        allowed = [permitted(self._agent, item, row.account) for item in items]
        seen = [Looked(item, first_look(item.text), None) for item in allowed]
        with self._agent.lock:
            book, named = self._book_of(one.first for one in seen), self._named_in(one.first for one in seen)
            matter = [self._matters(row, place, one, book, named) for one in seen]
        window = self._windows[row.account]
        return [
            replace(one, occurrences=expanded(self._agent, one.item, window, self._allowance)) if matters else one
            for one, matters in zip(seen, matter, strict=True)
        ]

    def keep(self, row: SourceRow, name: str, place: int, looked: Sequence[Looked]) -> Written:
        """Write objects that were looked at, within the caller's transaction."""
        book, named = self._book_of(one.first for one in looked), self._named_in(one.first for one in looked)
        written = NOTHING
        self._deferred.clear()  # what is left of a transaction that failed
        waiting = looked if self._agent.config.store_unmatched else ()
        people = (person for one in waiting if one.item.text and one.occurrences is None for person in one.first.people)
        ids = address_ids(self._connection, people, book)
        for one in looked:
            found = one.occurrences
            if found is None and self._matters(row, name, one, book, named):  # as it has come to since
                found = expanded(self._agent, one.item, self._windows[row.account], self._allowance)
            written = _sum(written, self._keep(row.account, place, one, found, ids))
        self._name()
        shared = [one.first.uid for one in looked if one.occurrences]
        return _sum(written, self.expand(deferred.of_meetings(self._agent.log, shared)))

    def _keep(
        self, account: str, place: int, looked: Looked, found: Expanded | None, ids: Mapping[str, int]
    ) -> Written:
        item, first = looked.item, looked.first
        if self._deferred and (found is not None or not item.text):
            self._note_titles()  # it may be one of these, once more
        if not item.text:  # private now, or with nobody who may be kept
            gone = calendars.remove(self._connection, place, [item.href], self._agent.clock(), outright=True)
            ingest.rejudge(self._connection, gone, self._agent.judge)
            return NOTHING
        window = self._windows[account]
        if found is not None:
            so_far = self.expand(deferred.at(self._agent.log, place, [item.href]))
            return _sum(so_far, self._write(window, place, item, first, found))
        if self._agent.config.store_unmatched:
            people = [ids[person.email] for person in first.people]
            object_id = calendars.defer(self._connection, place, item, first.uid, people, window.start)
            self._deferred.append((object_id, first.titles))
        return NOTHING

    def remove(self, place: int, hrefs: Sequence[str]) -> None:
        """These objects are gone from their calendar, within the caller's transaction.

        What was deferred is expanded first: a meeting that is deleted long after it was over stays. What other
        objects show of the same meetings holds from now on.
        """
        self.expand(deferred.at(self._agent.log, place, hrefs))
        left = deferred.with_others(self._agent.log, place, hrefs)
        gone = calendars.remove(self._connection, place, hrefs, self._agent.clock())
        ingest.rejudge(self._connection, gone, self._agent.judge)
        self.expand(left)

    def expand(self, waiting: Sequence[StoredObject]) -> Written:
        """Expand stored objects within the caller's transaction; those of accounts that are gone stay as they are."""
        written = NOTHING
        for account, place, item, since in waiting:
            if account in self._windows:
                written = _sum(written, self._expand(self._windows[account].reaching(since), place, item))
        self._name()
        return written

    def _expand(self, window: Window, place: int, item: CalendarObject) -> Written:
        """One of them. Where our own code stumbles over it, it is named and shows nothing new, and the others go on."""
        try:
            with undone_on_error(self._connection):
                found = expanded(self._agent, item, window, self._allowance)
                written = self._write(window, place, item, first_look(item.text), found)
        except Exception as error:
            if self._mistakes >= MOST_MISTAKES or concerns_more_than_items(error):
                raise
            self._mistakes += 1
            said = mistake(error)
            _log.error("a calendar object was left out: %s", said)
            calendars.set_aside(self._connection, place, item.href, window.start, window.end)
            places.note_skipped(self._connection, place, [Skip(item.href, said)], self._agent.clock())
            return NOTHING
        places.note_skipped(self._connection, place, found.named, self._agent.clock())
        return written

    def _matters(self, row: SourceRow, place: str, one: Looked, book: AddressBook, named: Mapping[str, int]) -> bool:
        return bool(one.item.text) and (
            not one.first.sound
            or any(title in named for title in one.first.titles)
            or self._may_touch(one.first, book)
            or deferred.is_known(self._agent.log, row.id, place, one.item, one.first.uid)
        )

    def _book_of(self, firsts: Iterable[FirstLook]) -> AddressBook:
        return self._agent.book({canonical(person.email) for first in firsts for person in first.people})

    def _named_in(self, firsts: Iterable[FirstLook]) -> dict[str, int]:
        return titles.named_in(self._agent, (title for first in firsts for title in first.titles))

    def _may_touch(self, first: FirstLook, book: AddressBook) -> bool:
        """Is anybody in it listed, or to be listed because we met?"""
        rules = {book.match(one.email).rule for one in first.people}
        if self._agent.config.contacts_from == "two-way":
            return bool(rules - {"self"})
        return bool(rules.difference(NOBODY_LISTED))

    def _write(self, window: Window, place: int, item: CalendarObject, first: FirstLook, found: Expanded) -> Written:
        agent, connection = self._agent, self._connection
        object_id = calendars.keep(connection, place, item, first.uid, window.start, found.expanded_to)
        readers = read_by(agent.log, place)
        occurrences = {name_of(facts, agent.policy.is_self, readers): facts for facts in found.facts}
        shown = {name: facts.at for name, facts in occurrences.items()}
        vanished, fresh = calendars.vanished_and_fresh(agent.log, object_id, shown, window.start)
        calendars.rename(connection, _renamed(vanished, fresh, found.withholds))
        calendars.rename(connection, other_uids.deleted_before(agent.log, place, occurrences))
        entries = [Entry(facts, agent.judge(facts), object_id) for facts in found.facts]
        book = self._book_of([first])
        if not agent.config.store_unmatched:
            named = titles.named_in(agent, (entry.facts.subject for entry in entries)) if first.titles else {}
            entries = [e for e in entries if e.facts.subject in named or is_about_somebody_listed(e, book)]
        written = ingest.write(connection, place, entries, book, agent.judge)
        since = None if found.skipped else window.start  # what could not be read says nothing of what is gone
        gone = calendars.drop_vanished(connection, object_id, shown, found.withholds, since, agent.clock())
        ingest.rejudge(connection, gone, agent.judge)
        give_up_again(agent, written.ids)
        self._written[object_id] = any("invited" not in facts.evidence for facts in found.facts)
        return written

    def _name(self) -> None:
        """Whom the titles of what was written name, for all of it at once."""
        self._note_titles()
        titles.derive_shown(self._agent, self._written)
        self._written.clear()

    def _note_titles(self) -> None:
        if self._deferred:
            titles.index_objects(self._agent, self._deferred)
            self._deferred.clear()


def _renamed(
    vanished: Mapping[int, tuple[Name, datetime]], fresh: Mapping[Name, datetime], withheld: Callable[[str], bool]
) -> dict[int, str]:
    """The new identities, by activity id, of what is the same under another name of the same organizer."""
    found: dict[int, str] = {}
    for by in {name[1:] for name, _ in vanished.values()}:
        gone = {name.identity: (row_id, at) for row_id, (name, at) in vanished.items() if name[1:] == by}
        starts = {identity: at for identity, (_, at) in gone.items() if not withheld(identity)}
        names = rescheduled(starts, {name.identity: at for name, at in fresh.items() if name[1:] == by})
        found |= {gone[old][0]: new for old, new in names.items()}
    return found


def _sum(one: Written, other: Written) -> Written:
    return Written(one.new + other.new, one.touches + other.touches)


def is_about_somebody_listed(entry: Entry, book: AddressBook) -> bool:
    rules = {book.match(person.address.email).rule for person in entry.facts.participants}
    return bool(rules.difference(NOBODY_LISTED))


def expand_due(agent: Agent) -> int:
    """Expand what was deferred and matters now, within the caller's transaction; how many objects that were."""
    count = 0
    while waiting := _expandable(agent, deferred.due(agent.log)):
        Meetings(agent).expand(waiting)
        count += len(waiting)
    return count


def follow_names(agent: Agent) -> None:
    """What follows for titles from names that have changed, within the caller's transaction."""
    _follow(agent, titles.concerned(agent))


def correct_titles(agent: Agent) -> int:
    """Compare whom titles name with the contacts and set it right, within a transaction; how much was wrong."""
    different = titles.correct_names(agent)
    looked = [(row_id, first_look(text).titles) for row_id, text in deferred.without_attendees(agent.log)]
    different += titles.index_objects(agent, looked) + titles.drop_strays(agent)
    named = titles.named_in(agent, (title for _, texts in looked for title in texts))
    bearing = [row_id for row_id, texts in looked if any(title in named for title in texts)]
    waiting = _expandable(agent, deferred.with_ids(agent.log, bearing))
    if waiting:
        Meetings(agent).expand(waiting)
    return different + len(waiting) + titles.derive(agent, titles.all_concerned(agent))


def _follow(agent: Agent, refs: Sequence[int]) -> None:
    """Work out again whom these titles name: of activities, and of deferred objects by their negated ids."""
    waiting = _expandable(agent, deferred.with_ids(agent.log, [-ref for ref in refs if ref < 0]))
    if waiting:
        looked = [(one, first_look(one.item.text).titles) for one in waiting]
        named = titles.named_in(agent, (title for _, texts in looked for title in texts))
        Meetings(agent).expand([one for one, texts in looked if any(title in named for title in texts)])
    titles.derive(agent, [ref for ref in refs if ref > 0])


def expand_for_strangers(agent: Agent, progress: Callable[[int, int], None] | None = None) -> None:
    """Bring meetings with people who are no contacts into the log, a part in each transaction.

    `progress` is given, after each, how many objects of how many are done.
    """
    waiting = _expandable(agent, deferred.with_strangers(agent.log))
    meetings = Meetings(agent) if waiting else None
    for first in range(0, len(waiting), _AT_ONCE):
        with writing(agent.connection):
            assert meetings is not None
            meetings.expand(waiting[first : first + _AT_ONCE])
        if progress is not None:
            progress(min(first + _AT_ONCE, len(waiting)), len(waiting))


def _expandable(agent: Agent, waiting: Iterable[StoredObject]) -> list[StoredObject]:
    """Of an account that is not configured any more, nobody knows which answers are its owner's."""
    known = {account.name for account in agent.config.accounts}
    return [one for one in waiting if one.account in known]
