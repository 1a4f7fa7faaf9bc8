"""lasttouch last"""

from __future__ import annotations

from datetime import timedelta

import click

from activity.errors import UsageError
from lasttouch.answers.last import answer
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import UNLIMITED, filter_options
from lasttouch.commands.opening import reading, reading_all, told
from lasttouch.commands.sparklines import weeks_drawn
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import last as view


@click.command("last")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--company", "by_company", is_flag=True, help="Companies instead of contacts.")
@click.option(
    "--quiet", metavar="TIME", help="With --company: only those to whom nobody of us talked for so long (60d)."
)
@filter_options(
    owner=True,
    tag=True,
    since="Only whose last touch was then or later:",
    until="Only whose last touch was then or earlier, or never.",
    as_of=True,
    sort=("silence", "recent", "name", "company", "touches"),
    limit=UNLIMITED,
)
@form_options
@config_option
def command(who: tuple[str, ...], by_company: bool, quiet: str | None, filters: Filters, form: Form) -> None:
    """When did we last talk to them? The longest silent first.

    WHO is a name or part of one, an address, a domain or a company; without it, everybody. Where no
    contact is meant, people are who are none yet.

    \b
    Examples:
      lasttouch last
      lasttouch last bob
      lasttouch last globex.example --json
      lasttouch last --owner ana --until 90d --limit 20
      lasttouch last bob --as-of 2026-06-30
      lasttouch last --company
      lasttouch last --company --quiet 60d
    """
    now, zone = filters.moment(utc_now()), machine_zone()
    silent_for = None if quiet is None else _quiet(quiet, by_company)
    with reading() as log:
        if by_company:
            from lasttouch.commands.companies import answer_companies  # noqa: PLC0415 - contacts are asked for more often

            answer_companies(log, Question(now, " ".join(who), filters), form, True, silent_for)
            return
        given = told(log, answer(log, Question(now, " ".join(who), filters), reading_all, weeks_drawn(form)))
    print_answer(
        form,
        columns.LAST,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )


def _quiet(text: str, by_company: bool) -> timedelta:
    from lasttouch.configuration.durations import parse_duration  # noqa: PLC0415 - few ask for it

    if not by_company:
        raise UsageError("--quiet is about companies", "say --company as well; of contacts: lasttouch stale --days 60")
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(str(error), "such as 60d, 8w or 3mo") from None
