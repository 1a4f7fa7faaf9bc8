"""lasttouch doctor"""

from __future__ import annotations

import click

from activity.errors import ConfigError, LasttouchError
from lasttouch.commands.opening import named_config
from lasttouch.local_time import utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import is_terminal, print_json, print_lines
from lasttouch.terminal.standard_streams import silence_libraries
from lasttouch.views import doctor as view


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no server.")
@json_option
@config_option
def command(offline: bool, as_json: bool) -> None:
    """Test everything and say what to do about each finding. Nothing is changed.

    The configuration, the database, this machine, and of each account: the password, the
    connection, the certificate, the login, the mailboxes and calendars that are read and left out,
    and whether sent mail bears addresses that are not configured. The exit code is 1 if anything
    fails, 3 if the configuration does, 0 with warnings.

    \b
    Examples:
      lasttouch doctor
      lasttouch doctor --offline
      lasttouch doctor --json
    """
    from lasttouch.doctor.examination import examine  # noqa: PLC0415 - imports all that reads mail

    silence_libraries()
    if not offline and not as_json and is_terminal():
        click.echo("Asking the servers …", err=True)
    findings = list(examine(named_config(), utc_now, offline))
    if as_json:
        print_json(view.as_json(findings))
    else:
        print_lines([*view.text(findings), "", view.summary(findings)])
    failures = [one for one in findings if one.status == "failure"]
    if failures:
        kind = ConfigError if failures[0].check == "configuration" else LasttouchError
        raise kind(failures[0].message.partition("\n")[0], "the findings above say what to do")
