"""lasttouch upcoming"""

from __future__ import annotations

import click

from lasttouch.commands.options import answer, config_option, contacts_named, csv_option, json_option, reading
from lasttouch.commands.status import blindness
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.timeline import log_json, upcoming_table
from store.people import people
from store.timeline import ahead


@click.command("upcoming")
@click.argument("who", required=False)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How many."
)
@json_option
@csv_option
@config_option
def command(who: str | None, limit: int, as_json: bool, as_csv: bool, config: str | None) -> None:
    """The next meetings with contacts, and when we last talked to who comes.

    \b
    Examples:
      lasttouch upcoming
      lasttouch upcoming bob --json
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        found = ahead(log, now, limit, None if who is None else contacts_named(log, who))
        coming = sorted({part.contact_id for one in found for part in one.parts if part.contact_id is not None})
        known = {person.id: person for person in people(log, now, coming)}
        shown = answer(as_json, as_csv, lambda: log_json(found, now), lambda: upcoming_table(found, known, now, zone))
        if shown:
            print_lines([] if found else ["No meeting with a contact lies ahead."])
            print_lines(blindness(log, now, zone))
