"""lasttouch contacts suggest"""

from __future__ import annotations

import click

from lasttouch.commands.opening import reading_all
from lasttouch.local_time import utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines, print_table


@click.command("suggest")
@json_option
@config_option
def suggest(as_json: bool) -> None:
    """Who may be one person, addresses that may be your own, and private mailboxes; with what to
    type.

    Contacts of the same name, people who sign like a contact, who answer for one from another
    address, or who sign as one of you. Nothing is changed.

    \b
    Examples:
      lasttouch contacts suggest
      lasttouch contacts suggest --json
    """
    from lasttouch.answers.question import Question  # noqa: PLC0415 - other queries in this group do without
    from lasttouch.answers.suggestions import answer  # noqa: PLC0415
    from lasttouch.views import suggestions as view  # noqa: PLC0415

    with reading_all() as log:
        found = answer(log, Question(utc_now()))
    if as_json:
        print_json(view.as_json(found))
    else:
        print_table(*view.table(found))
        print_lines(view.notes(found))
