"""The options that narrow an answer down and put it in order, received as one value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import click

from lasttouch.answers.question import Filters
from lasttouch.commands.completion_words import complete_company, complete_owner, complete_tag
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form
from lasttouch.terminal.options import F, as_one_value

UNLIMITED = sys.maxsize
MOST_FOR_PROGRAMS = 10_000  # who wants more says so, or exports
_AT_COMPANY = "Only contacts at this company (its name, a part of it, or a domain)."
_AS_OF = "Answer as of the end of that day, from what is known today."
_EXAMPLES = "2026-11-01, or 30d for 30 days ago."


def most(filters: Filters, form: Form, usual: int) -> int:
    """How many are asked for; a page of the `usual` length is for people, a program is not to miss
    the rest."""
    return filters.limit or (usual if form.is_for_people else MOST_FOR_PROGRAMS)


def filter_options(
    *,
    owner: bool = False,
    company: bool | str = False,
    tag: bool | str = False,
    since: str = "",
    until: str = "",
    as_of: bool = False,
    sort: Sequence[str] = (),
    limit: int = 0,
    for_programs: int = MOST_FOR_PROGRAMS,
) -> Callable[[F], F]:
    """Those of the options that are given a value here, received as `filters`.

    Texts are for --help; `company` and `tag` may be one, `since` ends in a colon where the usual
    examples fit behind it. The first order in `sort` is the default, so is `limit` for people (see
    `most`): UNLIMITED for none; that of programs is `for_programs`.
    """
    options: list[Callable[[Any], Any]] = []

    def add(name: str, **how: Any) -> None:
        options.append(click.option(name, **how))

    if owner:
        add("--owner", metavar="NAME", shell_complete=complete_owner, help="Only contacts of this colleague.")
    if company:
        text = company if isinstance(company, str) else _AT_COMPANY
        add("--company", metavar="NAME", shell_complete=complete_company, help=text)
    if tag:
        text = tag if isinstance(tag, str) else "Only contacts with this tag."
        add("--tag", metavar="TAG", shell_complete=complete_tag, help=text)
    if since:
        add("--since", metavar="DATE", callback=_since, help=f"{since} {_EXAMPLES}" if since.endswith(":") else since)
    if until:
        add("--until", metavar="DATE", callback=_until, help=f"{until} That day included.")
    if as_of:
        add("--as-of", metavar="DATE", callback=_as_of, help=_AS_OF)
    if sort:
        add("--sort", type=click.Choice(sort), default=sort[0], show_default=True, help="The order.")
    if limit:
        programs = "" if limit == for_programs else f", for programs {for_programs:,}"
        usual = "" if limit == UNLIMITED else f" [default: {limit}{programs}]"
        add("--limit", metavar="N", type=click.IntRange(1, 1_000_000), help=f"At most so many{usual}.")
    return as_one_value("filters", Filters, Filters._fields, *options)


def _since(_: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else _span(parameter, text)[0]


def _until(_: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    return None if text is None else _span(parameter, text)[1]


def _as_of(_: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    """Not later than now: the end of today has not come yet."""
    if text is None:
        return None
    (begins, ends), now = _span(parameter, text), utc_now()
    if begins > now:
        raise click.BadParameter("that day lies ahead; what will be said then is not known", param=parameter)
    return min(ends, now)


def _span(parameter: click.Parameter, text: str) -> tuple[datetime, datetime]:
    from lasttouch.commands.typed_moments import span  # noqa: PLC0415 - few answers are narrowed by a date

    try:
        return span(text, utc_now(), machine_zone())
    except ValueError as error:
        raise click.BadParameter(str(error), param=parameter) from None
