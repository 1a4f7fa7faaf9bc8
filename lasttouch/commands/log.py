"""lasttouch log"""

from __future__ import annotations

import click

from lasttouch.answers.log import answer
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading, reading_all, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import is_terminal, print_lines, terminal_width
from lasttouch.views import columns
from lasttouch.views import log as view
from lasttouch.views.chart import chart

CHART_WEEKS = 52
PAGE = 50


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

    WHO is a name or part of one, an address, a domain or a company; an address or a domain may be
    of people who are no contacts. On a terminal a chart of the touches by week stands above. --sort
    oldest turns the same activities round. What lies ahead is told by: lasttouch upcoming.

    \b
    Examples:
      lasttouch log bob
      lasttouch log --limit 20
      lasttouch log --company globex --since 90d --sort oldest
      lasttouch log bob@globex.example --json
    """
    now, zone = filters.moment(utc_now()), machine_zone()
    weeks = min(CHART_WEEKS, terminal_width()) if form.is_for_people and is_terminal() else 0
    with reading() as log:
        question = Question(now, " ".join(who), filters)
        given = told(log, answer(log, question, reading_all, most(filters, form, PAGE), weeks))
    if given.weeks:
        print_lines(chart(given.weeks, now, zone))
    print_answer(
        form, columns.LOG, lambda: view.as_json(given), lambda: view.table(given, zone), lambda: view.notes(given)
    )
