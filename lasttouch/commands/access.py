"""lasttouch access"""

from __future__ import annotations

import click

from lasttouch.commands.opening import asking
from lasttouch.local_time import machine_zone
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import access as view
from lasttouch.views import columns


@click.command("access")
@form_options
@config_option
def command(form: Form) -> None:
    """Who looked at what is yours: each answer to a colleague that told of your accounts.

    For 90 days it is kept when, who, by which command, about whom if about one, what they see of
    yours and of how many contacts or activities. Looking at one's own leaves no line.

    \b
    Examples:
      lasttouch access
      lasttouch access --json
    """
    from lasttouch.keeping.access import accesses  # noqa: PLC0415 - what opens the log for writing takes longer

    with asking(of_users=False) as agent:
        given = accesses(agent)
    print_answer(
        form,
        columns.ACCESS,
        lambda: view.as_json(given),
        lambda: view.table(given, machine_zone()),
        lambda: view.notes(given),
    )
