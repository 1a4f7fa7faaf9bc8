"""The page of the day."""

from __future__ import annotations

from starlette.routing import Route

from lasttouch.answers import why
from lasttouch.answers.question import Question
from lasttouch.answers.today import answer, contacts_in
from lasttouch.views.today import doubts
from lasttouch.web.asking import Asked, Shown, page
from lasttouch.web.narrowing import filters_of, narrowing

LIMIT = 10
MORE = 50
SETTLED_BY_DONE = frozenset(("owed", "pending", "flagged", "met", "series-over"))


def today(asked: Asked) -> Shown:
    words = asked.words
    filters = filters_of(asked)
    limit = MORE if "more" in words else LIMIT
    given = asked.told(answer(asked.log, Question(asked.now, "", filters), asked.zone, limit))
    proofs = why.of_activities(asked.log, [one.activity for one in given.attention.reasons if one.activity], asked.now)
    return Shown(
        "today.html",
        {
            "answer": given,
            "proofs": proofs,
            "doubts": doubts(given, asked.zone),
            "contacts_in": contacts_in,
            "settled_by_done": SETTLED_BY_DONE,
            "may_show_more": "more" not in words,
            **narrowing(asked),
        },
    )


def routes() -> list[Route]:
    return [page("/", today)]
