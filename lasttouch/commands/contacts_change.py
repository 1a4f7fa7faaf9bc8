"""lasttouch contacts merge|alias|remove|forget"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from activity.address import insist_on_address
from activity.errors import UsageError
from lasttouch.answers.contacts import with_ids
from lasttouch.commands.completion_words import complete_address
from lasttouch.commands.opening import changing, erasing
from lasttouch.counting import touches
from lasttouch.naming import contact_or_address, one_contact
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines

if TYPE_CHECKING:
    from lasttouch.keeping.agent import Agent
    from lasttouch.views.contact_changes import Outcome


@click.command("merge")
@click.argument("into", shell_complete=complete_address)
@click.argument("others", nargs=-1, required=True, shell_complete=complete_address)
@json_option
@config_option
def merge(into: str, others: tuple[str, ...], as_json: bool) -> None:
    """Make several contacts one. INTO keeps its name and gets all their addresses.

    Each is a name, an address or an id (#7). This is also how an address that is listed for two
    contacts is put right, if they are one person.

    \b
    Examples:
      lasttouch contacts merge "Bob Stone" bob@home.example
      lasttouch contacts merge "#3" "#7" --json
    """
    from lasttouch.keeping.contact_changes import merge  # noqa: PLC0415 - queries in this group do without

    with changing() as agent:
        kept, *merged = [one_contact(agent.seen, whom, agent.clock()) for whom in (into, *others)]
        tell(merge(agent, kept, merged), as_json)


@click.command("alias")
@click.argument("who", shell_complete=complete_address)
@click.argument("emails", nargs=-1, required=True)
@click.option("--remove", "takes_away", is_flag=True, help="Take these addresses away.")
@json_option
@config_option
def alias(who: str, emails: tuple[str, ...], takes_away: bool, as_json: bool) -> None:
    """Give a contact further addresses, or take some away.

    What was exchanged with an address goes with it.

    \b
    Examples:
      lasttouch contacts alias "Bob Stone" bob@home.example
      lasttouch contacts alias "Bob Stone" bob@home.example --remove
    """
    from lasttouch.keeping.contact_changes import add_alias, addresses_given, remove_alias  # noqa: PLC0415

    addresses = addresses_given(emails)
    with changing() as agent:
        change = remove_alias if takes_away else add_alias
        tell(change(agent, one_contact(agent.seen, who, agent.clock()), addresses), as_json)


@click.command("remove")
@click.argument("who", shell_complete=complete_address)
@json_option
@config_option
def remove(who: str, as_json: bool) -> None:
    """Strike a contact off the list. What was exchanged stays in the log; to erase it: contacts
    forget.

    Nothing but `contacts add` makes a contact of them again: no address book, no import and no
    sync.

    \b
    Examples:
      lasttouch contacts remove "Bob Stone"
    """
    from lasttouch.keeping.contact_changes import remove  # noqa: PLC0415 - queries in this group do without
    from lasttouch.keeping.own_words import speaker  # noqa: PLC0415

    with changing() as agent:
        contact_id = one_contact(agent.seen, who, agent.clock())
        tell(remove(agent, [contact_id], speaker(agent, None)), as_json)


@click.command("forget")
@click.argument("who", shell_complete=complete_address)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--reason", metavar="TEXT", default="", help="Why: kept with who did it, and when.")
@json_option
@config_option
def forget(who: str, yes: bool, reason: str, as_json: bool) -> None:
    """Erase somebody for good: the contact, their addresses and every trace in the log.

    WHO is a contact or an address. What they sent, and what was exchanged with nobody else, is
    deleted; from the rest they are struck. Only keyed hashes of their addresses are left, so that
    no later sync, and no restored backup, brings them back. This cannot be undone.

    Of a team whoever's contact it is does it, from their own accounts; one of the list, whose owner
    it is, from all. An administrator, who gives an address and a --reason, erases anybody.

    \b
    Examples:
      lasttouch contacts forget "Bob Stone"
      lasttouch contacts forget stranger@other.example --yes
    """
    from lasttouch.keeping import forgetting  # noqa: PLC0415

    if as_json and not yes:
        raise UsageError("with --json nobody is asked, so --yes is needed", "nothing was erased")
    with erasing(reason) as (agent, by_administrator):
        address = insist_on_address(who) if by_administrator else ""
        try:
            contact_ids, emails = contact_or_address(agent.seen, who, agent.clock())
        except UsageError:
            if not by_administrator:
                raise
            contact_ids, emails = [], [address]  # of whoever has another address that is left, and who is not told
        if not by_administrator:
            forgetting.insist_on_erasable(agent, contact_ids)
        elif not yes:
            raise UsageError("an administrator is not shown whom it concerns, so --yes is needed", "nothing was erased")
        if not yes and not _confirmed(agent, contact_ids, emails):
            print_lines(["Nothing was erased."])
            return
        tell(forgetting.forget(agent, contact_ids, emails, reason), as_json)


def tell(change: Outcome, as_json: bool) -> None:
    """Print what became of it."""
    from lasttouch.views import contact_changes as view  # noqa: PLC0415 - queries in this group do without

    if as_json:
        print_json(view.as_json(change))
    else:
        print_lines([view.text(change)])


def _confirmed(agent: Agent, contact_ids: list[int], emails: list[str]) -> bool:
    """Ask with everything that would go."""
    found = with_ids(agent.seen, contact_ids, agent.clock())
    lines = [f"  #{one.id} {one.name} <{', '.join(one.emails)}>, {touches(one.touches)}" for one in found]
    print_lines(["This would be erased for good, with every trace in the log:", *(lines or [f"  {emails[0]}"])])
    try:
        return click.confirm("Erase?")
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise UsageError("nobody is there to be asked, so --yes is needed", "nothing was erased") from None
