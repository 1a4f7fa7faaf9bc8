"""Writing a batch of judged activities into the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from activity.facts import Facts, Judgement
from activity.verdict import Verdict, is_reaction
from store import (
    attachments,
    bcc,
    bounces,
    conversations,
    exchanges,
    mailings,
    marks,
    message_copies,
    other_ids,
    resent,
    signed,
)
from store.addresses import Matcher, known
from store.answered import doubtful, is_doubtful
from store.codes import DIRECTION, MEETING, ROLE, TOUCH, VERDICT
from store.conversations import beginning, place_mail
from store.facts import load
from store.identities import NOBODY, Name, identity_hash, name_of, named
from store.lists import insert, insert_given
from store.log import Log
from store.merging import Copy, merge
from store.rows import Entry, bounce_rows, evidence_text, kind_of, parties_in, reason_text, sighting_row, timestamp
from store.so_far import so_far
from store.threads import settle, settle_new, threads_with
from store.told_apart import read_by
from store.touches import forget_touches, make_due, touched_by

Judge = Callable[[Facts], Judgement]
_ACTIVITY = (
    "id", "identity_hash", "at", "verdict_code", "identity", "direction_code", "thread", "subject", "replies_to",
    "shape", "reason", "evidence", "revision", "topic", "thread_index", "ends",
)  # fmt: skip
_SIGHTED = """INSERT OR IGNORE INTO sighting (activity_id, place_id)
    SELECT id, ? FROM activity WHERE id BETWEEN ? AND ?"""
_PARTICIPATION = "INSERT OR IGNORE INTO participation (activity_id, address_id, role_code, at, touch_code"


class Written(NamedTuple):
    """How many activities were added to the log, and how many of those touch a contact; `ids` are of all that were
    seen."""

    new: int
    touches: int
    ids: Collection[int] = ()


def write(
    connection: sqlite3.Connection,
    place: int,
    entries: Sequence[Entry],
    matcher: Matcher,
    judge: Judge,
    touched: set[int] | None = None,
) -> Written:
    """Store `entries`, seen at `place`, within the caller's transaction.

    Whose dates follow from them comes to be in `touched`, for the caller to derive them within it; where there is none
    to put them in, their dates are due.

    What has the name of an activity in the log (see `store.identities`) is the same seen once more: what its
    copies tell is put together and judged again by `judge`. Writing the same entries again writes no row.
    """
    people = dict.fromkeys([person.address for party in parties_in(entries) for person in party])
    emails, ours, contacts = known(connection, people, matcher)
    before = so_far(connection)
    names = _names(entries, matcher, read_by(Log(connection), place) if before.users else "")
    ids = named(Log(connection), set(names))
    names, held = resent.put_together(connection, names, entries, ids, before.other_ids)
    ids |= held
    newly_held = exchanges.unseen_so_far(connection, place, set(ids.values()))
    oldest = _oldest(names, ids)
    fresh, messages, meetings = _sorted_out(names, entries, ids, oldest, judge)
    new, rows = _insert(connection, place, fresh, emails, before.last)
    attachments.keep(connection, {new[name]: one[0].attachments for name, one in fresh.items() if one[0].attachments})
    changed = message_copies.changes(connection, messages)
    message_copies.apply(connection, changed, emails)
    message_copies.see(connection, place, messages)
    ids.update(new)
    copies = [Copy(_meeting(name, ids, oldest) or 0, entry) for name, entry in meetings]
    again = merge(connection, place, copies, emails)
    again |= {one.stored.id for one in changed}
    mail = {new[name]: entry for name, entry in fresh.items() if entry.facts.kind == "email"}
    if before.bounces or rows.bounces:
        again |= bounces.concerned(Log(connection), {ids[name] for name in names if name in ids})
    sent = [timestamp(entry.facts.at) for entry in mail.values() if mailings.may_be_one_of_many(entry.facts)]
    again |= mailings.concerned(connection, sent, [one.stored.id for one in changed])
    rejudge(connection, again, judge)
    seen = [(ids[name], e[3]) for name, e in zip(names, entries, strict=True) if e[3] is not None and name in ids]
    marks.keep(connection, place, seen)
    bcc.note(connection, place, names, entries, ids, emails)
    if before.users:
        signed.note(connection, place, entries, emails)
    told_anew = other_ids.note(connection, _further_names(names, entries, ids))
    conversations.renote(connection, changed, emails, judge)
    moved = place_mail(connection, mail, {row_id: rows.beginnings[row_id] for row_id in mail}, emails, ours, again)
    if changed or told_anew:
        moved = moved.and_then(
            conversations.replace_mail(connection, changed, told_anew - moved.new.keys(), emails, judge)
        )
    unsure = doubtful(Log(connection), {*again, *moved.messages})
    unsure |= {row_id for row_id, entry in mail.items() if is_doubtful(entry.facts)}
    rejudge(connection, unsure, judge)
    parts = {(address, contacts.get(address)) for _, address, _ in rows.parts}
    concerned = touched_by(connection, {*again, *moved.messages, *newly_held}, parts)
    _hand_over(connection, concerned, touched)
    stirred = moved.conversations | threads_with(connection, again | unsure)
    personal = {moved.new[row_id] for row_id, entry in mail.items() if _speaks(entry.judgement.verdict)}
    personal -= stirred
    if len(mail) == len(new):
        undisturbed = {row_id: one for row_id, one in moved.new.items() if one in personal}
        personal -= settle_new(connection, undisturbed, mail, emails, ours)
    settle(connection, personal | stirred)
    touching = {row_id for row_id, address, touch in rows.parts if touch <= MEETING and address in contacts}
    return Written(len(new), len(touching), set(ids.values()))


def _hand_over(connection: sqlite3.Connection, concerned: set[int], touched: set[int] | None) -> None:
    if touched is None:
        make_due(connection, concerned)
    else:
        touched |= concerned


def _names(entries: Sequence[Entry], matcher: Matcher, readers: str) -> list[Name]:
    return [name_of(entry.facts, lambda email: matcher.match(email).rule == "self", readers) for entry in entries]


def _speaks(verdict: Verdict) -> bool:
    """May it change what waits in its conversation?"""
    return verdict.kind == "person" or is_reaction(verdict)


def _further_names(
    names: Sequence[Name], entries: Sequence[Entry], ids: Mapping[Name, int]
) -> Iterator[tuple[int, str]]:
    """(activity, what it is found by beside its name), of copies with other ids."""
    for name, (facts, judgement, _, _) in zip(names, entries, strict=True):
        differs = facts.other_id or facts.resent or facts.identity != name.identity
        if differs and facts.kind == "email" and judgement.verdict.kind != "suspect":
            for further in resent.further_names(facts, name):
                yield ids[name], further


def _sorted_out(
    names: Sequence[Name],
    entries: Sequence[Entry],
    ids: Mapping[Name, int],
    oldest: Mapping[tuple[str, str], int],
    judge: Judge,
) -> tuple[dict[Name, Entry], dict[int, Entry], list[tuple[Name, Entry]]]:
    """What is new, the copies of stored messages by activity id, and further copies of meetings."""
    fresh: dict[Name, Entry] = {}
    messages: dict[int, Entry] = {}
    meetings: list[tuple[Name, Entry]] = []
    for name, entry in zip(names, entries, strict=True):
        row_id = ids.get(name) if entry.facts.kind == "email" else _meeting(name, ids, oldest)
        if entry.facts.kind == "meeting" and (row_id is not None or name in fresh):
            meetings.append((name, entry))
        elif row_id is None:
            fresh[name] = message_copies.combined(fresh[name], entry, judge) if name in fresh else entry
        elif row_id in messages:
            messages[row_id] = message_copies.combined(messages[row_id], entry, judge)
        else:
            messages[row_id] = entry
    return fresh, messages, meetings


def _oldest(names: Sequence[Name], ids: Mapping[Name, int]) -> dict[tuple[str, str], int]:
    """Identity, and what it is told apart by → the oldest meeting of it in the log; for a batch in which some copy
    names nobody."""
    found: dict[tuple[str, str], int] = {}
    if any(name.by == NOBODY for name in names):
        for name, row_id in ids.items():
            key = name.identity, name.apart
            found[key] = min(row_id, found.get(key, row_id))
    return found


def _meeting(name: Name, ids: Mapping[Name, int], oldest: Mapping[tuple[str, str], int]) -> int | None:
    """The meeting in the log that a copy is of: that of its organizer, or one in which nobody is named.

    A copy that names nobody, as published calendars show them, may be of anybody's.
    """
    if (known := ids.get(name)) is not None:
        return known
    if name.by == NOBODY:
        return oldest.get((name.identity, name.apart))
    return ids.get(name._replace(by=NOBODY))


def rejudge(connection: sqlite3.Connection, ids: Iterable[int], judge: Judge) -> int:
    """Judge stored activities again from their facts; how many judgements changed."""
    changed: list[int] = []
    for row_id, facts, judgement, addresses in load(Log(connection), list(ids)):
        anew = judge(facts)
        if anew == judgement:
            continue
        changed.append(row_id)
        connection.execute(
            "UPDATE activity SET verdict_code = ?, reason = ?, direction_code = ? WHERE id = ?",
            (VERDICT[anew.verdict.kind], reason_text(anew), DIRECTION[anew.direction], row_id),
        )
        connection.executemany(
            "UPDATE participation SET touch_code = ?1 WHERE activity_id = ?2 AND address_id = ?3 AND role_code = ?4"
            " AND touch_code IS NOT ?1",
            [
                (TOUCH[touch], row_id, address, ROLE[person.role])
                for touch, address, person in zip(anew.touches, addresses, facts.participants, strict=True)
            ],
        )
    forget_touches(connection, changed)
    settle(connection, threads_with(connection, changed))
    return len(changed)


def _insert(
    connection: sqlite3.Connection,
    place: int,
    entries: Mapping[Name, Entry],
    emails: Mapping[str, int],
    last: int,
) -> tuple[dict[Name, int], _Rows]:
    """Name → id of what was inserted, beyond `last`, and the rows of it."""
    rows = _Rows(emails)
    for row_id, entry in enumerate(entries.values(), last + 1):
        rows.add(row_id, place, entry)
    rows.insert(connection)
    connection.execute(_SIGHTED, (place, last + 1, last + len(entries)))
    return {name: row_id for row_id, name in enumerate(entries, last + 1)}, rows


class _Rows:
    """New activities as the rows of their tables.

    `parts` are those that set a date: activity, address, touch. `beginnings`: activity → the
    conversation that it is inserted into. `bounces`: what says of others that they came back.
    """

    def __init__(self, emails: Mapping[str, int]) -> None:
        self._emails = emails
        self._known: dict[tuple[int, int], list[tuple[int, int, int | None, str]]] = {}
        self._activities: list[tuple[Any, ...]] = []
        self._parts_in_mail: list[tuple[int, int, int, int, int | None]] = []
        self._parts_in_meetings: list[tuple[int, int, int, int, int | None, str | None]] = []
        self._sightings: list[tuple[Any, ...]] = []
        self.bounces: list[tuple[Any, ...]] = []
        self.parts: list[tuple[int, int, int]] = []
        self.beginnings: dict[int, int] = {}

    def add(self, row_id: int, place: int, entry: Entry) -> None:
        facts, judgement, object_id, _ = entry
        at, identity, ends = timestamp(facts.at), facts.identity, facts.ends
        replies_to = facts.references[-1] if facts.references else ""
        direction, key = DIRECTION[judgement.direction], identity_hash(identity)
        self.beginnings[row_id] = begins = beginning(facts)
        self._activities.append(
            (
                row_id, key, at, VERDICT[judgement.verdict.kind], identity,
                "" if direction is None else direction, "" if begins == key else begins, facts.subject, replies_to,
                "" if facts.shape is None else facts.shape, reason_text(judgement) or "", evidence_text(facts) or "",
                facts.revision, facts.topic or "", facts.thread_index or "", "" if ends is None else timestamp(ends),
            )
        )  # fmt: skip
        for address, role, code, answer in self._parts_of(facts, judgement):
            if ends is None:
                self._parts_in_mail.append((row_id, address, role, at, code))
            else:
                self._parts_in_meetings.append((row_id, address, role, at, code, answer or None))
            if code is not None:
                self.parts.append((row_id, address, code))
        if object_id is not None or facts.answers:
            self._sightings.append(sighting_row(row_id, place, entry))
        if facts.failed:
            self.bounces += bounce_rows(row_id, facts)

    def _parts_of(self, facts: Facts, judgement: Judgement) -> list[tuple[int, int, int | None, str]]:
        """Address, role, touch and answer of each participant; who writes often is judged once, and looked up once."""
        key = kind_of(facts, judgement)
        if (known := self._known.get(key)) is None:
            both = zip(facts.participants, judgement.touches, strict=True)
            known = self._known[key] = [
                (self._emails[p.address.email], ROLE[p.role], TOUCH[t], p.answer) for p, t in both
            ]
        return known

    def insert(self, connection: sqlite3.Connection) -> None:
        insert_given(connection, "INSERT INTO activity", _ACTIVITY, 5, self._activities)
        insert(connection, f"{_PARTICIPATION})", "(?, ?, ?, ?, ?)", self._parts_in_mail)
        insert(connection, f"{_PARTICIPATION}, answer)", "(?, ?, ?, ?, ?, ?)", self._parts_in_meetings)
        connection.executemany("INSERT INTO sighting VALUES (?, ?, ?, ?, ?)", self._sightings)
        connection.executemany("INSERT OR IGNORE INTO bounce VALUES (?, ?, ?, ?, ?)", self.bounces)
