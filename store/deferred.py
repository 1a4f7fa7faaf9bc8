"""Calendar objects that want to be expanded: series as time goes on, deferred ones that somebody
listed is in, and those that are left of a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from store.lists import chunks, placeholders
from store.log import Log
from store.rows import instant, timestamp

if TYPE_CHECKING:
    from activity.meeting import CalendarObject

NOBODY_LISTED = ("self", "none")
"""By these rules of a match (see `activity.facts.Match`) an address is no contact's, no company's
and no ambiguity."""


class StoredObject(NamedTuple):
    """An object as it is stored, and the account that it is in the calendar of.

    `since`: if it is deferred, where its occurrences begin to matter.
    """

    account: str
    place_id: int
    item: CalendarObject
    since: datetime | None


_STORED = (
    "SELECT c.name, o.place_id, o.href, o.etag, o.text, o.deferred_since FROM calendar_object o"
    " JOIN place p ON p.id = o.place_id JOIN source s ON s.id = p.source_id JOIN account c ON c.id = s.account_id"
)
_WITH = "EXISTS (SELECT 1 FROM calendar_person n JOIN address a ON a.id = n.address_id WHERE n.object_id = o.id AND {})"
_LISTED = _WITH.format("a.rule NOT IN ('self', 'none')")
_STRANGERS = _WITH.format("a.rule = 'none'")
_SHARED = "EXISTS (SELECT 1 FROM calendar_object x WHERE x.uid = o.uid AND o.uid <> '' AND x.deferred_since IS NULL)"


def to_expand_again(log: Log, source_id: int, since: datetime, before: datetime) -> list[StoredObject]:
    """Objects of a source whose occurrences are known from a later instant than `since` only, as it
    is when more of the past is wanted than was, or when our clock was ahead; and series known up to
    an earlier one than `before`."""
    known = "o.expanded_to < ? OR (o.deferred_since IS NULL AND coalesce(o.expanded_from, ?) > ?)"
    unknown = timestamp(since) + 1  # by a version that did not note it
    return _stored(log, f"s.id = ? AND ({known})", source_id, timestamp(before), unknown, timestamp(since))


def due(log: Log) -> list[StoredObject]:
    """Deferred objects with somebody listed in them, and those whose meeting another object brought
    into the log."""
    return _deferred(log, f"({_LISTED} OR {_SHARED})")


def with_strangers(log: Log) -> list[StoredObject]:
    """Deferred objects with anybody in them who is not one of us."""
    return _deferred(log, _STRANGERS)


def of_meetings(log: Log, uids: Sequence[str]) -> list[StoredObject]:
    """Deferred objects of these UIDs."""
    found: list[StoredObject] = []
    for chunk in chunks([uid for uid in uids if uid]):
        found += _deferred(log, f"o.uid IN ({placeholders(chunk)})", *chunk)
    return found


def at(log: Log, place: int, hrefs: Sequence[str]) -> list[StoredObject]:
    """Of these objects, the deferred ones with strangers in them."""
    found: list[StoredObject] = []
    for chunk in chunks(hrefs):
        found += _deferred(log, f"o.place_id = ? AND o.href IN ({placeholders(chunk)}) AND {_STRANGERS}", place, *chunk)
    return found


def without_attendees(log: Log) -> list[tuple[int, str]]:
    """Deferred objects in which nobody is listed, each with its text."""
    query = "SELECT id, text FROM calendar_object WHERE deferred_since IS NOT NULL AND text NOT LIKE '%ATTENDEE%'"
    return log.execute(query).fetchall()


def with_ids(log: Log, object_ids: Sequence[int]) -> list[StoredObject]:
    """Of these objects, the deferred ones."""
    found: list[StoredObject] = []
    for chunk in chunks(object_ids):
        found += _deferred(log, f"o.id IN ({placeholders(chunk)})", *chunk)
    return found


def with_others(log: Log, place: int, hrefs: Sequence[str]) -> list[StoredObject]:
    """Objects in the log, other than these, that show meetings which these show as well."""
    these = {(place, href) for href in hrefs}
    found: dict[StoredObject, None] = {}
    for chunk in chunks(hrefs):
        uids = f"SELECT uid FROM calendar_object WHERE place_id = ? AND href IN ({placeholders(chunk)}) AND uid <> ''"
        rows = _stored(log, f"o.deferred_since IS NULL AND o.uid IN ({uids})", place, *chunk)
        found.update(dict.fromkeys(one for one in rows if (one.place_id, one.item.href) not in these))
    return list(found)


def any_with_strangers(log: Log) -> bool:
    query = f"SELECT 1 FROM calendar_object o WHERE o.deferred_since IS NOT NULL AND {_STRANGERS} LIMIT 1"
    return log.execute(query).fetchone() is not None


def is_known(log: Log, source_id: int, place: str, item: CalendarObject, uid: str) -> bool:
    """Is the log to know what becomes of this object?

    So it is if its occurrences are there, or those of the same meeting in another calendar, or if
    it was deferred with strangers in it and is not as it was: what it said so far may be deleted in
    it now.
    """
    query = (
        "SELECT 1 FROM place p JOIN calendar_object o ON o.place_id = p.id WHERE p.source_id = ?1 AND p.name = ?2"
        f" AND o.href = ?3 AND (o.deferred_since IS NULL OR (o.text <> ?4 AND {_STRANGERS}))"
        " UNION ALL SELECT 1 FROM calendar_object WHERE uid = ?5 AND ?5 <> '' AND deferred_since IS NULL LIMIT 1"
    )
    return log.execute(query, (source_id, place, item.href, item.text, uid)).fetchone() is not None


def _deferred(log: Log, where: str, *parameters: object) -> list[StoredObject]:
    return _stored(log, f"o.deferred_since IS NOT NULL AND {where}", *parameters)


def _stored(log: Log, where: str, *parameters: object) -> list[StoredObject]:
    rows = log.execute(f"{_STORED} WHERE {where} ORDER BY o.id", parameters).fetchall()
    if not rows:
        return []
    from activity.meeting import CalendarObject  # noqa: PLC0415 - most passes find none

    return [
        StoredObject(account, place, CalendarObject(href, etag, text), instant(since))
        for account, place, href, etag, text, since in rows
    ]
