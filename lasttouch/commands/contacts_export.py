"""lasttouch contacts export"""

from __future__ import annotations

import sys

import click

from activity.errors import UsageError
from lasttouch.commands.opening import reading
from lasttouch.local_time import utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_csv, print_json
from lasttouch.terminal.standard_streams import speak_utf8
from lasttouch.views.contacts import export_rows, vcards
from lasttouch.views.last import last_json
from store.choosing import listed_owners
from store.health import seen_through
from store.people import people
from store.read_back import read_back


@click.command("export")
@click.option("--vcard", is_flag=True, help="As vCard 4.0.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, which it is anyway.")
@config_option
def export(vcard: bool, as_json: bool, as_csv: bool) -> None:
    """All contacts with their last-touch dates, as CSV (which `contacts import` reads), JSON or vCard.

    \b
    Examples:
      lasttouch contacts export > contacts.csv
      lasttouch contacts export --vcard > contacts.vcf
      lasttouch contacts export --json
    """
    if vcard + as_json + as_csv > 1:
        raise UsageError("--vcard, --json and --csv exclude each other")
    with reading() as log:
        found, through, back = people(log, utc_now()), seen_through(log), read_back(log)
        owners = listed_owners(log)  # what is derived is not to come back as if it were listed
    if as_json:
        print_json(last_json(found, through, back))
    elif vcard:
        speak_utf8()
        sys.stdout.write(vcards(found))
    else:
        print_csv(*export_rows([one._replace(owner=owners.get(one.id, "")) for one in found]))
