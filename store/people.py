"""Reading: contacts with their touch dates, as of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from store.by_whom import by_whom
from store.cards import HANDED_ON
from store.dated import whose
from store.exchanges import OWNER
from store.lists import rows_among
from store.log import Log
from store.rows import timestamp


class Person(NamedTuple):
    """A contact with its dates (aware UTC, None for never) and the activities that set them.

    `vanished_at` is when the contact's address book was found not to show it any more. `usual_gap` is the
    median time between the beginnings of bursts of touches, None where there is no rhythm; `overdue_at` is when
    the silence since the last touch was one and a half times as long, and two weeks, or will be: None with a meeting
    ahead. The `…_activity` fields of the
    other dates are in `activities`, by the name of the date. `last_touch_account` is the account by which the last
    touch came about, `last_touch_by` whose that is (see by_whom.py); `last_touch_noted` if it was noted by hand.
    """

    id: int
    name: str
    emails: tuple[str, ...]
    company: str | None
    owner: str
    vanished_at: datetime | None
    last_touch: datetime | None
    last_touch_kind: str | None
    last_touch_activity: int | None
    last_inbound: datetime | None
    last_outbound: datetime | None
    last_meeting: datetime | None
    next_meeting: datetime | None
    last_copied: datetime | None
    last_two_way: datetime | None
    touches: int
    activities: dict[str, int]
    usual_gap: timedelta | None = None
    overdue_at: datetime | None = None
    last_touch_by: str | None = None
    last_touch_account: str | None = None
    last_touch_noted: bool = False
    tags: tuple[str, ...] = ()


DATES = ("last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_copied", "last_two_way")

_SELECT = f"""SELECT c.id, c.name, o.name, {OWNER}, c.vanished_at,
    (SELECT group_concat(tag, char(10)) FROM
        (SELECT tag FROM contact_tag WHERE contact_id = c.id ORDER BY lower(tag))),
    (SELECT group_concat(email, char(10)) FROM
        (SELECT email FROM contact_email e WHERE contact_id = c.id AND NOT {HANDED_ON} ORDER BY position)), t.*
    FROM contact c JOIN contact_touch t ON t.contact_id = c.id LEFT JOIN company o ON o.id = c.company_id"""
_ONE = f"{_SELECT} WHERE c.id = ?"
_FIXED = 8  # columns before those of contact_touch.row()


def is_anybody_listed(log: Log) -> bool:
    """Is there any contact?"""
    return log.execute("SELECT 1 FROM contact LIMIT 1").fetchone() is not None


def people(log: Log, now: datetime, ids: Sequence[int] | None = None) -> list[Person]:
    """All contacts, or those with these ids; the longest silent first, never touched ones at the very top."""
    found = attributed(log, _people(log, now, ids))
    if len(found) > 1:
        found.sort(key=lambda p: (p.last_touch is not None, p.last_touch or now, p.name.casefold(), p.id))
    return found


def attributed(log: Log, found: Sequence[Person]) -> list[Person]:
    """These with by whom their last touch was."""
    ids = {one.last_touch_activity for one in found if one.last_touch_activity is not None}
    authors = by_whom(log, sorted(ids)) if ids else {}
    if log.scope.viewer is not None:
        found = _attributed_by_dates(log, found)
    return [
        one._replace(last_touch_account=author.account, last_touch_by=author.owner, last_touch_noted=author.noted)
        if (author := authors.get(one.last_touch_activity or 0))
        else one
        for one in found
    ]


def _attributed_by_dates(log: Log, found: Sequence[Person]) -> list[Person]:
    """Those of whose last touch no more may be told than when it was are told whose it was."""
    lasts = {
        one.id: (timestamp(one.last_touch), one.last_touch_kind)
        for one in found
        if one.last_touch is not None and one.last_touch_kind is not None and one.last_touch_activity is None
    }
    known = whose(log, lasts)
    return [
        one._replace(last_touch_account=known[one.id][0], last_touch_by=known[one.id][1]) if one.id in known else one
        for one in found
    ]


def _people(log: Log, now: datetime, ids: Sequence[int] | None) -> list[Person]:
    if ids is None:
        return _persons(log, log.execute(_SELECT).fetchall(), now)
    if len(ids) == 1:
        return _persons(log, log.execute(_ONE, ids).fetchall(), now)
    return _persons(log, list(rows_among(log, f"{_SELECT} WHERE c.id IN ({{}})", ids)), now)


def _persons(log: Log, rows: list[tuple[Any, ...]], now: datetime) -> list[Person]:
    """The rows as they are, but for those that say nothing as of now, which are derived."""
    moment = timestamp(now)
    overtaken = [row[0] for row in rows if row[-1] is not None and row[-1] <= moment]
    if overtaken:
        from store.touches import derive_all  # noqa: PLC0415 - most are derived already

        derived = derive_all(log, overtaken, now)
        rows = [(*row[:_FIXED], *derived[row[0]].row()) if row[0] in derived else row for row in rows]
    return [_person(row) for row in rows]


def _person(row: tuple[Any, ...]) -> Person:
    (
        contact_id, name, company, owner, vanished_at, tags, emails, _,
        last, kind, last_activity, inbound, inbound_id, outbound, outbound_id, meeting, meeting_id,
        ahead, ahead_id, copied, copied_id, two_way, two_way_id, touches, gap, overdue, _due,
    ) = row  # fmt: skip
    ids = (inbound_id, outbound_id, meeting_id, ahead_id, copied_id, two_way_id)
    moments = (vanished_at, last, inbound, outbound, meeting, ahead, copied, two_way, overdue)
    # as store.rows.instant, without a call for each: a list of people has thousands
    gone, last_at, wrote, written_to, met, next_at, copied_at, both_at, overdue_at = [
        None if one is None else datetime.fromtimestamp(one, UTC) for one in moments
    ]
    return Person(
        contact_id,
        name,
        tuple(emails.split("\n")) if emails else (),
        company,
        owner or "",
        gone,
        last_at,
        kind,
        last_activity,
        wrote,
        written_to,
        met,
        next_at,
        copied_at,
        both_at,
        touches,
        {date: row_id for date, row_id in zip(DATES, ids, strict=True) if row_id is not None},
        None if gap is None else timedelta(seconds=gap),
        overdue_at,
        tags=tuple(tags.split("\n")) if tags else (),
    )
