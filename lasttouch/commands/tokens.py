"""lasttouch tokens add|list|revoke"""

from __future__ import annotations

import click

from activity.errors import UsageError
from lasttouch.commands.opening import holding_tokens
from lasttouch.configuration.durations import parse_duration
from lasttouch.keeping import tokens
from lasttouch.local_time import machine_zone
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import columns
from lasttouch.views import tokens as view


@click.group("tokens")
def command() -> None:
    """Tokens by which programs ask over HTTP; whoever holds one sees what you see.

    \b
    Examples:
      lasttouch tokens add laptop --scope read
      lasttouch tokens list
      lasttouch tokens revoke laptop
    """


@command.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(tokens.SCOPES),
    multiple=True,
    required=True,
    help="What it is good for: read (/api/), feed (/feed/TOKEN.ics), mcp (/mcp); may be given several times.",
)
@click.option("--expires", metavar="LENGTH", default="90d", show_default=True, help="For how long; a year at most.")
@json_option
@config_option
def add(name: str, scopes: tuple[str, ...], expires: str, as_json: bool) -> None:  # fmt: skip
    """Make a token, and show it this once.

    Only a hash of it is kept. It is good for what it was made for alone, until it expires or is
    revoked, and shows what its user may see at the moment it is used.

    \b
    Examples:
      lasttouch tokens add "calendar on my phone" --scope feed --expires 1y
      lasttouch tokens add crm --scope read --scope mcp --json
    """
    try:
        good_for = parse_duration(expires)
    except ValueError as error:
        raise UsageError(f"--expires: {error}") from None
    with holding_tokens() as agent:
        made = tokens.add(agent, name, scopes, good_for)
    if as_json:
        print_json(view.made_as_json(made))
    else:
        print_lines(view.made_text(made, machine_zone()))


@command.command("list")
@form_options
@config_option
def list_(form: Form) -> None:
    """Your tokens, as they are called; an administrator is shown everybody's. None can be read
    again.

    \b
    Examples:
      lasttouch tokens list
    """
    with holding_tokens() as agent:
        given = tokens.listed(agent)
    print_answer(
        form,
        columns.TOKENS,
        lambda: view.as_json(given),
        lambda: view.table(given, machine_zone()),
        lambda: [] if given else ["There is no token."],
    )


@command.command("revoke")
@click.argument("token", metavar="NAME|ID")
@json_option
@config_option
def revoke(token: str, as_json: bool) -> None:
    """Take a token back: whoever uses it is refused from the next call on.

    \b
    Examples:
      lasttouch tokens revoke laptop
      lasttouch tokens revoke 3 --json
    """
    with holding_tokens() as agent:
        gone = tokens.revoke(agent, token)
    if as_json:
        print_json(view.as_json(gone))
    else:
        print_lines([f"Revoked: {one.name}." for one in gone])
