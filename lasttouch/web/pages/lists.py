"""Who waits, who is silent, what lies ahead, and who is no contact yet."""

from __future__ import annotations

from datetime import timedelta

from starlette.routing import Route

from lasttouch.answers import awaiting, stale, unmatched, upcoming
from lasttouch.answers.question import Filters, Question
from lasttouch.answers.silence_words import because
from lasttouch.answers.waiting import whose
from lasttouch.keeping.lessons_due import LISTED
from lasttouch.keeping.reading import lacks_strangers
from lasttouch.views import awaiting as waiting_view
from lasttouch.views import stale as stale_view
from lasttouch.views import upcoming as upcoming_view
from lasttouch.views.chart import sparkline
from lasttouch.web.asking import Asked, Shown, page
from lasttouch.web.narrowing import filters_of, narrowing

PAGE = 50
MORE = 500
WEEKS = 12
RECENT = timedelta(seconds=LISTED)


def waiting(asked: Asked) -> Shown:
    is_all = "all" in asked.words
    question = Question(asked.now, "", filters_of(asked, sort="likely"))
    given = asked.told(awaiting.answer(asked.log, question, "likely", PAGE, is_all=is_all, back=RECENT))
    return Shown(
        "awaiting.html",
        {
            "answer": given,
            "sides": [(side, [one for one in given.waiting if one.side == side]) for side in awaiting.SIDES],
            "is_all": is_all,
            "waits_for": lambda one: waiting_view.waits_for(one, asked.now, asked.zone),
            "whose": whose,
            **narrowing(asked),
        },
    )


def silent_ones(asked: Asked) -> Shown:
    question = Question(asked.now, "", filters_of(asked, sort="overdue"))
    most = MORE if "more" in asked.words else PAGE
    given = asked.told(stale.answer(asked.log, question, None, most, WEEKS))
    by_state = {state: [one for one in given.silences if one.state == state] for state in ("stale", "unknown", "never")}
    return Shown(
        "stale.html",
        {
            "answer": given,
            "by_state": by_state,
            "drawn": {i: sparkline(counts) for i, counts in given.weeks.items()},
            "because": because,
            "unknown_line": lambda one: stale_view.unknown_line(one, asked.now, asked.zone),
            "may_show_more": bool(given.more) and "more" not in asked.words,
            **narrowing(asked),
        },
    )


def ahead(asked: Asked) -> Shown:
    most = MORE if "more" in asked.words else PAGE
    given = asked.told(
        upcoming.answer(asked.log, Question(asked.now, "", filters_of(asked)), None, most, one_by_one=False)
    )
    return Shown(
        "upcoming.html",
        {
            "answer": given,
            "then": lambda one: upcoming_view.then(one, asked.zone),
            "colleagues": lambda one: upcoming_view.colleagues(one, asked.now),
            "with_answer": upcoming_view.with_answer,
            "may_show_more": given.more and "more" not in asked.words,
            **narrowing(asked),
        },
    )


def new_people(asked: Asked) -> Shown:
    """Meetings with strangers that were not worked out yet are for a button: to look changes nothing."""
    given = unmatched.answer(asked.log, Question(asked.now, "", Filters(sort="exchanges")), PAGE)
    is_team = asked.log.scope.viewer is not None
    return Shown("unmatched.html", {"answer": given, "lacks": not is_team and lacks_strangers(asked.log)})


def routes() -> list[Route]:
    return [
        page("/awaiting", waiting),
        page("/stale", silent_ones),
        page("/upcoming", ahead),
        page("/unmatched", new_people),
    ]
