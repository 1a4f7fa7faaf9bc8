"""lasttouch companies list|add"""

from __future__ import annotations

import click

from activity.address import normalise_domain
from activity.errors import UsageError
from lasttouch.answers.companies import answer
from lasttouch.answers.question import Filters, Log, Question
from lasttouch.commands.filters import UNLIMITED, filter_options
from lasttouch.commands.opening import changing, reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
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
    from lasttouch.keeping.address_book import add_company  # noqa: PLC0415 - `companies list` does without
    from matchers.domains import is_disposable, is_free_mail, registrable  # noqa: PLC0415

    names = [normalise_domain(domain.lstrip("@")) for domain in domains]
    for domain in names:
        if is_free_mail(domain) or is_disposable(domain) or registrable(domain) is None:
            raise UsageError(f"{domain} is no company's own domain", "people there are contacts of their own")
    with changing() as agent:
        rematched = add_company(agent, name, names, owner)
    if as_json:
        print_json({"name": name, "domains": names, "rematched": rematched})
    else:
        print_lines([f"{name}: {rematched} addresses already seen are there."])


def answer_companies(log: Log, question: Question, form: Form, with_blindness: bool = False) -> None:
    """Print the companies that are asked for."""
    given, zone = answer(log, question), machine_zone()
    blind = blindness(given.sources, question.now, zone) if with_blindness else []
    print_answer(
        form,
        columns.COMPANIES,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: [*view.notes(given), *blind],
    )
