"""lasttouch upcoming"""

from __future__ import annotations

from datetime import datetime

import click

from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import chosen, company_option, limit_option, owner_option, since_option, until_option
from lasttouch.commands.options import answer, config_option, csv_option, json_option, reading
from lasttouch.commands.status import blindness
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.timeline import log_json, upcoming_table
from store.people import people
from store.timeline import ahead


@click.command("upcoming")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@owner_option
@company_option
@since_option("Only what begins then or later:", "2026-12-01, or +7d.")
@until_option("Only what begins then or earlier: 2026-12-24, or +14d.")
@limit_option(20)
@json_option
@csv_option
@config_option
def command(
    who: tuple[str, ...],
    owner: str | None,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
    as_csv: bool,
    config: str | None,
) -> None:
    """The next meetings with contacts, and when we last talked to who comes.

    \b
    Examples:
      lasttouch upcoming
      lasttouch upcoming --owner ana --until +14d
      lasttouch upcoming bob --json
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        found = ahead(log, max(since or now, now), limit, chosen(log, who, owner, company))
        found = [one for one in found if until is None or one.facts.at <= until]
        coming = sorted({part.contact_id for one in found for part in one.parts if part.contact_id is not None})
        known = {person.id: person for person in people(log, now, coming)}
        shown = answer(as_json, as_csv, lambda: log_json(found, now), lambda: upcoming_table(found, known, now, zone))
        if shown:
            print_lines([] if found else ["No meeting with a contact lies ahead."])
            print_lines(blindness(log, now, zone))
