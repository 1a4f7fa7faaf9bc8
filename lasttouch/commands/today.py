"""lasttouch today"""

from __future__ import annotations

import click

from lasttouch.commands.filters import limit_option, owner_named, owner_option
from lasttouch.commands.options import NO_CONTACTS, config_option, json_option, reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_json, print_lines
from lasttouch.today import today
from lasttouch.views.today import today_json, today_text
from store.health import seen_through
from store.people import is_anybody_listed


@click.command("today")
@owner_option
@limit_option(10)
@json_option
@config_option
def command(owner: str | None, limit: int, as_json: bool, config: str | None) -> None:
    """The page for the morning: owed answers, the day's meetings, and whom to get back to.

    What was not read up to now stands first. Owed answers are those of the last 30 days, and of
    those silent for longer than usual the latest come first; all of them: awaiting, stale. It is
    plain text, so that it can be sent as a mail. --limit counts for each part.

    \b
    Examples:
      lasttouch today
      lasttouch today --owner ana --json
      lasttouch today | mail -s "Today" ana@acme.example
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        page = today(log, now, zone, None if owner is None else owner_named(log, owner), limit)
        if as_json:
            print_json(today_json(page, now, zone, seen_through(log)))
        else:
            print_lines(today_text(page, now, zone))
            print_lines([] if is_anybody_listed(log) else ["", NO_CONTACTS])
