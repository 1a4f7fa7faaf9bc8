"""Reading: activities, one by one or in the order of time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from activity.attachment import Attachment
from activity.participant import TITLE
from activity.verdict import PERSON
from store import attachments, bounces
from store.codes import COPIED, INBOUND, MEETING, OUTBOUND
from store.lists import ALL, among, chunks, placeholders, rows_among
from store.log import Log
from store.rows import instant, timestamp

_NEVER = 1 << 62


class Part(NamedTuple):
    """Somebody's part in an activity, and whose the address is by which rule."""

    address: str
    name: str
    role: str
    answer: str
    touch: str | None
    contact_id: int | None
    contact: str | None
    company: str | None
    rule: str


class Activity(NamedTuple):
    """An activity with everything `log` and `why` show of it.

    `at` and `ends` are aware UTC; `ends` is None for mail. `verdict` is the one that was stored,
    without regard to the clock. `bounced` are the addresses that it did not reach, `sightings` are
    (account, place). `noted` is which kind of note it is ("call", "met", "letter"), None where it
    was read from a mailbox or a calendar. `attachments` are the documents of a mail, where they are
    kept.
    """

    id: int
    identity: str
    kind: str
    at: datetime
    ends: datetime | None
    verdict: str
    reason: str
    direction: str | None
    subject: str
    evidence: dict[str, str]
    bounced: tuple[str, ...]
    parts: tuple[Part, ...]
    sightings: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...] = ()

    @property
    def noted(self) -> str | None:
        return self.evidence.get("noted")


def named_by_title(activity: Activity) -> Part | None:
    """The part of the contact whom the title of a meeting names in which nobody is listed."""
    return next((part for part in activity.parts if part.role == TITLE and part.contact_id is not None), None)


def newest(
    log: Log,
    now: datetime,
    limit: int,
    contact_ids: Sequence[int] | None = None,
    address_ids: Sequence[int] = (),
) -> list[Activity]:
    """The newest activities that do not lie ahead, the newest first: of these contacts and
    addresses.

    `contact_ids` None means everybody.
    """
    if contact_ids is None:
        query = "SELECT id FROM activity WHERE at <= ? ORDER BY at DESC, id DESC LIMIT ?"
        rows = log.execute(query, (timestamp(now), limit))
        return activities(log, [row_id for (row_id,) in rows])
    concerned = list(address_ids)
    concerned += among(log, "SELECT id FROM address WHERE contact_id IN ({})", contact_ids)
    found: set[tuple[int, int]] = set()
    for address_id in concerned:
        found.update(log.execute(_NEWEST_OF_ADDRESS, (address_id, timestamp(now), limit)))
    return activities(log, [row_id for _, row_id in sorted(found, reverse=True)[:limit]])


# the index holds those of each kind in the order of time, so that the newest of all kinds are found by merging
_NEWEST_OF_ADDRESS = (
    " UNION ".join(
        f"SELECT at, activity_id FROM participation WHERE address_id = ?1 AND touch_code IS {code} AND at <= ?2"
        for code in ("NULL", INBOUND, OUTBOUND, MEETING, COPIED)
    )
    + " ORDER BY at DESC, activity_id DESC LIMIT ?3"
)


class Ahead(NamedTuple):
    """A meeting that lies ahead: which one, and when it begins."""

    id: int
    identity: str
    at: datetime


def ahead(
    log: Log,
    now: datetime,
    limit: int | None,
    contact_ids: Sequence[int] | None = None,
    until: datetime | None = None,
) -> Iterator[Ahead]:
    """Meetings with contacts (with these, if given) that lie ahead and would count, the next one
    first; read as far as they are asked for.

    `until`: those that start before. Few of them are told of: what else is known of these is for `activities`.
    """
    whom = "IS NOT NULL" if contact_ids is None else f"IN ({placeholders(contact_ids)})"
    rows = log.execute(
        "SELECT a.id, a.identity, a.at FROM activity a WHERE a.ends > ? AND a.at > ? AND a.at < ?"
        " AND EXISTS (SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.activity_id = a.id AND p.touch_code = {MEETING} AND r.contact_id {whom})"
        " ORDER BY a.at, a.id LIMIT ?",
        (
            timestamp(now),
            timestamp(now),
            timestamp(until) if until else _NEVER,
            *(contact_ids or ()),
            ALL if limit is None else limit,
        ),
    )
    yield from (Ahead(row_id, identity, instant(at)) for row_id, identity, at in rows)


def activities(log: Log, ids: Sequence[int]) -> list[Activity]:
    """These activities, in this order; ids that are not there are passed over."""
    found = {one.id: one for chunk in chunks(ids) for one in _activities(log, chunk)}
    return [found[row_id] for row_id in ids if row_id in found]


def _activities(log: Log, ids: Sequence[int]) -> Iterator[Activity]:
    parts, seen, attached = _parts(log, ids), _seen(log, ids), attachments.of(log, ids)
    bounced: dict[int, tuple[str, ...]] = {}
    for row_id, email in bounces.bounced(log, ids):
        bounced[row_id] = (*bounced.get(row_id, ()), email)
    query = f"""SELECT a.id, a.identity, a.kind, a.at, a.ends, a.verdict, a.reason, a.direction, a.subject, a.evidence
        FROM activity a WHERE id IN ({placeholders(ids)})"""
    for row_id, identity, kind, at, ends, verdict, reason, direction, subject, evidence in log.execute(query, ids):
        why = PERSON.reason if reason is None else reason
        if names := [part.contact for part in parts.get(row_id, ()) if part.role == TITLE and part.contact]:
            why += f"; the title names {names[0]}"
        yield Activity(
            row_id, identity, kind, instant(at), instant(ends), verdict, why,
            direction, subject or "", json.loads(evidence) if evidence else {}, bounced.get(row_id, ()),
            parts.get(row_id, ()), seen.get(row_id, ()), attached.get(row_id, ()),
        )  # fmt: skip


_ROLE_ORDER = {"from": 0, "organizer": 0, "to": 1, "attendee": 1, "cc": 2, "bcc": 3, TITLE: 4}


def _parts(log: Log, activity_ids: Sequence[int]) -> dict[int, tuple[Part, ...]]:
    rows = log.execute(
        "SELECT p.activity_id, p.address_id, p.role, coalesce(p.answer, ''), p.touch FROM participation p"
        f" WHERE p.activity_id IN ({placeholders(activity_ids)})",
        activity_ids,
    ).fetchall()
    holders = _holders(log, {row[1] for row in rows})
    found: dict[int, list[Part]] = {}
    for activity_id, address_id, role, answer, touch in rows:
        email, name, contact_id, contact, company, rule = holders[address_id]
        part = Part(email, name, role, answer, touch, contact_id, contact, company, TITLE if role == TITLE else rule)
        if activity_id in found:
            found[activity_id].append(part)
        else:
            found[activity_id] = [part]
    for parts in found.values():
        parts.sort(key=_in_order)
    return {activity_id: tuple(parts) for activity_id, parts in found.items()}


def _in_order(part: Part) -> tuple[int, str]:
    return _ROLE_ORDER[part[2]], part[0]


def _holders(log: Log, address_ids: Collection[int]) -> dict[int, tuple[Any, ...]]:
    """Address id → the address, the name it signs with, the contact, its name, company and rule."""
    query = (
        "SELECT a.id, a.email, a.name, c.id, c.name, coalesce(own.name, theirs.name), a.rule FROM address a"
        " LEFT JOIN contact c ON c.id = a.contact_id LEFT JOIN company own ON own.id = c.company_id"
        " LEFT JOIN company theirs ON theirs.id = a.company_id WHERE a.id IN ({})"
    )
    return {row[0]: row[1:] for row in rows_among(log, query, address_ids)}


def _seen(log: Log, activity_ids: Sequence[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Activity id → (account, place) of its sightings."""
    places = {
        place_id: (account, place)
        for place_id, account, place in log.execute(
            "SELECT p.id, a.name, p.name FROM place p JOIN source o ON o.id = p.source_id"
            " JOIN account a ON a.id = o.account_id"
        )
    }
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    query = f"SELECT activity_id, place_id FROM sighting WHERE activity_id IN ({placeholders(activity_ids)})"
    for activity_id, place_id in log.execute(query, activity_ids):
        seen = found.get(activity_id)
        found[activity_id] = tuple(sorted((*seen, places[place_id]))) if seen else (places[place_id],)
    return found


class Standing(NamedTuple):
    """How an activity stands: verdict, direction, and for whom it is which touch."""

    verdict: str
    direction: str | None
    touches: tuple[tuple[str, str], ...]


def standings(log: Log) -> dict[int, tuple[datetime, Standing]]:
    """Every activity's instant and standing, by id."""
    touches: dict[int, list[tuple[str, str]]] = {}
    for row_id, email, touch in log.execute(
        "SELECT p.activity_id, a.email, p.touch FROM participation p JOIN address a ON a.id = p.address_id"
        " WHERE p.touch IS NOT NULL ORDER BY p.activity_id, a.email, p.touch"
    ):
        touches.setdefault(row_id, []).append((email, touch))
    return {
        row_id: (instant(at), Standing(verdict, direction, tuple(touches.get(row_id, ()))))
        for row_id, at, verdict, direction in log.execute("SELECT a.id, a.at, a.verdict, a.direction FROM activity a")
    }
