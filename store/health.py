"""Reading: how far everything has been read, and what could not be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from activity import source_kind
from activity.mistakes import OUR_MISTAKE
from store.codes import INBOUND, MEETING
from store.lists import placeholders, rows_among
from store.log import Log
from store.read_back import SOURCE_BACK_TO
from store.rows import instant, timestamp


class PlaceHealth(NamedTuple):
    """A calendar, address book, mailbox or file. `seen_through` is up to when it was read to its end.

    `error` is None when all is well; `skipped` are (item, reason).
    """

    place: str
    seen_through: datetime | None
    failing_since: datetime | None
    error_code: str | None
    error: str | None
    hint: str | None
    skipped: tuple[tuple[str, str], ...]


class SourceHealth(NamedTuple):
    """One source of an active account. Instants are aware UTC, None for never; `error` is None when all is well.

    `read_back_to` is the instant from which on all its places were read; None where that is not known.
    `watches_allowed`: how many mailboxes its server lets us watch for new mail, None where it was never too many.
    `places` are its calendars, address books and published calendars; of mailboxes and files those that
    could not be read, wholly or in part.
    """

    account: str
    source: str
    last_attempt: datetime | None
    last_success: datetime | None
    seen_through: datetime | None
    next_attempt: datetime | None
    failing_since: datetime | None
    error_code: str | None
    error: str | None
    hint: str | None
    watches_allowed: int | None
    read_back_to: datetime | None
    places: tuple[PlaceHealth, ...]

    @property
    def skipped(self) -> tuple[tuple[str, str, str], ...]:
        """What could not be read, as (place, item, reason)."""
        return tuple((one.place, item, reason) for one in self.places for item, reason in one.skipped)

    @property
    def failing(self) -> tuple[PlaceHealth, ...]:
        return tuple(one for one in self.places if one.error is not None)

    @property
    def fails_in_part(self) -> bool:
        """The error is one of single places; the others were read."""
        return any(one.error == self.error for one in self.failing)


def sources(log: Log) -> list[SourceHealth]:
    """Every active source, with its places."""
    rows = log.execute(
        "SELECT s.id, a.name, s.kind, s.last_attempt, s.last_success, s.seen_through, s.next_attempt, s.failing_since,"
        " s.error_code, s.error, s.hint, s.watches_allowed,"
        f" {SOURCE_BACK_TO} FROM source s JOIN account a ON a.id = s.account_id"
        " WHERE s.active AND a.active ORDER BY a.id, s.id"
    ).fetchall()
    places = _places(log, {row[0]: row[2] for row in rows})
    return [
        SourceHealth(
            account=row[1],
            source=row[2],
            last_attempt=instant(row[3]),
            last_success=instant(row[4]),
            seen_through=instant(row[5]),
            next_attempt=instant(row[6]),
            failing_since=instant(row[7]),
            error_code=row[8],
            error=row[9],
            hint=row[10] or None,
            watches_allowed=row[11],
            read_back_to=instant(row[12]),
            places=tuple(places.get(row[0], ())),
        )
        for row in rows
    ]


def seen_through(log: Log) -> datetime | None:
    """The oldest instant up to which all mail and calendars of all accounts have been read; None if some never were."""
    rows = log.execute(
        "SELECT s.seen_through FROM source s JOIN account a ON a.id = s.account_id"
        " WHERE s.active AND a.active"
        f" AND s.kind NOT IN ({placeholders(source_kind.CONTACTS)})",
        source_kind.CONTACTS,
    ).fetchall()
    moments = [at for (at,) in rows]
    return None if not moments or None in moments else instant(min(moments))


def left_out_by_mistake(log: Log, since: datetime) -> list[str]:
    """The names of items that a defect of ours kept out of the log since then, the newest first."""
    query = "SELECT item FROM skipped WHERE at >= ? AND substr(reason, 1, ?) = ? ORDER BY at DESC, item"
    return [item for (item,) in log.execute(query, (timestamp(since), len(OUR_MISTAKE), OUR_MISTAKE))]


def newest_mail_after(log: Log, moment: datetime) -> datetime | None:
    """When the newest mail from a mail server is dated that is dated later than `moment`; None where none is.

    No server's mail is dated over a day after it took it in (see `matchers.message.message_time`).
    """
    (newest,) = log.execute(
        "SELECT max(a.at) FROM activity a WHERE a.at > ? AND a.ends IS NULL AND EXISTS (SELECT 1 FROM sighting s"
        " JOIN place p ON p.id = s.place_id JOIN source o ON o.id = p.source_id"
        f" WHERE s.activity_id = a.id AND o.kind IN ({placeholders(source_kind.MAIL_SERVERS)}))",
        (timestamp(moment), *source_kind.MAIL_SERVERS),
    ).fetchone()
    return None if newest is None else instant(int(newest))


def counts(log: Log) -> tuple[int, int, int]:
    """How many activities, contacts and touches (activities that count for a contact) there are."""
    (activities,) = log.execute("SELECT count(*) FROM activity").fetchone()
    (contacts,) = log.execute("SELECT count(*) FROM contact").fetchone()
    (touches,) = log.execute(
        "SELECT count(DISTINCT p.activity_id) FROM participation p JOIN address a ON a.id = p.address_id"
        f" WHERE a.contact_id IS NOT NULL AND p.touch_code BETWEEN {INBOUND} AND {MEETING}"
    ).fetchone()
    return activities, contacts, touches


def _places(log: Log, kinds: Mapping[int, str]) -> dict[int, list[PlaceHealth]]:
    """Of these sources, each with its kind: the places that are told of, by name."""
    query = (
        "SELECT id, source_id, name, seen_through, failing_since, error_code, error, hint FROM place"
        " WHERE source_id IN ({}) AND name <> '' ORDER BY name"
    )
    skipped, found = _skipped(log, kinds), dict[int, list[PlaceHealth]]()
    for place_id, source_id, name, through, since, code, error, hint in rows_among(log, query, kinds):
        is_read_whole = through is not None and kinds[source_id] in source_kind.COLLECTIONS
        if error is not None or place_id in skipped or is_read_whole:
            left_out = tuple(skipped.get(place_id, ()))
            health = PlaceHealth(name, instant(through), instant(since), code, error, hint or None, left_out)
            found.setdefault(source_id, []).append(health)
    return found


def _skipped(log: Log, source_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Place → (item, reason), by item."""
    query = (
        "SELECT p.id, k.item, k.reason FROM skipped k JOIN place p ON p.id = k.place_id WHERE p.source_id IN ({})"
        " ORDER BY k.item"
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for place_id, item, reason in rows_among(log, query, source_ids):
        found.setdefault(place_id, []).append((item, reason))
    return found
