"""lasttouch sign-in"""

from __future__ import annotations

import click

from lasttouch.commands.completion_words import complete_account
from lasttouch.commands.opening import maintaining
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import sign_in as view


@click.command("sign-in")
@click.argument("account", shell_complete=complete_account)
@click.option("--device-code", is_flag=True, help="Sign in on another machine; for one without a browser.")
@click.option("--file", "to_file", is_flag=True, help="Keep it in a file beside the log, not in the keyring.")
@json_option
@config_option
def command(account: str, device_code: bool, to_file: bool, as_json: bool) -> None:
    """Sign in at Microsoft or Google, once, in the browser.

    The account says how in [accounts.sign_in]. One sign-in serves its mail, calendars and contacts,
    and is renewed by itself; when the provider ends it, `lasttouch status` says to sign in again.
    What may be read is asked for with the least rights there are. Tokens are kept in the keyring of
    this machine, else in a file beside the log that nobody but you may read; never in the log.

    On a machine without a browser, Microsoft gives a code to be typed elsewhere, where your
    organisation allows that; at Google the address that is shown must be opened on this machine.

    \b
    Examples:
      lasttouch sign-in ana
      lasttouch sign-in ana --device-code
      lasttouch sign-in ana --file --json
    """
    from lasttouch.passes.signing_in import sign_in_account  # noqa: PLC0415

    with maintaining() as agent:
        one = agent.loaded.account(account)

        def tell(line: str) -> None:
            click.echo(line, err=True)

        signed_in = sign_in_account(agent, one, tell, device_code, to_file)
    if as_json:
        print_json(view.as_json(signed_in))
    else:
        print_lines(view.text(signed_in))
