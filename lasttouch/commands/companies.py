"""lasttouch companies list|add"""

from __future__ import annotations

from datetime import datetime

import click

from activity.address import normalise_domain
from activity.errors import UsageError
from lasttouch.commands.filters import (
    as_of_option,
    limit_option,
    owned,
    owner_option,
    people_reader,
    since_option,
    sort_option,
    until_option,
)
from lasttouch.commands.options import (
    NO_COMPANIES,
    answer,
    changing,
    config_option,
    csv_option,
    json_option,
    reading,
)
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_json, print_lines
from lasttouch.views import columns
from lasttouch.views.last import companies_json, companies_table
from lasttouch.views.moments import earlier
from lasttouch.views.ordering import ordered, within
from store.companies import companies
from store.health import seen_through


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
@owner_option
@since_option("Only whose last touch was then or later:")
@until_option("Only whose last touch was then or earlier, or never.")
@as_of_option
@sort_option("silence", "recent", "name")
@limit_option(None)
@json_option
@csv_option
@config_option
def list_(
    owner: str | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    sort: str,
    limit: int | None,
    as_json: bool,
    as_csv: bool,
    config: str | None,
) -> None:
    """All companies, the longest silent first.

    \b
    Examples:
      lasttouch companies list
      lasttouch companies list --owner ana --until 90d
    """
    now, zone = as_of or utc_now(), machine_zone()
    with reading(config) as log:
        through = earlier(seen_through(log), now)
        known = owned(log, companies(log, now, None, people_reader(as_of)), owner)
        found = ordered(within(known, since, until), sort)[:limit]
    shown = answer(
        as_json,
        as_csv,
        columns.COMPANIES,
        lambda: companies_json(found, through),
        lambda: companies_table(found, now, zone),
    )
    if shown and not known:
        print_lines([NO_COMPANIES])
    elif shown and not found:
        print_lines(["No company is left by that."])


@command.command("add")
@click.argument("name")
@click.argument("domains", nargs=-1, required=True)
@click.option("--owner", default="", help="Whose company this is.")
@json_option
@config_option
def add(name: str, domains: tuple[str, ...], owner: str, as_json: bool, config: str | None) -> None:
    """Add a company with its domains, or further domains to one.

    \b
    Examples:
      lasttouch companies add Globex globex.example globex.co.example
    """
    from lasttouch.address_book import add_company  # noqa: PLC0415 - `companies list` does without
    from matchers.domains import is_disposable, is_free_mail, registrable  # noqa: PLC0415

    names = [normalise_domain(domain.lstrip("@")) for domain in domains]
    for domain in names:
        if is_free_mail(domain) or is_disposable(domain) or registrable(domain) is None:
            raise UsageError(f"{domain} is no company's own domain", "people there are contacts of their own")
    with changing(config) as agent:
        rematched = add_company(agent, name, names, owner)
    if as_json:
        print_json({"name": name, "domains": names, "rematched": rematched})
    else:
        print_lines([f"{name}: {rematched} addresses already seen are there."])
