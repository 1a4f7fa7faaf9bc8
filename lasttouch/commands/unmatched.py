"""lasttouch unmatched"""

from __future__ import annotations

import click

from lasttouch.answers.question import Filters, Question
from lasttouch.answers.unmatched import answer
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading_all
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import unmatched as view

PAGE = 50


@click.command("unmatched")
@filter_options(
    company="Only people at this company's domains.",
    tag="Only people at the companies of contacts with this tag.",
    since="Only whose last touch was then or later:",
    until="Only whose last touch was then or earlier.",
    sort=("exchanges", "recent", "name"),
    limit=PAGE,
)
@form_options
@config_option
def command(filters: Filters, form: Form) -> None:
    """People you really exchange with who are no contacts yet, those who answer first.

    Newsletters, machines and list posts are not among them. Meetings with strangers are worked out
    when this first asks for them. Make contacts of them by their number: lasttouch contacts add
    --from-unmatched 1.

    \b
    Examples:
      lasttouch unmatched
      lasttouch unmatched --company globex
      lasttouch unmatched --since 90d --limit 200 --csv
    """
    now, zone = utc_now(), machine_zone()
    with reading_all() as log:
        given = answer(log, Question(now, "", filters), most(filters, form, PAGE))
    print_answer(
        form,
        columns.UNMATCHED,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given),
    )
