"""What tells copies of a message or a meeting apart in a log of several users, beside what names them and by whom they
are.

Whoever knows a Message-ID or a UID may put into their own mailbox or calendar what claims to be that. So mail of one
name is one message as far as its copies say the same: when, to whom, of what. Calendars say different things of one
meeting in good faith, and at different times: there it is one as far as the same people read the calendars. What a
viewer sees twice that way is shown once, by the views (see scoped_views.py). One keeper, who sees all, needs neither.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from activity.subject import compared
from store.codes import ROLE
from store.lists import grouped, rows_among
from store.log import Log

if TYPE_CHECKING:
    from activity.facts import Facts  # queries start sooner without
    from activity.participant import Participant

_READ_BY = """SELECT l.id, CASE WHEN n.inherits_readers IS NOT NULL THEN 'p' || l.id
        WHEN n.user_id IS NULL OR EXISTS (SELECT 1 FROM account_reader r WHERE r.account_id = n.id) THEN 'a' || n.id
        ELSE 'u' || n.user_id END
    FROM place l JOIN source o ON o.id = l.source_id JOIN account n ON n.id = o.account_id
    WHERE EXISTS (SELECT 1 FROM user WHERE active) AND l.id IN ({})"""


def read_by(log: Log, place: int) -> str:
    """What stands for those who read this mailbox or calendar in full; "" where one keeper reads everything."""
    found: dict[int, str] = dict(rows_among(log, _READ_BY, [place]))
    return found.get(place, "")


def said(facts: Facts) -> str:
    """What all copies of a message have to say alike, but for who wrote it."""
    return _said(int(facts.at.timestamp()), _to(facts.participants), facts.subject, facts.topic)


@lru_cache(maxsize=4096)  # the same people write to each other again and again
def _to(participants: tuple[Participant, ...]) -> str:
    return " ".join(sorted({person.address.email for person in participants if person.role in ("to", "cc")}))


def _said(at: int, to: str, subject: str | None, topic: int | None) -> str:
    return f"{at} {to} {compared(subject, topic) or ''}"


def of_stored(log: Log, ids: Iterable[int], beside: Collection[str]) -> dict[int, str]:
    """Activity → what tells it apart: of a message what it says, of a meeting who reads the calendars that show it.

    Of a meeting that calendars of several readers are one in, since there were no users then, or other readers, those
    of them that are looked for: whatever changes in who reads what makes no meeting anew.
    """
    wanted = list(ids)
    people = (
        "SELECT p.activity_id, r.email FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.role_code IN ({ROLE['to']}, {ROLE['cc']}) AND p.activity_id IN ({{}})"
    )
    to = grouped(log, people, wanted)
    query = "SELECT id, at, subject, topic FROM activity WHERE ends IS NULL AND id IN ({})"
    rows = rows_among(log, query, wanted)
    found = {row_id: _said(at, " ".join(sorted(to.get(row_id, ()))), *words) for row_id, at, *words in rows}
    meetings = [row_id for row_id in wanted if row_id not in found]
    seen = grouped(log, "SELECT activity_id, place_id FROM sighting WHERE activity_id IN ({})", meetings)
    by = dict(rows_among(log, _READ_BY, {place for places in seen.values() for place in places}))
    for row_id, places in seen.items():
        readers = {by[place] for place in places}
        found[row_id] = min(readers.intersection(beside) or readers)
    return found
