"""lasttouch rules test"""

from __future__ import annotations

import click

from activity.address import normalise, normalise_domain
from activity.errors import UsageError
from lasttouch.commands.opening import changing
from lasttouch.keeping.rules import rehearse
from lasttouch.local_time import machine_zone
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import rules as view
from matchers.never_log import checked_rule


@click.group("rules")
def command() -> None:
    """Try out a rule before it holds.

    \b
    Examples:
      lasttouch rules test --never-log '*@health.example'
    """


@command.command("test")
@click.option(
    "--never-log", "never_log", metavar="RULE", multiple=True, help="An address, a domain, or a pattern with *."
)
@click.option("--own-address", "own", metavar="ADDRESS", multiple=True, help="A further address of one of us.")
@click.option("--internal-domain", "internal", metavar="DOMAIN", multiple=True, help="A further domain of ours.")
@json_option
@config_option
def test(never_log: tuple[str, ...], own: tuple[str, ...], internal: tuple[str, ...], as_json: bool) -> None:
    """Show which activities and dates a rule would change. Nothing is changed by it.

    To make it hold, write it into the configuration: the next sync applies it to the whole history.

    \b
    Examples:
      lasttouch rules test --never-log '*@health.example'
      lasttouch rules test --own-address ana@home.example --internal-domain acme.co.example
    """
    if not (never_log or own or internal):
        raise UsageError("name a rule to try", "see the examples in --help")
    addresses = [normalise(address) or _no_address(address) for address in own]
    try:
        rules = [checked_rule(rule) for rule in never_log]
    except ValueError as error:
        raise UsageError(str(error), "see the examples in --help") from None
    with changing() as agent:
        rehearsal = rehearse(agent, rules, addresses, [normalise_domain(domain) for domain in internal])
    if as_json:
        print_json(view.as_json(rehearsal))
    else:
        print_lines(view.text(rehearsal, machine_zone()))


def _no_address(given: str) -> str:
    raise UsageError(f"{given!r} is no e-mail address")
