"""`/feed/TOKEN.ics`: whom to get back to, as a calendar to subscribe to.

Each reason is an event of today that takes no time, and a source that was not read is one as well:
an empty day would else be taken for nobody waiting. A feed is read by calendars that keep it with
somebody else, so subjects are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from activity.errors import LasttouchError
from deliver.calendar_text import calendar, event
from lasttouch.answers import telling
from lasttouch.answers.attention import Reason
from lasttouch.answers.question import Question
from lasttouch.answers.today import Answer, answer
from lasttouch.keeping import reading
from lasttouch.mcp.untrusted import told
from lasttouch.views.today import reasons_json, unknown_json
from lasttouch.web.bearer import ask_as_holder, refused
from lasttouch.web.site import Site

if TYPE_CHECKING:
    from icalendar import Event

LIMIT = 20
_AGAIN = "PT1H"  # when a calendar asks again


def routes() -> list[BaseRoute]:
    return [Route("/feed/{token}.ics", _feed, methods=["GET"])]


async def _feed(request: Request) -> Response:
    return await run_in_threadpool(_answered, request)


def _answered(request: Request) -> Response:
    site: Site = request.app.state.site
    try:
        ask_as_holder(site, request.path_params["token"], "feed")
    except LasttouchError:  # whoever has no token is not even told that this is a place for one
        return PlainTextResponse("There is no such feed.\n", 404)
    try:
        warnings: list[str] = []
        with reading.reading(site.config, warnings.append, warnings.append) as log:
            now = site.clock()
            given = answer(log, Question(now), site.zones.of(site.config, log.scope.viewer), LIMIT)
            telling.told(log, given, now, "web /feed")
            text = text_of(given, log.scope.hidden_accounts)
        return Response(text, media_type="text/calendar; charset=utf-8")
    except Exception as error:  # noqa: BLE001 - told in plain words, and not to the network
        return refused(error)


def text_of(given: Answer, hidden_accounts: int) -> str:
    """iCalendar (RFC 5545, RFC 7986)."""
    head = {
        "name": "Whom to get back to", "x-wr-calname": "Whom to get back to",
        "x-published-ttl": _AGAIN, "refresh-interval;value=duration": _AGAIN,
    }  # fmt: skip
    if hidden_accounts:
        head["description"] = f"As far as you may see; accounts that share nothing with you: {hidden_accounts}."
    unread = [_of_unread(one, given) for one in unknown_json(given.blind)]
    return calendar(head, [*unread, *(_of_reason(one, given) for one in given.attention.reasons)])


def _of_unread(one: Mapping[str, Any], given: Answer) -> Event:
    since = f"since {one['since']}" if one["since"] else "yet"
    return _event(
        f"unread-{one['account']}-{one['source']}", f"Not read {since}: {one['account']} {one['source']}", given
    )


def _of_reason(reason: Reason, given: Answer) -> Event:
    (one,) = told(reasons_json([reason]), subjects=False)
    proof = f"Proof: lasttouch why {reason.activity}" if reason.activity else None
    name = f"{reason.kind}-{reason.contact or 0}-{reason.activity or 0}"
    return _event(name, f"{one['name_untrusted']}: {one['because_untrusted']}", given, proof)


def _event(name: str, summary: str, given: Answer, proof: str | None = None) -> Event:
    return event(f"{name}@lasttouch", given.now.replace(microsecond=0), given.day, summary, proof)
