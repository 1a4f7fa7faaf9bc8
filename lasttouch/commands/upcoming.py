"""lasttouch upcoming"""

from __future__ import annotations

from datetime import timedelta

import click

from lasttouch.answers.question import Filters, Question
from lasttouch.answers.upcoming import answer
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import upcoming as view

PAGE = 20


@click.command("upcoming")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--days", metavar="N", type=click.IntRange(1, 36_500), help="Only those of the next N days.")
@filter_options(
    owner=True,
    tag=True,
    company=True,
    since="Only what begins then or later: 2026-12-01, or +7d.",
    until="Only what begins then or earlier: 2026-12-24, or +14d.",
    limit=PAGE,
)
@form_options
@config_option
def command(who: tuple[str, ...], days: int | None, filters: Filters, form: Form) -> None:
    """The next meetings with contacts, when we last talked to who comes, and who else of us knows
    them.

    Meetings are read as far ahead as `horizon` says. Answers that are no plain yes stand behind the
    names. A series is one line with its next meeting, and --limit counts lines; --json and --csv
    have every meeting.

    \b
    Examples:
      lasttouch upcoming
      lasttouch upcoming --days 7
      lasttouch upcoming --owner ana --until +14d
      lasttouch upcoming bob --json
    """
    now, zone, until = utc_now(), machine_zone(), filters.until
    if days is not None:
        until = min(until or now + timedelta(days=days), now + timedelta(days=days))
    with reading() as log:
        question = Question(now, " ".join(who), filters)
        given = answer(log, question, until, most(filters, form, PAGE), one_by_one=not form.is_for_people)
        told(log, given)
    print_answer(
        form,
        columns.UPCOMING,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone, days),
    )
