"""Copies of one message put together, whatever order they are found in.

Each was judged by itself before. What knows best holds as a whole (the sender's own copy before those that were
received, these before what was passed on; a person's before a program's) and the others are sightings, no more:
who has a message may show it anew with another Date, other recipients or other signs. Of equals all recipients
hold, and the earliest instant.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from activity.attachment import Attachment
from activity.facts import STANDINGS, Facts, Judgement
from activity.verdict import MORE_PERSONAL_FIRST
from store import attachments
from store.codes import ROLE
from store.facts import Stored, load
from store.identities import identity_hash
from store.log import Log
from store.rows import Entry, evidence_text, timestamp
from store.touches import forget_touches

_BY_THEIR_PARTICIPANTS = ("person", "broadcast", "internal")  # all are written by people; to whom, copies say together


class Change(NamedTuple):
    """An activity that a copy tells more of, or tells better; `facts` are what holds from now on."""

    stored: Stored
    facts: Facts

    def address_ids(self, emails: Mapping[str, int]) -> dict[str, int]:
        """E-mail → id of everybody in it; `emails` are those of the copy."""
        known = zip(self.stored.facts.participants, self.stored.addresses, strict=True)
        return {person.address.email: row_id for person, row_id in known} | dict(emails)

    @property
    def answers_another(self) -> bool:
        """Is it an answer to another message than was known?"""
        return self.facts.references[-1:] != self.stored.facts.references[-1:]

    @property
    def has_other_people(self) -> bool:
        return _people(self.facts) != _people(self.stored.facts)

    @property
    def is_renamed(self) -> bool:
        """Does the copy that holds now bear another id?"""
        return self.facts.identity != self.stored.facts.identity


def together(one: Facts, other: Facts, kinds: tuple[str, str]) -> Facts:
    """What holds of two copies of a message; `kinds` are the verdicts on each by itself.

    The same whichever comes first, and however many more there are.
    """
    ranks = [_rank(facts, kind) for facts, kind in zip((one, other), kinds, strict=True)]
    if ranks[0] != ranks[1]:
        best, less = (one, other) if ranks[0] < ranks[1] else (other, one)
        if less.attachments and not best.attachments and best.shape is None and not max(ranks)[0]:
            best = replace(best, attachments=less.attachments)  # its source does not tell what hangs on it
        return _naming_all(best, less)
    first, second = sorted((one, other), key=_order)
    if first.attachments != second.attachments:
        first = replace(first, attachments=max(first.attachments, second.attachments, key=_telling))
    shapes = [one.shape for one in (first, second) if one.shape is not None]
    if shapes and first.shape != min(shapes):
        first = replace(first, shape=min(shapes))
    if first.thread_index < second.thread_index:
        first = replace(first, thread_index=second.thread_index)
    first = _naming_all(first, second)
    if _people(first) == _people(second):
        return first
    known = _people(first)
    more = tuple([person for person in second.participants if (person.address.email, person.role) not in known])
    return replace(first, participants=first.participants + more)


def _naming_all(first: Facts, second: Facts) -> Facts:
    """With all ids that are named, of which the log keeps what it needs, if both answer the same message."""
    if len(first.references) < len(second.references) and first.references[-1:] == second.references[-1:]:
        return replace(first, references=second.references)
    return first


def _rank(facts: Facts, kind: str) -> tuple[bool, int, int]:
    personal = 0 if kind in _BY_THEIR_PARTICIPANTS else MORE_PERSONAL_FIRST.index(kind)
    return kind == "suspect", STANDINGS.index(facts.revision), personal


def _order(facts: Facts) -> tuple[float, str, str, tuple[str, ...], str]:
    return facts.at.timestamp(), evidence_text(facts) or "", facts.subject, facts.references[-1:], facts.identity


def _telling(documents: tuple[Attachment, ...]) -> tuple[int, list[tuple[str, str, int, str]]]:
    """More documents before fewer: programs and lists take some away on the way."""
    known = [(one.name, one.type, -1 if one.size is None else one.size, one.link) for one in documents]
    return len(known), known


def _people(facts: Facts) -> set[tuple[str, str]]:
    return {(person.address.email, person.role) for person in facts.participants}


def combined(one: Entry, other: Entry, judge: Callable[[Facts], Judgement]) -> Entry:
    """Two copies that come at once, as one."""
    facts = together(one.facts, other.facts, (one.judgement.verdict.kind, other.judgement.verdict.kind))
    if facts is one.facts or facts is other.facts:
        return one if facts is one.facts else other
    return Entry(facts, judge(facts))


def changes(connection: sqlite3.Connection, copies: Mapping[int, Entry]) -> list[Change]:
    """Of these copies of stored messages (by activity id), those that change what is known; nothing is written."""
    found = []
    known = attachments.of(connection, copies)
    for stored in load(Log(connection), list(copies)):
        copy = copies[stored.id]
        stored.facts.attachments = known.get(stored.id, ())
        kinds = (stored.judgement.verdict.kind, copy.judgement.verdict.kind)
        facts = together(stored.facts, copy.facts, kinds)
        differs = _row(facts) != _row(stored.facts) or facts.identity != stored.facts.identity
        differs |= facts.attachments != stored.facts.attachments
        if differs or _people(facts) != _people(stored.facts):
            found.append(Change(stored, facts))
    return found


def apply(connection: sqlite3.Connection, given: Sequence[Change], emails: Mapping[str, int]) -> None:
    """Write what holds now; the conversations these messages are in follow in `store.conversations`."""
    forget_touches(connection, [one.stored.id for one in given])  # of those who are struck off, too
    connection.executemany(
        "UPDATE activity SET at = ?, subject = ?, evidence = ?, replies_to = ?, revision = ?, shape = ?,"
        " thread_index = ? WHERE id = ?",
        [(*_row(one.facts), one.stored.id) for one in given],
    )
    attached = [one for one in given if one.facts.attachments != one.stored.facts.attachments]
    attachments.replace(connection, {one.stored.id: one.facts.attachments for one in attached})
    for one in given:
        if one.is_renamed:
            _rename(connection, one.stored.id, one.stored.facts.identity, one.facts.identity)
    moved = [
        one for one in given if one.facts.at != one.stored.facts.at or _people(one.facts) != _people(one.stored.facts)
    ]
    connection.executemany("DELETE FROM participation WHERE activity_id = ?", [(one.stored.id,) for one in moved])
    connection.executemany(
        "INSERT OR IGNORE INTO participation (activity_id, address_id, role_code, at) VALUES (?, ?, ?, ?)",
        [
            (one.stored.id, ids[person.address.email], ROLE[person.role], timestamp(one.facts.at))
            for one in moved
            for ids in [one.address_ids(emails)]
            for person in one.facts.participants
        ],
    )


def _rename(connection: sqlite3.Connection, row_id: int, was: str, now: str) -> None:
    """It stays where it was in its conversation, which `store.conversations` names anew."""
    connection.execute(
        "UPDATE activity SET identity = ?, identity_hash = ?, thread = coalesce(thread, identity_hash) WHERE id = ?",
        (now, identity_hash(now), row_id),
    )
    connection.execute("UPDATE OR IGNORE said_of_activity SET identity = ? WHERE identity = ?", (now, was))


def see(connection: sqlite3.Connection, place: int, ids: Iterable[int]) -> None:
    """These messages were seen at this place as well."""
    connection.executemany(
        "INSERT OR IGNORE INTO sighting (activity_id, place_id) VALUES (?, ?)", [(row_id, place) for row_id in ids]
    )


def _row(facts: Facts) -> tuple[int | str | None, ...]:
    """The columns of `activity` that a copy may change."""
    answered = facts.references[-1] if facts.references else None
    at, evidence, index = timestamp(facts.at), evidence_text(facts), facts.thread_index or None
    return at, facts.subject or None, evidence, answered, facts.revision or None, facts.shape, index
