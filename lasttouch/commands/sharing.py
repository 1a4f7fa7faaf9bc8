"""lasttouch sharing"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from activity.errors import UsageError
from activity.sharing import Level
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.opening import asking, changing
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines

if TYPE_CHECKING:
    from lasttouch.keeping.agent import Agent

LEVELS = [level.name.lower() for level in Level if level is not Level.OWN]


@click.group("sharing")
def command() -> None:
    """What colleagues see of your accounts: nothing, dates, who, or subjects as well.

    Only where the configuration names users. What it grants can be narrowed here, for the past as
    well and at once, and widened only up to `share_at_most`, where it leaves that to you.

    \b
    Examples:
      lasttouch sharing show
      lasttouch sharing set dates
      lasttouch sharing private bob stone
    """


@command.command("show")
@json_option
@config_option
def show(as_json: bool) -> None:
    """Who sees what of yours now, and whom you keep to yourself.

    \b
    Examples:
      lasttouch sharing show
    """
    with asking() as agent:
        _tell(agent, as_json)


@command.command("set")
@click.argument("level", required=False, type=click.Choice(LEVELS))
@click.option("--team", metavar="TEAM", help="For this team alone; else for everybody of whose teams nothing is said.")
@click.option("--account", metavar="NAME", help="Of this account; else of all that are yours.")
@click.option("--undo", is_flag=True, help="Take it back: what the configuration says holds.")
@json_option
@config_option
def set_(level: str | None, team: str | None, account: str | None, undo: bool, as_json: bool) -> None:
    """Say what colleagues see of your accounts.

    `dates`: when you were last and are next in touch with somebody they know. `who`: each single
    touch, and the contacts in it. `subjects`: subjects as well. What is shared beyond `none` is
    never a Bcc, nor anybody who is no contact.

    \b
    Examples:
      lasttouch sharing set none
      lasttouch sharing set who --team sales
      lasttouch sharing set --team sales --undo
    """
    from lasttouch.keeping.sharing import share  # noqa: PLC0415 - what writes takes longer to import

    if (level is None) != undo:
        raise UsageError("say one level, or --undo", f"levels are: {', '.join(LEVELS)}")
    with asking() as agent:
        share(agent, None if level is None else Level[level.upper()], team, account)
        _tell(agent, as_json)


@command.command("private")
@click.argument("who", nargs=-1, required=True, shell_complete=complete_who)
@click.option("--undo", is_flag=True, help="No longer so.")
@json_option
@config_option
def private(who: tuple[str, ...], undo: bool, as_json: bool) -> None:
    """Keep somebody to yourself, whatever is shared else: WHO is a contact, an address or a
    company.

    \b
    Examples:
      lasttouch sharing private bob stone
      lasttouch sharing private lawyer@lex.example
      lasttouch sharing private globex --undo
    """
    from lasttouch.keeping.acting import insist_on_users  # noqa: PLC0415 - what writes takes longer to import
    from lasttouch.keeping.sharing import keep_private  # noqa: PLC0415
    from lasttouch.views import sharing as view  # noqa: PLC0415

    with changing() as agent:
        insist_on_users(agent)
        mark = keep_private(agent, " ".join(who), undo)
    if as_json:
        print_json(view.private_as_json(mark, undo))
    else:
        print_lines([view.private_text(mark, undo)])


def _tell(agent: Agent, as_json: bool) -> None:
    from lasttouch.keeping.sharing import sharing  # noqa: PLC0415
    from lasttouch.views import sharing as view  # noqa: PLC0415

    given = sharing(agent)
    if as_json:
        print_json(view.as_json(given))
    else:
        print_lines(view.text(given))
