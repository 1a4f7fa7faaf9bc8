"""lasttouch log"""

from __future__ import annotations

import click

from lasttouch.commands.options import answer, config_option, contacts_named, csv_option, json_option, reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.timeline import log_json, log_table
from store.timeline import newest


@click.command("log")
@click.argument("who", required=False)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many."
)
@json_option
@csv_option
@config_option
def command(who: str | None, limit: int, as_json: bool, as_csv: bool, config: str | None) -> None:
    """The activities with somebody, or with everybody, newest first.

    What lies ahead is told by: lasttouch upcoming.

    WHO is a name or part of one, an address, a domain or a company.

    \b
    Examples:
      lasttouch log bob
      lasttouch log --limit 20
      lasttouch log bob@globex.example --json
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        found = newest(log, now, limit, None if who is None else contacts_named(log, who))
        shown = answer(as_json, as_csv, lambda: log_json(found, now), lambda: log_table(found, now, zone))
        if shown and not found:
            print_lines(["Nothing in the log yet. To read mail and calendars: lasttouch sync"])
