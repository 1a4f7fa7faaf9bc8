"""lasttouch unmatched"""

from __future__ import annotations

import click

from lasttouch.commands.options import answer, config_option, csv_option, json_option, reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.unmatched import unmatched_json, unmatched_table
from store.unmatched import unmatched


@click.command("unmatched")
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many."
)
@json_option
@csv_option
@config_option
def command(limit: int, as_json: bool, as_csv: bool, config: str | None) -> None:
    """People you really exchange with who are no contacts yet, those who answer first.

    Newsletters, machines and list posts are not among them. Make contacts of them by their number:
    lasttouch contacts add --from-unmatched 1.

    \b
    Examples:
      lasttouch unmatched
      lasttouch unmatched --limit 200 --csv
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        found = unmatched(log, now, limit)
    shown = answer(as_json, as_csv, lambda: unmatched_json(found), lambda: unmatched_table(found, now, zone))
    if shown:
        hint = (
            "To add them all: lasttouch contacts add --all-two-way"
            if found
            else "Everybody you exchange with is a contact."
        )
        print_lines([hint])
