"""The six questions: each of a log, with arguments that were understood, to a page of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from activity.errors import NotFound
from lasttouch.answers import last, log, upcoming, why
from lasttouch.answers.attention import Attention, Whom, attention
from lasttouch.answers.question import Filters, Log, Question
from lasttouch.local_time import machine_zone
from lasttouch.mcp.cursor import Cursor
from lasttouch.naming import chosen, owner_named
from lasttouch.views import last as last_view
from lasttouch.views import log as log_view
from lasttouch.views import today as today_view
from lasttouch.views import upcoming as upcoming_view
from lasttouch.views import why as why_view

_SCHEME = "lasttouch://activity/"
_FOUND = ("id", "name", "emails", "company", "owner", "tags", "last_touch", "last_touch_kind", "last_touch_activity")
MANY = 12  # people of one activity that are told of

T = TypeVar("T")


class Asked(NamedTuple):
    """`given`: the arguments of the tool; `database` says where the log is, beside which stands who was erased."""

    log: Log
    now: datetime
    given: Mapping[str, Any]
    cursor: Cursor
    database: Callable[[], Path]

    @property
    def limit(self) -> int:
        return int(self.given["limit"])

    def whole(self) -> AbstractContextManager[Log]:
        """The log as it is: what a terminal would first work out, for people who are no contacts, would change it."""
        return nullcontext(self.log)

    def filters(self, **more: Any) -> Filters:
        names = ("owner", "company", "tag", "sort")
        return Filters(**{name: self.given[name] for name in names if self.given.get(name)}, **more)

    def question(self, **more: Any) -> Question:
        return Question(self.now, self.given.get("who", ""), self.filters(**more))


class Page(NamedTuple):
    """`answer` is what is told, for the record of who looked at what; `next` is where more begins, None for the end.

    `more`: how many more there are, where that is known.
    """

    items: list[dict[str, Any]]
    answer: object
    next: Cursor | None
    more: int | None = None


def find_people(asked: Asked) -> Page:
    try:
        answer = last.answer(asked.log, asked.question(), asked.whole)
    except NotFound:
        return Page([], None, None)
    found = sorted(answer.people, key=lambda one: (one.name.casefold(), one.id))
    people, following = _page(asked, found)
    answer = answer._replace(people=people)
    rows = [{name: row[name] for name in _FOUND} for row in last_view.as_json(answer)]
    return Page([{**row, "uri": _uri(row["last_touch_activity"])} for row in rows], people, following)


def last_touch(asked: Asked) -> Page:
    answer = last.answer(asked.log, asked.question(), asked.whole)
    people, following = _page(asked, answer.people)
    rows = last_view.as_json(answer._replace(people=people))
    return Page([{**row, "uri": _uri(row["last_touch_activity"])} for row in rows], people, following)


def timeline(asked: Asked) -> Page:
    """The next page begins with the instant that this one ended with: there may be more of it."""
    since, until = _midnight(asked.given["since"]), _midnight(asked.given["until"], days=1)
    until = None if until is None else until - timedelta(seconds=1)
    if asked.cursor.passed:
        begun = datetime.fromtimestamp(asked.cursor.at, tz=asked.now.tzinfo)
        until = begun if until is None else min(begun, until)
    question = asked.question(since=since, until=until)
    answer = log.answer(asked.log, question, asked.whole, asked.cursor.passed + asked.limit + 1)
    found = answer.activities[asked.cursor.passed :]
    told, following = found[: asked.limit], None
    if len(found) > asked.limit:
        at = told[-1].at
        before = asked.cursor.passed if int(at.timestamp()) == asked.cursor.at else 0
        following = Cursor(int(at.timestamp()), before + sum(one.at == at for one in told))
    items = log_view.as_json(answer._replace(activities=told))
    return Page([_activity(one) for one in items], told, following)


def who_needs_attention(asked: Asked) -> Page:
    given = asked.given
    only = chosen(asked.log, company=given["company"] or None, tag=given["tag"] or None)
    owner = owner_named(asked.log, given["owner"]) if given["owner"] else None
    passed = asked.cursor.passed
    found = attention(
        asked.log, asked.now, Whom(owner, None if only is None else frozenset(only)), passed + asked.limit
    )
    told = found.reasons[passed:]
    items = [{**row, "uri": _uri(row["activity"])} for row in today_view.reasons_json(told)]
    following = Cursor(passed=passed + len(told)) if found.more else None
    return Page(items, Attention(told, found.more, [], []), following, found.more)


def upcoming_(asked: Asked) -> Page:
    until = asked.now + timedelta(days=asked.given["days"]) if asked.given["days"] else None
    most = asked.cursor.passed + asked.limit + 1
    answer = upcoming.answer(asked.log, asked.question(), until, most, one_by_one=True)
    told, following = _page(asked, answer.appointments)
    items = upcoming_view.as_json(answer._replace(appointments=told))
    return Page([_activity(one) for one in items], told, following)


def why_(asked: Asked) -> Page:
    what = asked.given["what"].removeprefix(_SCHEME)
    answer = why.answer(asked.log, Question(asked.now, what), asked.whole, asked.database)
    if isinstance(answer.found, why.OfContacts):
        contacts, following = _page(asked, answer.found.contacts)
        answer = answer._replace(found=answer.found._replace(contacts=contacts))
    elif isinstance(answer.found, list):
        strangers, following = _page(asked, answer.found)
        answer = answer._replace(found=strangers)
    else:
        following = None
    rows = why_view.as_json(answer)
    return Page([_proof(row) for row in (rows if isinstance(rows, list) else [rows])], answer, following)


def _page(asked: Asked, found: Sequence[T]) -> tuple[list[T], Cursor | None]:
    passed = asked.cursor.passed
    end = passed + asked.limit
    return list(found[passed:end]), Cursor(passed=end) if len(found) > end else None


def _proof(row: dict[str, Any]) -> dict[str, Any]:
    if "participants" in row:
        return _activity(row)
    return {**row, "uri": _uri(row.get("last_touch_activity"))}


def _activity(row: dict[str, Any]) -> dict[str, Any]:
    """With the first of its people, whoever is a contact before others."""
    people = sorted(row["participants"], key=lambda one: one["contact"] is None)
    row = {**row, "uri": _uri(row["activity"]), "participants": people[:MANY]}
    return row if len(people) <= MANY else {**row, "more_participants": len(people) - MANY}


def _uri(activity: int | None) -> str | None:
    return None if activity is None else f"{_SCHEME}{activity}"


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """With which a day begins on this machine's clock, or the one so many days later."""
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), machine_zone())
