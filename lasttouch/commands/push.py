"""lasttouch push"""

from __future__ import annotations

import click

from lasttouch.commands.opening import administering
from lasttouch.local_time import machine_zone
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines, print_table
from lasttouch.terminal.standard_streams import silence_libraries
from lasttouch.views import push as view


@click.command("push")
@click.argument("target")
@click.option("--yes", is_flag=True, help="Do it; else what would be done is shown, and nothing is written.")
@json_option
@config_option
def command(target: str, yes: bool, as_json: bool) -> None:
    """Show what a target (docs/targets.md) is to be told, and with --yes tell it.

    Everybody there is compared with what the log says now. Only our own fields are written, and
    only where they differ; nobody is added. What was parked, and a target that had stopped, is
    tried again. The daemon does all this by itself.

    \b
    Examples:
      lasttouch push crm
      lasttouch push crm --yes
      lasttouch push crm --json
    """
    from lasttouch.outward.delivery import Delivery, option_named  # noqa: PLC0415 - brings in what sends

    silence_libraries()
    with administering() as agent:
        outcome = Delivery(agent, option_named(agent, target)).push(dry=not yes)
    if outcome.error is not None:
        raise outcome.error
    if as_json:
        print_json(view.as_json(outcome))
    else:
        if outcome.rows:
            print_table(*view.table(outcome, machine_zone()))
        print_lines(view.notes(outcome))
