"""lasttouch stale"""

from __future__ import annotations

from datetime import timedelta

import click

from lasttouch.answers.question import Filters, Question
from lasttouch.answers.stale import answer
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading, told
from lasttouch.commands.sparklines import weeks_drawn
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import stale as view

PAGE = 100


@click.command("stale")
@click.option("--days", metavar="N", type=click.IntRange(0, 100_000), help="Silent for more than so many days.")
@filter_options(
    owner=True,
    tag=True,
    company=True,
    as_of=True,
    sort=("overdue", "rhythm", "silence", "name", "company"),
    limit=PAGE,
)
@form_options
@config_option
def command(days: int | None, filters: Filters, form: Form) -> None:
    """Whom to get back to: contacts silent for longer than is usual with them.

    Days with touches less than ten days apart are one burst; what is usual is the median time
    between the beginnings of bursts. It takes three to know it, and with fewer than six half of
    these times must be within a third of the median: who was in touch a few times at odd times has
    no rhythm. Somebody is stale after one and a half times that, never within two weeks, or past a
    cadence that was set (lasttouch cadence). Not who is met soon, was put off (snooze) or put aside
    (ignore), nor whose last touch was the last of a series of meetings. With --days everybody
    silent for longer than that is listed. Contacts of whom a mailbox or calendar that matters was
    not read up to now are unknown, not stale; those never touched come last.

    \b
    Examples:
      lasttouch stale
      lasttouch stale --days 90 --owner ana
      lasttouch stale --company globex --json
      lasttouch stale --as-of 2026-06-30
    """
    now, zone = filters.moment(utc_now()), machine_zone()
    longer_than = None if days is None else timedelta(days=days)
    with reading() as log:
        question = Question(now, "", filters)
        given = told(log, answer(log, question, longer_than, most(filters, form, PAGE), weeks_drawn(form)))
    print_answer(
        form,
        columns.STALE,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )
