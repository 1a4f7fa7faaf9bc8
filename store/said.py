"""Reading: what the user has said of contacts, companies and activities, for a page of them at once.

These are facts of the user's own: no recompute and no sync changes them. Activities are meant by their identity,
since rows can be made anew; contacts by id, which `merge` moves (see own_words.py, which writes all this).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from store import settings
from store.codes import INBOUND
from store.lists import among, rows_among
from store.log import Log
from store.rows import instant, timestamp

DEFAULT_CADENCE = "cadence"
"""The setting with the days that hold where neither contact nor company has a cadence of its own."""
ONE_KEEPER = 0
"""Whose words they are where the configuration names no users. Who reads in a scope finds their own words alone."""

IS_IGNORED = "EXISTS (SELECT 1 FROM said_of_contact w WHERE w.contact_id = {} AND w.kind = 'ignore')"
"""For a query in the order of an index that is to pass over who is ignored; {} is the contact's column."""

_BY = "(SELECT coalesce(nullif(a.owner, ''), a.name) FROM account a WHERE a.id = w.said_by)"
_WROTE_SINCE = f"""EXISTS (SELECT 1 FROM address r CROSS JOIN participation p ON p.address_id = r.id
    WHERE r.contact_id = w.contact_id AND p.touch_code = {INBOUND} AND p.at > w.through AND p.at <= {{}})"""


class Said(NamedTuple):
    """One word of the user.

    `kind` is "done", "snooze", "ignore" or "cadence", of an activity "done" or "confirm". `value` is until when
    (snooze, seconds since 1970) or how many days (cadence), None of others. `through` is the newest that was known
    of the contact then: what is newer was not meant. `by` is whose word it is, None where that is not known.
    """

    kind: str
    value: int | None
    through: datetime
    at: datetime
    by: str | None


class Done(NamedTuple):
    """Settled otherwise at `at`: all that is not newer than `through`, the newest that was known then."""

    at: datetime
    through: datetime
    by: str | None


class Cadence(NamedTuple):
    """How often in days; `of` is "contact", "company" or "default"."""

    days: int
    of: str


def ignored(log: Log, contact_ids: Iterable[int]) -> set[int]:
    """Those of these contacts that are never to be in a list again."""
    return set(
        among(
            log,
            "SELECT contact_id FROM said_of_contact WHERE kind = 'ignore' AND contact_id IN ({})",
            contact_ids,
        )
    )


def count_put_off(log: Log) -> int:
    """How many contacts are passed over by lists, at most: ignored or snoozed."""
    query = "SELECT count(*) FROM said_of_contact WHERE kind IN ('ignore', 'snooze')"
    (count,) = log.execute(query).fetchone()
    return int(count)


def snoozed(log: Log, contact_ids: Iterable[int], now: datetime) -> dict[int, datetime]:
    """Contact → until when it is put off, for those that are at `now`; it ends early when they write."""
    moment = timestamp(now)
    query = (
        "SELECT w.contact_id, w.value FROM said_of_contact w WHERE w.contact_id IN ({}) AND w.kind = 'snooze'"
        f" AND w.value > {moment} AND w.said_at <= {moment} AND NOT {_WROTE_SINCE.format(moment)}"
    )
    return {contact_id: instant(until) for contact_id, until in rows_among(log, query, contact_ids)}


def done(log: Log, contact_ids: Iterable[int]) -> dict[int, Done]:
    """Contact → what was settled with them as a whole."""
    query = (
        f"SELECT w.contact_id, w.said_at, w.through, {_BY} FROM said_of_contact w"
        " WHERE w.kind = 'done' AND w.contact_id IN ({})"
    )
    return {
        contact_id: Done(instant(at), instant(through), by)
        for contact_id, at, through, by in rows_among(log, query, contact_ids)
    }


def done_activities(log: Log, activity_ids: Iterable[int]) -> dict[int, Done]:
    """Activity → that it was settled, for those that were; `done ACTIVITY` says it of its conversation's newest too."""
    query = (
        f"SELECT a.id, w.said_at, a.at, {_BY} FROM activity a JOIN said_of_activity w ON w.identity = a.identity"
        " AND w.kind = 'done' WHERE a.id IN ({})"
    )
    return {
        row_id: Done(instant(at), instant(through), by)
        for row_id, at, through, by in rows_among(log, query, activity_ids)
    }


def confirmed(log: Log, activity_ids: Iterable[int]) -> set[int]:
    """Those of these activities of which the user said that they did happen with whom their title names."""
    query = (
        "SELECT a.id FROM activity a JOIN said_of_activity w ON w.identity = a.identity AND w.kind = 'confirm'"
        " WHERE a.id IN ({})"
    )
    return set(among(log, query, activity_ids))


def cadence_setting(user_id: int) -> str:
    """The setting with the days that hold for everybody else in the eyes of this user."""
    return f"{DEFAULT_CADENCE}:{user_id}" if user_id else DEFAULT_CADENCE


def default_cadence(log: Log) -> int | None:
    """The days that hold for everybody without a cadence of their own; None for none."""
    text = settings.read(log, DEFAULT_CADENCE)
    return int(text) if text else None


def cadences(log: Log, contact_ids: Sequence[int]) -> dict[int, Cadence]:
    """Contact → how often one means to be in touch: as said of the contact, else of its company, else of everybody."""
    default = default_cadence(log)
    found = {} if default is None else dict.fromkeys(contact_ids, Cadence(default, "default"))
    query = (
        "SELECT c.id, w.value FROM contact c JOIN said_of_company w ON w.company_id = c.company_id"
        " AND w.kind = 'cadence' WHERE c.id IN ({})"
    )
    found.update({row_id: Cadence(days, "company") for row_id, days in rows_among(log, query, contact_ids)})
    query = "SELECT contact_id, value FROM said_of_contact WHERE kind = 'cadence' AND contact_id IN ({})"
    found.update({row_id: Cadence(days, "contact") for row_id, days in rows_among(log, query, contact_ids)})
    return found


def of_contacts(log: Log, contact_ids: Iterable[int]) -> dict[int, list[Said]]:
    """Contact → all that was said of it."""
    query = (
        f"SELECT w.contact_id, w.kind, w.value, w.through, w.said_at, {_BY} FROM said_of_contact w"
        " WHERE w.contact_id IN ({}) ORDER BY w.contact_id, w.kind"
    )
    return _grouped(rows_among(log, query, contact_ids))


def of_activities(log: Log, activity_ids: Iterable[int]) -> dict[int, list[Said]]:
    """Activity → all that was said of it."""
    query = (
        f"SELECT a.id, w.kind, NULL, a.at, w.said_at, {_BY} FROM activity a"
        " JOIN said_of_activity w ON w.identity = a.identity WHERE a.id IN ({}) ORDER BY a.id, w.kind"
    )
    return _grouped(rows_among(log, query, activity_ids))


def of_strangers(log: Log, address_ids: Iterable[int]) -> dict[str, list[Said]]:
    """Address → that it was put aside: "ignored", or "removed" with its contact."""
    query = (
        f"SELECT r.email, w.kind, w.said_at, {_BY} FROM address r JOIN put_aside w ON w.canonical = r.canonical"
        " WHERE r.id IN ({}) AND r.contact_id IS NULL"
    )
    return {
        email: [Said(kind, None, instant(at), instant(at), by)]
        for email, kind, at, by in rows_among(log, query, address_ids)
    }


def _grouped(rows: Iterable[tuple[int, str, int | None, int, int, str | None]]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = {}
    for row_id, kind, value, through, at, by in rows:
        found.setdefault(row_id, []).append(Said(kind, value, instant(through), instant(at), by))
    return found
