"""lasttouch last"""

from __future__ import annotations

import click

from activity.errors import NotFound
from lasttouch.commands.options import (
    NO_CONTACTS,
    answer,
    config_option,
    contacts_named,
    csv_option,
    json_option,
    reading,
)
from lasttouch.commands.status import blindness
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.last import companies_json, companies_table, last_json, last_table
from store.health import seen_through
from store.people import people


@click.command("last")
@click.argument("who", required=False)
@click.option("--company", is_flag=True, help="Companies instead of contacts.")
@json_option
@csv_option
@config_option
def command(who: str | None, company: bool, as_json: bool, as_csv: bool, config: str | None) -> None:
    """When did we last talk to them? The longest silent first.

    WHO is a name or part of one, an address, a domain or a company; without it, everybody.

    \b
    Examples:
      lasttouch last
      lasttouch last bob
      lasttouch last globex.example --json
      lasttouch last --company
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        through = seen_through(log)
        if company:
            from store.companies import companies, company_ids  # noqa: PLC0415 - contacts are asked for more often

            ids = None if who is None else company_ids(log, who)
            if ids == []:
                raise NotFound(f"there is no company {who!r}", "see: lasttouch companies list")
            firms = companies(log, now, ids)
            shown = answer(
                as_json, as_csv, lambda: companies_json(firms, through), lambda: companies_table(firms, now, zone)
            )
        else:
            found = people(log, now, None if who is None else contacts_named(log, who))
            shown = answer(as_json, as_csv, lambda: last_json(found, through), lambda: last_table(found, now, zone))
            if shown and not found:
                print_lines([NO_CONTACTS])
        if shown:
            print_lines(blindness(log, now, zone))
