"""lasttouch contacts export"""

from __future__ import annotations

import sys

import click

from activity.errors import UsageError
from lasttouch.answers.contacts import answer, owners_listed
from lasttouch.answers.question import Question
from lasttouch.commands.opening import reading, told
from lasttouch.local_time import utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_csv, print_json
from lasttouch.terminal.standard_streams import speak_utf8
from lasttouch.views import last as view
from lasttouch.views.contacts import export_rows, vcards


@click.command("export")
@click.option("--vcard", is_flag=True, help="As vCard 4.0.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, which it is anyway.")
@config_option
def export(vcard: bool, as_json: bool, as_csv: bool) -> None:
    """All contacts with their last-touch dates, as CSV (which `contacts import` reads), JSON or
    vCard.

    \b
    Examples:
      lasttouch contacts export > contacts.csv
      lasttouch contacts export --vcard > contacts.vcf
      lasttouch contacts export --json
    """
    if vcard + as_json + as_csv > 1:
        raise UsageError("--vcard, --json and --csv exclude each other")
    with reading() as log:
        given, owners = told(log, answer(log, Question(utc_now()))), owners_listed(log)
    if as_json:
        print_json(view.as_json(given))
    elif vcard:
        speak_utf8()
        sys.stdout.write(vcards(given.people))
    else:
        print_csv(*export_rows(given.as_listed(owners)))
