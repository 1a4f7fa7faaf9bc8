"""Templates, and the last step before the browser: nothing hostile in any text, and nothing endless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from lasttouch.counting import counted
from lasttouch.moments import ago, local, utc
from lasttouch.terminal.output import clean
from lasttouch.views.activities import called, verdict_at, what
from lasttouch.views.log import counts
from lasttouch.views.people import how, how_of
from lasttouch.web.charts import CELL, Cell
from lasttouch.web.static import address_of

LONGEST_TEXT = 300
FOLDER = Path(__file__).with_name("templates")


def harmless(value: Any) -> Any:
    """What is put into a page: texts without control, bidirectional and invisible characters, and not too long.

    They are escaped afterwards.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return clean(value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…")


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        ago=_ago, day=_day, at=_at, how=how, how_of=how_of, called=called, what=_now(what), counts=_now(counts),
        verdict=_now(verdict_at), segment=_segment, counted=counted,
        upfirst=lambda text: text[:1].upper() + text[1:],
    )  # fmt: skip
    made.globals.update(static=address_of, narrowed=_narrowed, squares=squares, NAV=NAVIGATION)
    return made


NAVIGATION = (
    ("/", "Today", "t"), ("/contacts", "Contacts", "c"), ("/awaiting", "Awaiting", "a"), ("/stale", "Silent", "s"),
    ("/upcoming", "Upcoming", "u"), ("/companies", "Companies", "o"), ("/unmatched", "New people", "n"),
    ("/sources", "Sources", "h"),
)  # fmt: skip
"""Path, what it is called, and the letter behind `g` that goes there."""


def rendered(request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    given = {
        "path": request.url.path, "viewer": None, "unknown": [], "said": None, "words": {},
        "provider": request.app.state.site.provider, **values,
    }  # fmt: skip
    return HTMLResponse(environment().get_template(template).render(given), status)


@pass_context
def _narrowed(context: Context, path: str, **more: object) -> str:
    """This page's address with these words, narrowed to whom it is now."""
    kept = {name: context["words"][name] for name in ("owner", "tag") if context["words"].get(name)}
    words = urlencode({**kept, **more}, quote_via=quote)
    return f"{path}?{words}" if words else path


def _now(told: Callable[[Any, datetime], str]) -> Callable[[Context, Any], str]:
    """What is told of an activity as of now."""

    @pass_context
    def filtered(context: Context, activity: Any) -> str:
        return told(activity, context["now"])

    return filtered


@pass_context
def _ago(context: Context, moment: datetime | None) -> str | Markup:
    """ "3 weeks ago", with the instant itself for whoever points at it."""
    if moment is None:
        return "never"
    return _time(moment, ago(moment, context["now"]), f' title="{local(moment, context["zone"])}"')


@pass_context
def _at(context: Context, moment: datetime | None) -> str | Markup:
    return "" if moment is None else _time(moment, local(moment, context["zone"]))


@pass_context
def _day(context: Context, moment: datetime | None) -> str | Markup:
    return "" if moment is None else _time(moment, local(moment, context["zone"])[:10])


def _time(moment: datetime, text: str, more: str = "") -> Markup:
    """`text` and `more` are made of instants alone, so nothing in them is to be escaped: Markup.format looks at each
    part and takes ten times as long, and a page has hundreds of these."""
    return Markup(f'<time datetime="{utc(moment)}"{more}>{text}</time>')  # noqa: S704


def squares(cells: Sequence[Cell]) -> Markup:
    """A year of days in SVG; of numbers and days alone, as above."""
    return Markup(  # noqa: S704
        "".join(
            f'<rect class="s{one.step}" x="{one.x}" y="{one.y}" width="{CELL}" height="{CELL}" rx="2">'
            f"{f'<title>{one.day}: {one.activities}</title>' if one.activities else ''}</rect>"
            for one in cells
        )
    )


@lru_cache(maxsize=1024)  # companies and tags come again and again
def _segment(text: str) -> str:
    return quote(text, safe="")
