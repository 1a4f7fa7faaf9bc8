"""lasttouch contacts edit"""

from __future__ import annotations

import click

from activity.errors import UsageError
from lasttouch.answers.contacts import with_ids
from lasttouch.commands.completion_words import complete_address
from lasttouch.commands.opening import changing
from lasttouch.naming import one_contact, shown
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines

LONGEST_TAG = 60


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
    from lasttouch.keeping import address_book  # noqa: PLC0415 - queries in this group do without
    from lasttouch.keeping.address_book import Edit  # noqa: PLC0415

    edit = Edit(name, company, owner, _words(tags), _words(untags), publish)
    if edit == Edit():
        raise UsageError("nothing to change was named", "such as --company Globex or --tag vip; see --help")
    if name is not None and not name.strip():
        raise UsageError("a contact has a name", "give one behind --name")
    with changing() as agent:
        contact_id = one_contact(agent.seen, who, agent.clock())
        rematched = address_book.edit(agent, contact_id, edit)
        (person,) = with_ids(agent.seen, [contact_id], agent.clock())
    if as_json:
        print_json(
            {
                "contact": person.id,
                "name": person.name,
                "company": person.company,
                "owner": person.owner or None,
                "tags": list(person.tags),
                "rematched": rematched,
            }
        )
    else:
        more = ", ".join([*(word for word in (person.company, person.owner) if word), *person.tags])
        print_lines([f"{shown(person)}{f': {more}' if more else ''}"])


def _words(tags: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(" ".join(tag.split()) for tag in tags)
    wrong = next((word for word in words if not word or len(word) > LONGEST_TAG or "," in word or ";" in word), None)
    if wrong is not None:
        raise UsageError(
            f"{wrong!r} is no tag", f"a word or a few, without commas, of at most {LONGEST_TAG} characters"
        )
    return words
