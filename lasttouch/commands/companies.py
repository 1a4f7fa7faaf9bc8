"""lasttouch companies list|add"""

from __future__ import annotations

from collections.abc import Sequence

import click

from activity.address import normalise_domain
from activity.errors import UsageError
from lasttouch.commands.filters import UNLIMITED, Filters, filter_options, people_reader
from lasttouch.commands.naming import owned
from lasttouch.commands.opening import changing, reading
from lasttouch.local_time import machine_zone
from lasttouch.moments import earlier
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import columns
from lasttouch.views.last import companies_json, companies_table
from store.companies import companies
from store.health import seen_through
from store.log import Log
from store.read_back import read_back


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
    """
    with reading() as log:
        answer_companies(log, filters, form)


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


def answer_companies(log: Log, filters: Filters, form: Form, ids: Sequence[int] | None = None) -> bool:
    """Print the companies (of these, if given) that the filters leave; True if that was for people."""
    now, zone = filters.moment(), machine_zone()
    known = owned(log, companies(log, now, ids, people_reader(filters.as_of)), filters.owner)
    found = filters.applied(known)
    through, back = earlier(seen_through(log), now), read_back(log)
    shown = answer(
        form,
        columns.COMPANIES,
        lambda: companies_json(found, through, back),
        lambda: companies_table(found, now, zone, back),
    )
    if shown and not known:
        print_lines(["No companies yet. Add one: lasttouch companies add NAME DOMAIN"])
    elif shown and not found:
        print_lines(["No company is left by that."])
    return shown
