"""lasttouch drift"""

from __future__ import annotations

from datetime import timedelta

import click

from lasttouch.answers.drift import answer
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import drift as view

PAGE = 100


@click.command("drift")
@click.option(
    "--days",
    metavar="N",
    type=click.IntRange(1, 100_000),
    default=180,
    show_default=True,
    help="What counts as of late.",
)
@filter_options(owner=True, tag=True, company=True, limit=PAGE)
@form_options
@config_option
def command(days: int, filters: Filters, form: Form) -> None:
    """Whose contacts on paper are talked to by somebody else: it may be time to hand them over.

    The owner on paper is the contact's, or its company's. Listed is who was not in touch with them
    of late by any mailbox or calendar of ours, while a colleague was. Where the owner's accounts do
    not show you single touches it cannot be told, and is said so. Nobody's touches are counted.

    \b
    Examples:
      lasttouch drift
      lasttouch drift --days 90 --owner ana
      lasttouch drift --company globex --json
    """
    now, zone = utc_now(), machine_zone()
    with reading() as log:
        given = told(log, answer(log, Question(now, "", filters), timedelta(days=days), most(filters, form, PAGE)))
    print_answer(
        form,
        columns.DRIFT,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )
