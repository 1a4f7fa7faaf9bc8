"""lasttouch contacts import|list|add|show"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from activity.errors import UsageError
from lasttouch.answers.contacts import answer, shown
from lasttouch.answers.question import Filters, Question
from lasttouch.answers.unmatched import strangers_meant
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.contacts_change import alias, forget, merge, remove
from lasttouch.commands.contacts_dossier import dossier
from lasttouch.commands.contacts_edit import edit
from lasttouch.commands.contacts_export import export
from lasttouch.commands.contacts_suggest import suggest
from lasttouch.commands.filters import filter_options
from lasttouch.commands.opening import bring_strangers, changing, reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option, is_answered, json_option
from lasttouch.terminal.output import print_json, print_lines, print_table
from lasttouch.views import columns
from lasttouch.views import contact_import as imported
from lasttouch.views import contacts as view
from lasttouch.views import last as dates
from lasttouch.views.log import activities_table
from lasttouch.views.why_contact import contact_text

RECENT = 10


@click.group("contacts")
def command() -> None:
    """Import, list, add and show contacts.

    Whatever changes here is applied to the whole history at once: mail and meetings from before
    a contact was listed count as well.

    \b
    Examples:
      lasttouch contacts import contacts.csv
      lasttouch contacts add "Bob Stone" bob@globex.example --company Globex
    """


for change in (edit, merge, alias, remove, forget, suggest, export, dossier):
    command.add_command(change)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@config_option
def import_(file: Path, as_json: bool) -> None:
    """Add the contacts of a CSV or vCard file, or update them.

    A CSV needs a header row with an e-mail column; the exports of Google, Outlook, HubSpot,
    Salesforce and Pipedrive are understood as they are. Importing a file again updates and never
    duplicates. A bad row is named by its line and left out.

    \b
    Examples:
      lasttouch contacts import contacts.csv
      lasttouch contacts import addressbook.vcf --json
    """
    from capture.contact_files import read_contacts  # noqa: PLC0415 - vCards take long to import
    from lasttouch.keeping.contact_import import import_file  # noqa: PLC0415 - queries do without

    read = read_contacts(file, sys.stdin.buffer if is_answered(click.get_current_context()) else None)
    with changing() as agent:
        change, problems = import_file(agent, read)
    if as_json:
        print_json(imported.as_json(change, problems, read.without_email))
    else:
        print_lines(imported.text(change, problems, read.without_email))


@command.command("add")
@click.argument("name", required=False)
@click.argument("emails", nargs=-1)
@click.option("--company", default="", help="Where they work; the company is made if it is new.")
@click.option("--domain", default="", help="The company's domain, if the addresses do not show it.")
@click.option("--owner", default="", help="Whose contact this is.")
@click.option(
    "--from-unmatched", "number", metavar="N", type=click.IntRange(1), help="The one with this number in `unmatched`."
)
@click.option("--all-two-way", is_flag=True, help="Everybody in `unmatched` whom you exchange with both ways.")
@click.option(
    "--min-exchanges", metavar="N", type=click.IntRange(1), default=1, help="With --all-two-way: at least so many."
)
@json_option
@config_option
def add(
    name: str | None,
    emails: tuple[str, ...],
    company: str,
    domain: str,
    owner: str,
    number: int | None,
    all_two_way: bool,
    min_exchanges: int,
    as_json: bool,
) -> None:
    """Add one contact with one or several addresses, or people you already exchange with.

    \b
    Examples:
      lasttouch contacts add "Bob Stone" bob@globex.example
      lasttouch contacts add "Bob Stone" bob@globex.example bob@home.example --company Globex --owner Ana
      lasttouch contacts add --from-unmatched 3
      lasttouch contacts add --all-two-way --min-exchanges 2
    """
    from lasttouch.keeping.address_book import add_contact, add_strangers, new_entry  # noqa: PLC0415

    if sum([name is not None, number is not None, all_two_way]) != 1:
        raise UsageError(
            "give a name with addresses, or --from-unmatched, or --all-two-way", "see the examples in --help"
        )
    entry = None if name is None else new_entry(name, emails, company, domain, owner)
    with changing() as agent:
        if entry is not None:
            change = add_contact(agent, entry)
        else:
            bring_strangers(agent, told=not agent.user_id)
            strangers = strangers_meant(agent.seen, agent.clock(), number, min_exchanges)
            change = add_strangers(agent, strangers, by_name=number is not None, of=agent.holding)
    if as_json:
        print_json(imported.as_json(change))
    else:
        print_lines(imported.text(change))


@command.command("list")
@filter_options(tag=True)
@form_options
@config_option
def list_(filters: Filters, form: Form) -> None:
    """All contacts by name.

    \b
    Examples:
      lasttouch contacts list
      lasttouch contacts list --tag vip --csv
    """
    with reading() as log:
        given = told(log, answer(log, Question(utc_now(), "", filters)))
    print_answer(
        form, columns.CONTACTS, lambda: view.as_json(given), lambda: view.table(given), lambda: view.notes(given)
    )


@command.command("show")
@click.argument("who", nargs=-1, required=True, shell_complete=complete_who)
@json_option
@config_option
def show(who: tuple[str, ...], as_json: bool) -> None:
    """One contact with every date and the newest activities.

    \b
    Examples:
      lasttouch contacts show bob
      lasttouch contacts show bob@globex.example --json
    """
    now, zone = utc_now(), machine_zone()
    question = Question(now, " ".join(who))
    with reading() as log:
        if as_json:
            print_json(dates.as_json(told(log, answer(log, question))))
            return
        for one in told(log, shown(log, question, RECENT)):
            print_lines(contact_text(one.person, one.behind, [], now, zone))
            print_table(*activities_table(one.newest, now, zone))
