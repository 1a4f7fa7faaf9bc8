"""lasttouch last"""

from __future__ import annotations

import click

from lasttouch.answers.last import last
from lasttouch.answers.naming import NO_CONTACTS
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import UNLIMITED, filter_options
from lasttouch.commands.opening import reading, reading_all
from lasttouch.commands.sparklines import weeks_drawn
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.last import last_json, last_table, read_back_lines


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

            companies = answer_companies(log, Question(now, " ".join(who), filters), form)
            print_lines(blindness(companies.sources, now, zone) if form.is_for_people else [])
            return
        given = last(log, Question(now, " ".join(who), filters), reading_all, weeks_drawn(form))
    if not answer(
        form,
        columns.LAST,
        lambda: last_json(given.people, given.through, given.back),
        lambda: last_table(given.people, now, zone, given.weeks, given.back),
    ):
        return
    print_lines(read_back_lines(given.people, given.back, zone))
    if given.strangers:
        from lasttouch.views.no_contact import no_contact  # noqa: PLC0415 - most are contacts

        print_lines(no_contact(given.strangers))
    elif not given.people:
        print_lines([NO_CONTACTS if given.is_empty else "No contact is left by that."])
    print_lines(blindness(given.sources, now, zone))
