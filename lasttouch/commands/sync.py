"""lasttouch sync"""

from __future__ import annotations

import click

from lasttouch.commands.completion_words import complete_account
from lasttouch.commands.opening import loaded_config
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines, print_table
from lasttouch.views import sync as view


@click.command("sync")
@click.option("--account", metavar="NAME", shell_complete=complete_account, help="Only this account.")
@click.option("--retry", is_flag=True, help="Also where a password was refused too often: it is another now.")
@json_option
@config_option
def command(account: str | None, retry: bool, as_json: bool) -> None:
    """Read mail and calendars once and bring the log up to date.

    The first pass reads back as far as `backfill` says, later ones only what is new. Interrupt it
    whenever you like: the next one goes on from there. Nothing on the servers changes, no message
    is marked as read.

    A server that refused the password three times within an hour is left alone until the hour is
    over; --retry asks it at once, when you have corrected the password.

    \b
    Examples:
      lasttouch sync
      lasttouch sync --account ana --json
      lasttouch sync --account ana --retry
    """
    from lasttouch.answers.status import holdings  # noqa: PLC0415
    from lasttouch.keeping.opening import opened  # noqa: PLC0415 - a shell asks for the names of accounts at every key
    from lasttouch.passes.pipeline import sync  # noqa: PLC0415
    from lasttouch.passes.source_pass import Manner  # noqa: PLC0415
    from lasttouch.terminal.progress import fail_if_any_did, shown_progress  # noqa: PLC0415

    loaded = loaded_config()
    if account is not None:
        loaded.account(account)
    with opened(loaded) as agent, shown_progress(as_json) as progress:
        reports = list(sync(agent, account, progress, Manner(insists=retry)))
        holds = holdings(agent.log)
    if as_json:
        print_json(view.as_json(reports))
    else:
        print_table(*view.table(reports))
        print_lines([view.summary(reports, holds)])
    fail_if_any_did(reports)
