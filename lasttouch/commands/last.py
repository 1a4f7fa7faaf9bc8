"""lasttouch last"""

from __future__ import annotations

from datetime import datetime

import click

from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import (
    as_of_option,
    chosen,
    companies_named,
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
    NO_CONTACTS,
    answer,
    config_option,
    csv_option,
    json_option,
    reading,
)
from lasttouch.commands.sparklines import sparklines
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.last import companies_json, companies_table, last_json, last_table
from lasttouch.views.moments import earlier
from lasttouch.views.ordering import ordered, within
from store.health import seen_through, sources


@click.command("last")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--company", is_flag=True, help="Companies instead of contacts.")
@owner_option
@since_option("Only whose last touch was then or later:")
@until_option("Only whose last touch was then or earlier, or never.")
@as_of_option
@sort_option("silence", "recent", "name", "company", "touches")
@limit_option(None)
@json_option
@csv_option
@config_option
def command(
    who: tuple[str, ...],
    company: bool,
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
    """When did we last talk to them? The longest silent first.

    WHO is a name or part of one, an address, a domain or a company; without it, everybody.

    \b
    Examples:
      lasttouch last
      lasttouch last bob
      lasttouch last globex.example --json
      lasttouch last --owner ana --until 90d --limit 20
      lasttouch last bob --as-of 2026-06-30
      lasttouch last --company
    """
    zone = machine_zone()
    now = as_of or utc_now()
    with reading(config) as log:
        through = earlier(seen_through(log), now)
        if company:
            from store.companies import companies  # noqa: PLC0415 - contacts are asked for more often

            firms = companies(log, now, companies_named(log, " ".join(who)) if who else None, people_reader(as_of))
            firms = ordered(within(owned(log, firms, owner), since, until), sort)[:limit]
            shown = answer(
                as_json,
                as_csv,
                columns.COMPANIES,
                lambda: companies_json(firms, through),
                lambda: companies_table(firms, now, zone),
            )
            if shown and not firms:
                print_lines([NO_COMPANIES if not (who or owner or since or until) else "No company is left by that."])
        else:
            ids = chosen(log, who, owner)
            found = ordered(within(people_reader(as_of)(log, now, ids), since, until), sort)[:limit]
            weeks = {} if as_json or as_csv else sparklines(log, found, now)
            shown = answer(
                as_json,
                as_csv,
                columns.LAST,
                lambda: last_json(found, through),
                lambda: last_table(found, now, zone, weeks),
            )
            if shown and not found:
                print_lines([NO_CONTACTS if ids is None and since is until is None else "No contact is left by that."])
        if shown:
            print_lines(blindness(sources(log), now, zone))
