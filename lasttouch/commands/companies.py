"""lasttouch companies list|add"""

from __future__ import annotations

from datetime import timedelta

import click

from lasttouch.answers.companies import answer
from lasttouch.answers.question import Filters, Log, Question
from lasttouch.commands.filters import UNLIMITED, filter_options
from lasttouch.commands.opening import changing, reading, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option, json_option
from lasttouch.views import columns
from lasttouch.views import companies as view
from lasttouch.views.blindness import blindness


@click.group("companies")
def command() -> None:
    """List and add companies and their domains.

    Mail and meetings with anybody at a company's domain touch the company, listed or not.

    \b
    Examples:
      lasttouch companies list
      lasttouch companies add Globex globex.example
    """


@command.command("list")
@filter_options(
    owner=True,
    tag="Only companies where a contact has this tag.",
    since="Only whose last touch was then or later:",
    until="Only whose last touch was then or earlier, or never.",
    as_of=True,
    sort=("silence", "recent", "name"),
    limit=UNLIMITED,
)
@form_options
@config_option
def list_(filters: Filters, form: Form) -> None:
    """All companies, the longest silent first.

    \b
    Examples:
      lasttouch companies list
      lasttouch companies list --owner ana --until 90d
      lasttouch companies list --tag vip
    """
    with reading() as log:
        answer_companies(log, Question(filters.moment(utc_now()), "", filters), form)


@command.command("add")
@click.argument("name")
@click.argument("domains", nargs=-1, required=True)
@click.option("--owner", default="", help="Whose company this is.")
@json_option
@config_option
def add(name: str, domains: tuple[str, ...], owner: str, as_json: bool) -> None:
    """Add a company with its domains, or further domains to one.

    \b
    Examples:
      lasttouch companies add Globex globex.example globex.co.example
    """
    from lasttouch.commands.contacts_change import tell  # noqa: PLC0415 - `companies list` does without
    from lasttouch.keeping.contact_changes import add_company, company_domains_given  # noqa: PLC0415

    names = company_domains_given(domains)
    with changing() as agent:
        tell(add_company(agent, name, names, owner), as_json)


def answer_companies(
    log: Log, question: Question, form: Form, with_blindness: bool = False, quiet: timedelta | None = None
) -> None:
    """Print the companies that are asked for; those to whom nobody talked for so long, if they
    shall be `quiet`."""
    given, zone = told(log, answer(log, question, quiet)), machine_zone()
    blind = blindness(given.sources, question.now, zone) if with_blindness else []
    print_answer(
        form,
        columns.COMPANIES if quiet is None else columns.QUIET,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: [*view.notes(given), *blind],
    )
