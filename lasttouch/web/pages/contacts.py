"""Who is listed, and all that is known of one of them."""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from activity.errors import LasttouchError, NotFound, UsageError
from lasttouch.answers import companies, last, log, offers, why
from lasttouch.answers.contact import about
from lasttouch.answers.question import Filters, Question
from lasttouch.answers.weeks import last_weeks
from lasttouch.views.activities import RULES, not_counted_because
from lasttouch.views.chart import sparkline
from lasttouch.views.own_words import said_sentences
from lasttouch.views.people import not_since, read_back_lines
from lasttouch.views.why_activity import sets
from lasttouch.web.asking import LONGEST_NUMBER, Asked, Shown, page
from lasttouch.web.charts import heat_map, rhythm
from lasttouch.web.narrowing import filters_of

PAGE = 50
TIMELINE = 50
TIMELINE_MORE = 500
WEEKS = 12
LONGEST_WORDS = 200  # characters that are looked for
SORTS = {
    "silence": "the longest silent first",
    "name": "by name",
    "company": "by company",
    "touches": "most touches first",
    "recent": "the newest touch first",
}
DATES = {
    "last_inbound": "They wrote",
    "last_outbound": "We wrote",
    "last_meeting": "Met",
    "last_two_way": "Both ways",
    "last_copied": "Copied",
    "next_meeting": "Next meeting",
}
_ID = re.compile(r"[0-9]{1,18}")  # more digits no row has, and int() fails at some thousand of them


def contacts(asked: Asked) -> Shown:
    words = asked.words
    sort = words.get("sort", "silence")
    narrowed = {name: words.get(name) or None for name in ("owner", "tag", "company")}
    if sort not in SORTS:
        raise UsageError("there is no such order", f"orders are: {', '.join(SORTS)}")
    begins = words.get("from", "")
    first = int(begins) if begins.isdecimal() and len(begins) < LONGEST_NUMBER else 0
    given = last.answer(asked.log, Question(asked.now, "", filters_of(asked, sort=sort)), asked.whole)
    found = given.people
    if narrowed["company"]:
        wanted = narrowed["company"].casefold()
        found = [one for one in found if wanted in (one.company or "").casefold()]
    shown = asked.told(given._replace(people=found[first : first + PAGE]))
    weeks = last_weeks(asked.log, [one.id for one in shown.people], asked.now, WEEKS)
    owners, tags = offers.owners_and_tags(asked.log)
    return Shown(
        "contacts.html",
        {
            "answer": shown,
            "all": len(found),
            "first": first,
            "next": first + PAGE if len(found) > first + PAGE else None,
            "before": max(0, first - PAGE) if first else None,
            "sort": sort,
            "order": SORTS[sort],
            "narrowed": narrowed,
            "owners": owners,
            "tags": tags,
            "drawn": {i: sparkline(counted) for i, counted in weeks.items()},
            "not_since": not_since(given.back, asked.zone),
            "notes": read_back_lines(shown.people, given.back, asked.zone),
        },
    )


def contact(asked: Asked) -> Shown:
    most = TIMELINE_MORE if "more" in asked.words else TIMELINE
    given = asked.told(about(asked.log, _number(asked), asked.now, asked.zone, most))
    dates = []
    for date, heading in DATES.items():
        moment = getattr(given.person, date)
        dates.append((heading, moment, given.behind.get(given.person.activities.get(date, 0)) if moment else None))
    return Shown(
        "contact.html",
        {
            "given": given,
            "one": given.person,
            "dates": dates,
            "heat": heat_map(given.heat),
            "rhythm": rhythm(given.person.last_touch, given.person.usual_gap, given.too_long, asked.now),
            "said_of": said_sentences(given.said, asked.zone),
            "cadence": next((one.value for one in given.said if one.kind == "cadence"), None),
            "not_since": not_since(given.back, asked.zone),
            "notes": read_back_lines([given.person], given.back, asked.zone),
            "today": asked.now.astimezone(asked.zone).date().isoformat(),
            "may_show_more": given.more and "more" not in asked.words,
        },
    )


def activity(asked: Asked) -> Shown:
    question = Question(asked.now, str(_number(asked)))
    given = why.answer(asked.log, question, asked.whole, asked.database)
    if not isinstance(given.found, why.OfActivity):
        raise NotFound(f"there is no activity {_number(asked)}")
    found = asked.told(given).found
    assert isinstance(found, why.OfActivity)
    one = found.activity
    return Shown(
        "activity.html",
        {
            "one": one,
            "rules": RULES,
            "sets": [(person, date.replace("_", " ")) for person in found.concerned for date in sets(one, person)],
            "not_counted": not_counted_because(one, asked.now),
            "said_of": said_sentences(found.said, asked.zone),
        },
    )


def company(asked: Asked) -> Shown:
    name = asked.path["name"]
    if not name.strip().isprintable() or not name.strip():  # words that say nothing would mean every company
        raise NotFound("there is no such page", "see what stands at the top")
    given = companies.answer(asked.log, Question(asked.now, name))
    found = next((one for one in given.companies if one.name.casefold() == name.casefold()), given.companies[0])
    question = Question(asked.now, "", Filters(company=found.name))
    so_called = last.answer(asked.log, question, asked.whole)  # also one that is spelled otherwise
    there = so_called._replace(people=[one for one in so_called.people if one.company == found.name])
    history = log.answer(asked.log, question, asked.whole, TIMELINE) if there.people else None
    asked.told((given._replace(companies=[found]), there, history))
    return Shown(
        "company.html",
        {
            "one": found,
            "people": there.people,
            "timeline": history.activities if history else [],
            "back_to": given.back,
            "not_since": not_since(given.back, asked.zone),
            "given_owners": history.owners if history else {},
        },
    )


def all_companies(asked: Asked) -> Shown:
    sort = asked.words.get("sort", "silence")
    given = asked.told(companies.answer(asked.log, Question(asked.now, "", Filters(sort=sort))))
    return Shown(
        "companies.html",
        {"answer": given, "sort": sort, "not_since": not_since(given.back, asked.zone)},
    )


def search(asked: Asked) -> Shown | Response:
    """Contacts, companies, and people who are no contacts: whoever is the only one meant is shown at once."""
    who = asked.words.get("q", "").strip()[:LONGEST_WORDS]
    people, at, hint = None, None, ""
    if who:
        try:
            people = last.answer(asked.log, Question(asked.now, who), asked.whole)
        except LasttouchError as error:
            hint = "" if "lasttouch " in error.hint else error.hint  # no command is typed here
        try:
            at = companies.answer(asked.log, Question(asked.now, who))
        except LasttouchError:
            at = None
        if people and not at and not people.strangers and len(people.people) == 1:
            return RedirectResponse(f"/contact/{people.people[0].id}", 303)
        asked.told((people, at))
    return Shown(
        "search.html",
        {
            "who": who,
            "people": people.people[:PAGE] if people and not people.strangers else [],
            "strangers": people.people[:PAGE] if people and people.strangers else [],
            "companies": at.companies if at else [],
            "hint": hint,
        },
    )


def _number(asked: Asked) -> int:
    """Raises NotFound for one that no row has."""
    if _ID.fullmatch(asked.path["number"]) is None:
        raise NotFound("there is no such page", "see what stands at the top")
    return int(asked.path["number"])


def routes() -> list[Route]:
    return [
        page("/contacts", contacts),
        page("/contact/{number}", contact),
        page("/activity/{number}", activity),
        page("/companies", all_companies),
        page("/company/{name:path}", company),
        page("/search", search),
    ]
