"""lasttouch changes"""

from __future__ import annotations

import click

from lasttouch.answers.changes import BEGINNING, answer
from lasttouch.answers.question import Question
from lasttouch.commands.opening import reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import changes as view
from lasttouch.views import columns


@click.command("changes")
@click.option("--since", default=BEGINNING, metavar="CURSOR", help="Only what moved behind it [default: all known].")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
@form_options
@config_option
def command(since: str, limit: int | None, form: Form) -> None:
    """Every last date that moved, back as well as forward, with what it was before.

    Each answer gives the cursor to ask with next time. Where that is too long ago, or of another
    log, the answer has all dates as they are now, and says so. Contacts that were forgotten are in
    none.

    \b
    Examples:
      lasttouch changes
      lasttouch changes --since 0 --json
      lasttouch changes --since 812-6a5e3b10 --json
    """
    zone = machine_zone()
    with reading() as log:
        given = answer(log, Question(utc_now()), since.strip(), limit)
        told(log, given)
    print_answer(
        form,
        columns.CHANGES,
        lambda: view.rows(given) if form.as_csv else view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given),
    )
