"""lasttouch contacts edit"""

from __future__ import annotations

import click

from lasttouch.commands.completion_words import complete_address
from lasttouch.commands.contacts_change import tell
from lasttouch.commands.opening import changing
from lasttouch.naming import one_contact
from lasttouch.terminal.options import config_option, json_option


@click.command("edit")
@click.argument("who", shell_complete=complete_address)
@click.option("--name", metavar="NAME", help="What they are called.")
@click.option("--company", metavar="NAME", help='Where they work; the company is made if it is new. "" for nowhere.')
@click.option("--owner", metavar="NAME", help='Whose contact this is. "" for nobody in particular.')
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Sort them under this word; may be given again.")
@click.option("--untag", "untags", metavar="TAG", multiple=True, help="Take this word away.")
@click.option("--publish", is_flag=True, help="Put them on the list that all colleagues share.")
@json_option
@config_option
def edit(
    who: str,
    name: str | None,
    company: str | None,
    owner: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    publish: bool,
    as_json: bool,
) -> None:
    """Change a contact's name, company, owner or tags. For addresses: contacts alias.

    \b
    Examples:
      lasttouch contacts edit bob@globex.example --name "Robert Stone" --company Globex
      lasttouch contacts edit "#7" --tag vip --tag berlin --untag prospect
    """
    from lasttouch.keeping import contact_changes  # noqa: PLC0415 - queries in this group do without

    what = contact_changes.checked_edit(contact_changes.Edit(name, company, owner, tags, untags, publish))
    with changing() as agent:
        tell(contact_changes.edit(agent, one_contact(agent.seen, who, agent.clock()), what), as_json)
