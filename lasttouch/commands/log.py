"""lasttouch log"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, tzinfo

import click

from activity.errors import NotFound
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import Filters, filter_options
from lasttouch.commands.naming import chosen
from lasttouch.commands.opening import reading, reading_all
from lasttouch.local_time import machine_zone
from lasttouch.moments import earlier
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import is_terminal, print_lines, terminal_width
from lasttouch.views import columns
from lasttouch.views.chart import chart
from lasttouch.views.no_contact import no_contact
from lasttouch.views.timeline import log_json, log_table
from store.choosing import account_owners
from store.finding import Unlisted, find_unlisted
from store.log import Log
from store.timeline import newest
from store.weeks import touches_by_week

CHART_WEEKS = 52
PAGE = 50
NOTHING_YET = "Nothing in the log yet. To read mail and calendars: lasttouch sync"


@click.command("log")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@filter_options(
    owner=True,
    tag=True,
    company=True,
    since="Only what was then or later:",
    until="Only what was then or earlier.",
    as_of=True,
    sort=("newest", "oldest"),
    limit=PAGE,
)
@form_options
@config_option
def command(who: tuple[str, ...], filters: Filters, form: Form) -> None:
    """The activities with somebody, or with everybody, newest first.

    WHO is a name or part of one, an address, a domain or a company; an address or a domain may be of
    people who are no contacts. On a terminal a chart of the touches by week stands above. --sort
    oldest turns the same activities round. What lies ahead is told by: lasttouch upcoming.

    \b
    Examples:
      lasttouch log bob
      lasttouch log --limit 20
      lasttouch log --company globex --since 90d --sort oldest
      lasttouch log bob@globex.example --json
    """
    now, zone = filters.moment(), machine_zone()
    with contextlib.ExitStack() as opened:
        log = opened.enter_context(reading())
        ids, strangers = _concerned(log, who, filters)
        if strangers or ids is None:
            log = opened.enter_context(reading_all())
        last = earlier(filters.until, now) or now
        found = newest(log, last, filters.most(form, PAGE), ids, [one.address_id for one in strangers])
        found = [one for one in found if filters.since is None or one.at >= filters.since]
        if filters.sort == "oldest":
            found.reverse()
        if ids and form.is_for_people and is_terminal():
            print_lines(_chart(log, ids, now, zone))
        owners = account_owners(log)
        if answer(form, columns.LOG, lambda: log_json(found, now), lambda: log_table(found, now, zone, owners)):
            narrowed = ids is not None or filters.since or filters.until or filters.as_of
            print_lines([] if found else ["Nothing with that." if narrowed else NOTHING_YET])
            print_lines(no_contact(strangers))


def _concerned(log: Log, who: Sequence[str], filters: Filters) -> tuple[list[int] | None, list[Unlisted]]:
    """Contacts (None for everybody) or, where these words mean none, people who are no contacts."""
    try:
        return chosen(log, who, filters.owner, filters.company, tag=filters.tag), []
    except NotFound:
        is_narrowed = filters.owner or filters.company or filters.tag
        strangers = find_unlisted(log, " ".join(who)) if who and not is_narrowed else []
        if not strangers:
            raise
        return [], strangers


def _chart(log: Log, ids: Sequence[int], now: datetime, zone: tzinfo) -> list[str]:
    """The touches of all of them by week, as many weeks as there is room for."""
    weeks = min(CHART_WEEKS, terminal_width())
    by_contact = touches_by_week(log, ids, now, weeks).values()
    return chart([sum(week) for week in zip(*by_contact, strict=True)], now, zone)
