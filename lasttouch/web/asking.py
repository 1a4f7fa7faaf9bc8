"""One question, or one change, as it is asked over HTTP: by whom, of what, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from activity.errors import LasttouchError, NotFound, UsageError
from lasttouch.answers import telling
from lasttouch.keeping import reading, viewing
from lasttouch.web.failures import status_of
from lasttouch.web.guard import VISITOR, Visitor
from lasttouch.web.sessions import Said
from lasttouch.web.site import Site
from lasttouch.web.templates import rendered

if TYPE_CHECKING:
    from lasttouch.answers.question import Log
    from lasttouch.keeping.agent import Agent

LONGEST_FORM = 65_536  # bytes
LONGEST_NUMBER = 10  # digits; int() itself fails at some thousand of them
_SIGN_IN = "this page is for whoever is signed in"
_MISTAKE = LasttouchError("something went wrong here", "the log says what")

Given = TypeVar("Given")


class Asked(NamedTuple):
    """`log` is opened for whoever asks; `words` are those behind the question mark, `path` those within the path.

    `warnings` are what keeps the log from following the configuration.
    """

    site: Site
    log: Log
    now: datetime
    zone: tzinfo
    path: Mapping[str, str]
    words: Mapping[str, str]
    warnings: list[str]
    where: str

    def told(self, given: Given) -> Given:
        """What is answered on this page; see `answers/telling.py`."""
        return telling.told(self.log, given, self.now, f"web {self.where}")

    def database(self) -> Path:
        return reading.database_of(self.site.config)

    def whole(self) -> AbstractContextManager[Log]:
        """The log as it is: to work out more of it would change it, which is for a button."""
        return nullcontext(self.log)


class Shown(NamedTuple):
    """A page: its template, and what that is given."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


class Change(NamedTuple):
    """A form that was sent: the log to be changed by whoever asks."""

    agent: Agent
    fields: Mapping[str, str]
    zone: tzinfo


def page(path: str, show: Callable[[Asked], Shown | Response]) -> Route:
    """What is asked for by GET: shown to who is signed in, and changing nothing."""

    async def endpoint(request: Request) -> Response:
        return await _in_turn(request, partial(_answered, request, show))

    return Route(path, endpoint, methods=["GET"], name=show.__name__)


def button(path: str, change: Callable[[Change], Said]) -> Route:
    """What a form of ours sends: done, then the page it stood on is shown again with what became of it."""

    async def endpoint(request: Request) -> Response:
        try:
            form = await _form(request)
        except ClientDisconnect:  # nobody is there who could be answered
            return Response(status_code=400)
        return await _in_turn(request, partial(_changed, request, form, change))

    return Route(path, endpoint, methods=["POST"], name=change.__name__)


async def _in_turn(request: Request, answer: Callable[[], Response]) -> Response:
    site: Site = request.app.state.site
    visitor: Visitor | None = request.scope.get(VISITOR)
    return await site.turns.run(visitor and _who(visitor), answer)


def _who(visitor: Visitor) -> tuple[str | None, str | None]:
    """Whoever is signed in, and as whom a proxy knows them."""
    return (visitor.session.user if visitor.session else None), visitor.known_as


def _answered(request: Request, show: Callable[[Asked], Shown | Response]) -> Response:
    site: Site = request.app.state.site
    visitor: Visitor | None = request.scope.get(VISITOR)
    if visitor is None:
        return _not_signed_in(request)
    try:
        with site.kept_open.lent_to(_who(visitor)):
            return _shown(request, site, visitor, show)
    except Exception as error:  # noqa: BLE001 - told in plain words, and not to the network
        return failed(request, error)


def _shown(request: Request, site: Site, visitor: Visitor, show: Callable[[Asked], Shown | Response]) -> Response:
    ask_as(site, visitor)
    warnings: list[str] = []
    with reading.reading(site.config, warnings.append, warnings.append) as log:
        zone = site.zones.of(site.config, log.scope.viewer)
        asked = Asked(
            site, log, site.clock(), zone, request.path_params, dict(request.query_params), warnings, request.url.path
        )
        shown = show(asked)
        if isinstance(shown, Response):
            return shown
        return rendered(request, shown.template, {**around(asked, visitor), **shown.values}, shown.status)


def around(asked: Asked, visitor: Visitor) -> dict[str, Any]:
    """What every page is given: who asks, what is not known, and what became of the last button."""
    from lasttouch.answers.status import sources_read  # noqa: PLC0415 - this module is read for the API, too
    from lasttouch.views.blindness import blindness  # noqa: PLC0415

    scope = asked.log.scope
    return {
        "now": asked.now,
        "zone": asked.zone,
        "viewer": scope.viewer,
        "hidden_accounts": scope.hidden_accounts,
        "unknown": [*asked.warnings, *blindness(sources_read(asked.log), asked.now, asked.zone)],
        "said": visitor.session.told() if visitor.session else None,
        "back": asked.where + (f"?{urlencode(asked.words, safe='/', quote_via=quote)}" if asked.words else ""),
        "words": asked.words,
    }


def ask_as(site: Site, visitor: Visitor) -> None:
    """From here on, in this thread, it is they who ask. Raises NotPermitted for whom a proxy names and we do not."""
    if visitor.session is None:
        viewing.ask_as_user(reading.name_of_user(site.config, visitor.known_as or ""))
    elif visitor.session.user is not None:
        viewing.ask_as_user(visitor.session.user)


def _changed(request: Request, fields: Mapping[str, str], change: Callable[[Change], Said]) -> Response:
    site: Site = request.app.state.site
    visitor: Visitor | None = request.scope.get(VISITOR)
    if visitor is None:
        return _not_signed_in(request)
    back = local_path(fields.get("back", "/"))
    try:
        ask_as(site, visitor)
        with changing(site) as agent:
            said = change(Change(agent, fields, site.zones.of(site.config, agent.seen.scope.viewer)))
    except (NotFound, UsageError) as error:
        said = Said(f"Not done: {error.message}.")
    except Exception as error:  # noqa: BLE001 - as above
        return failed(request, error)
    if visitor.session is not None:
        visitor.session.tell(said)
    return RedirectResponse(back, 303)


@contextmanager
def changing(site: Site) -> Iterator[Agent]:
    """The log to be changed by whoever asks. Raises NotPermitted."""
    from lasttouch.keeping.acting import acting  # noqa: PLC0415 - pages that only show do without
    from lasttouch.keeping.opening import opened  # noqa: PLC0415

    with opened(reading.loaded(site.config), site.clock) as agent, acting(agent):
        yield agent


def local_path(given: str) -> str:
    """A path on this page, whatever was sent."""
    parts = urlsplit(given)
    is_ours = given.startswith("/") and not given.startswith(("//", "/\\")) and not parts.netloc and given.isprintable()
    return quote(given, safe="/?&=%+#:@,;-._~") if is_ours else "/"


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; of one that is too long, none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _not_signed_in(request: Request) -> Response:
    return rendered(request, "sign_in.html", {"message": _SIGN_IN}, 401)


def failed(request: Request, error: Exception, template: str = "failed.html") -> Response:
    """What went wrong, in plain words."""
    told = error if isinstance(error, LasttouchError) else _MISTAKE
    status = status_of(error, "a page")
    return rendered(request, template, {"message": told.message, "hint": told.hint}, status)
