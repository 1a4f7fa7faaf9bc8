"""With whom do we really exchange who is no contact yet?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from activity.errors import NotFound
from lasttouch.answers.question import Log, Question
from lasttouch.naming import chosen, companies_named
from store.choosing import companies_of
from store.companies import company_names
from store.unmatched import Stranger, unmatched


class Answer(NamedTuple):
    """`strangers`, as of `now`, with their numbers in the whole list, which `contacts add
    --from-unmatched` means."""

    now: datetime
    strangers: list[tuple[int, Stranger]]
    is_narrowed: bool


def answer(log: Log, question: Question, most: int) -> Answer:
    """At most so many, those who answer first; the log has the meetings among strangers in it."""
    filters = question.filters
    tagged = chosen(log, tag=filters.tag)
    at: list[Collection[int]] = [] if filters.company is None else [companies_named(log, filters.company)]
    at += [] if tagged is None else [companies_of(log, tagged)]
    narrowed = bool(at or filters.since or filters.until or filters.sort != "exchanges")
    numbered = list(enumerate(unmatched(log, question.now, None if narrowed else most), 1))
    names = [set(company_names(log, sorted(ids))) for ids in at]
    there = [(number, one) for number, one in numbered if all(one.company in some for some in names)]
    return Answer(question.now, filters.applied(there, itemgetter(1))[:most], narrowed)


def stranger_at(log: Log, now: datetime, address: str) -> Stranger:
    """The one with this address. Raises NotFound."""
    for one in unmatched(log, now):
        if one.address == address:
            return one
    raise NotFound(f"{address} is not among the unmatched", "see: lasttouch unmatched")


def strangers_meant(log: Log, now: datetime, number: int | None, least: int) -> list[Stranger]:
    """The one with this number in the list; without one, all with whom at least so much was
    exchanged, both ways.

    Raises NotFound where there is no such number.
    """
    found = unmatched(log, now)
    if number is None:
        return [one for one in found if one.two_way and one.exchanges >= least]
    if number > len(found):
        raise NotFound(f"there is no number {number} among the unmatched", "see: lasttouch unmatched")
    return [found[number - 1]]
