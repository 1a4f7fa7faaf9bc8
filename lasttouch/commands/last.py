"""lasttouch last"""

from __future__ import annotations

import click

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
def command(who: tuple[str, ...], by_company: bool, filters: Filters, form: Form) -> None:
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
    """
    now, zone = filters.moment(utc_now()), machine_zone()
    with reading() as log:
        if by_company:
            from lasttouch.commands.companies import answer_companies  # noqa: PLC0415 - contacts are asked for more often

            answer_companies(log, Question(now, " ".join(who), filters), form, with_blindness=True)
            return
        given = told(log, answer(log, Question(now, " ".join(who), filters), reading_all, weeks_drawn(form)))
    print_answer(
        form,
        columns.LAST,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )
