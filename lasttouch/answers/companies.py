"""When was each company last in touch?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from lasttouch.answers.question import Log, Question, people_reader
from lasttouch.moments import earlier
from lasttouch.naming import chosen, companies_named, owner_named
from store.blindness import FRESH
from store.choosing import companies_of, companies_of_owner
from store.companies import Company, companies
from store.health import SourceHealth, seen_through, sources
from store.read_back import ReadBack, read_back


class Answer(NamedTuple):
    """As of `now`; `through` and `back`: up to when, and from when on, everything was read.

    `is_empty`: there are none at all. `quiet`: for how long nobody talked to them, None where that was not asked for;
    `is_certain`: no account hides from who asks what it holds, and all were read up to now, and so far back.
    """

    now: datetime
    companies: list[Company]
    is_empty: bool
    through: datetime | None
    back: ReadBack
    sources: list[SourceHealth]
    quiet: timedelta | None = None
    is_certain: bool = True


def answer(log: Log, question: Question, quiet: timedelta | None = None) -> Answer:
    """Of the companies that `who` means, or of all; `quiet`: to whom nobody of us talked for so long.

    Raises NotFound where `who` means none.
    """
    now, filters = question.now, question.filters
    ids = companies_named(log, question.who) if question.who else None
    known = companies(log, now, ids, people_reader(filters.as_of))
    left = known
    if filters.owner is not None:
        theirs = companies_of_owner(log, owner_named(log, filters.owner))
        left = [one for one in left if one.id in theirs]
    if (tagged := chosen(log, tag=filters.tag)) is not None:
        theirs = companies_of(log, tagged)
        left = [one for one in left if one.id in theirs]
    through, back = earlier(seen_through(log), now), read_back(log)
    is_certain = not log.scope.hidden_accounts and through is not None and now - through <= FRESH
    if quiet is not None:
        left = [one for one in left if one.last_touch is None or now - one.last_touch >= quiet]
        is_certain = is_certain and back.vouches_for(now - quiet)
    return Answer(now, filters.applied(left), not known, through, back, sources(log), quiet, is_certain)
