"""lasttouch contacts export"""

from __future__ import annotations

import sys

import click

from lasttouch.commands.opening import reading
from lasttouch.commands.options import config_option, json_option
from lasttouch.local_time import utc_now
from lasttouch.output import print_csv, print_json
from lasttouch.views.contacts import export_rows, vcards
from lasttouch.views.last import last_json
from store.health import seen_through
from store.people import people


@click.command("export")
@click.option("--vcard", is_flag=True, help="As vCard 4.0.")
@json_option
@config_option
def export(vcard: bool, as_json: bool) -> None:
    """All contacts with their last-touch dates, as CSV (which `contacts import` reads), JSON or vCard.

    \b
    Examples:
      lasttouch contacts export > contacts.csv
      lasttouch contacts export --vcard > contacts.vcf
      lasttouch contacts export --json
    """
    with reading() as log:
        found, through = people(log, utc_now()), seen_through(log)
    if as_json:
        print_json(last_json(found, through))
    elif vcard:
        sys.stdout.write(vcards(found))
    else:
        print_csv(*export_rows(found))
