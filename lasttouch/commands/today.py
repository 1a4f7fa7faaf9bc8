"""lasttouch today"""

from __future__ import annotations

import click

from lasttouch.answers.question import Filters, Question
from lasttouch.answers.today import answer
from lasttouch.commands.filters import filter_options
from lasttouch.commands.opening import reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.hidden import hidden_lines
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import today as view

PAGE = 10


@click.command("today")
@filter_options(owner=True, tag=True, company=True, limit=PAGE, for_programs=PAGE)
@click.option("--quiet-if-empty", is_flag=True, help="Print nothing where there is nothing to tell.")
@json_option
@config_option
def command(filters: Filters, quiet_if_empty: bool, as_json: bool) -> None:
    """The page for the morning: who needs you and why, and the day's meetings.

    What was not read up to now stands first. Then who wrote and has no answer yet, who has not
    answered for longer than they usually take, what you flagged, whom you met without a word since,
    who is past the cadence you set or their own rhythm, and whose series of meetings is over: each
    once, a sentence with its evidence and the activity behind it (see: lasttouch why). All of them:
    awaiting, stale. It is plain text, so that it can be sent as a mail.

    \b
    Examples:
      lasttouch today
      lasttouch today --owner ana --json
      lasttouch today --tag vip
      lasttouch today --quiet-if-empty | mail -E -s "Today" ana@acme.example
    """
    now, zone = utc_now(), machine_zone()
    with reading() as log:
        page = told(log, answer(log, Question(now, "", filters), zone, filters.limit or PAGE))
    if as_json:
        print_json(view.as_json(page))
    elif page.has_news or not quiet_if_empty:
        print_lines([*view.text(page, zone), *hidden_lines()])
