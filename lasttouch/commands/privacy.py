"""lasttouch privacy report"""

from __future__ import annotations

import click

from lasttouch.commands.opening import administering
from lasttouch.local_time import machine_zone
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines


@click.group("privacy")
def command() -> None:
    """What is kept of whom, and who sees it.

    \b
    Examples:
      lasttouch privacy report
    """


@command.command("report")
@json_option
@config_option
def report(as_json: bool) -> None:
    """A page for a works council, or for whoever has to answer for it.

    Purpose, fields, sources, retention, levels, recipients, and what was erased, merged or retired.
    It shows no content. Of a team it is for administrators.

    \b
    Examples:
      lasttouch privacy report > privacy.txt
      lasttouch privacy report --json
    """
    from lasttouch.keeping import privacy  # noqa: PLC0415 - what opens the log for writing takes longer to import
    from lasttouch.views import privacy as view  # noqa: PLC0415

    with administering() as agent:
        given = privacy.report(agent)
    if as_json:
        print_json(view.as_json(given))
    else:
        print_lines(view.text(given, machine_zone()))
