"""lasttouch handover"""

from __future__ import annotations

import click

from lasttouch.answers.handover import answer
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.completion_words import complete_owner
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import handover as view

PAGE = 100


@click.command("handover")
@click.argument("who", shell_complete=complete_owner)
@click.option(
    "--to", required=True, metavar="NAME", shell_complete=complete_owner, help="The colleague who takes over."
)
@filter_options(limit=PAGE)
@form_options
@config_option
def command(who: str, to: str, filters: Filters, form: Form) -> None:
    """What a colleague takes over from WHO: each contact of theirs, the last touched first.

    When the last touch was and the next meeting is, how often they usually talk, what waits for us
    and for them, which series of meetings end with the calendar of WHO, when the colleague last
    talked to them, and who else knows them. All of it as far as you may see: what is not shared
    with you cannot be told, and is said so. Nothing is changed.

    \b
    Examples:
      lasttouch handover ana --to ben
      lasttouch handover "Ana Kim" --to ben --csv
    """
    now, zone = utc_now(), machine_zone()
    with reading() as log:
        given = told(log, answer(log, Question(now, "", filters), who, to, most(filters, form, PAGE)))
    print_answer(
        form,
        columns.HANDOVER,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )
