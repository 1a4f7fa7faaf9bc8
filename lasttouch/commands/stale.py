"""lasttouch stale"""

from __future__ import annotations

from datetime import timedelta

import click

from lasttouch.answers.naming import NO_CONTACTS
from lasttouch.answers.question import Filters, Question
from lasttouch.answers.stale import stale
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading
from lasttouch.commands.sparklines import weeks_drawn
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.stale import stale_json, stale_notes, stale_table

NO_RHYTHM = "Who has no rhythm is not here; by length: lasttouch stale --days 90"
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
        given = stale(log, Question(now, "", filters), longer_than, most(filters, form, PAGE), weeks_drawn(form))
    if not answer(
        form,
        columns.STALE,
        lambda: stale_json(given.silences, given.through, given.back),
        lambda: stale_table(given.silences, given.weeks, now, zone),
    ):
        return
    if not any(one.state == "stale" for one in given.silences):
        length = "is usual" if days is None else f"{days} day{'' if days == 1 else 's'}"
        print_lines([NO_CONTACTS if given.is_empty else f"Nobody has been silent for longer than {length}."])
    print_lines(stale_notes(given.silences, given.more, now, zone))
    if days is None:
        print_lines([NO_RHYTHM])
    print_lines(blindness(given.sources, now, zone))
