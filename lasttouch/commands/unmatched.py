"""lasttouch unmatched"""

from __future__ import annotations

from operator import itemgetter

import click

from lasttouch.commands.filters import Filters, filter_options
from lasttouch.commands.naming import companies_named
from lasttouch.commands.opening import reading_all
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.unmatched import unmatched_json, unmatched_table
from store.companies import company_names
from store.unmatched import unmatched

PAGE = 50


@click.command("unmatched")
@filter_options(
    company="Only people at this company's domains.",
    since="Only whose last touch was then or later:",
    until="Only whose last touch was then or earlier.",
    sort=("exchanges", "recent", "name"),
    limit=PAGE,
)
@form_options
@config_option
def command(filters: Filters, form: Form) -> None:
    """People you really exchange with who are no contacts yet, those who answer first.

    Newsletters, machines and list posts are not among them. Meetings with strangers are worked out when
    this first asks for them. Make contacts of them by their number:
    lasttouch contacts add --from-unmatched 1.

    \b
    Examples:
      lasttouch unmatched
      lasttouch unmatched --company globex
      lasttouch unmatched --since 90d --limit 200 --csv
    """
    now, zone = utc_now(), machine_zone()
    company = filters.company
    narrowed = bool(company or filters.since or filters.until or filters.sort != "exchanges")
    most = filters.most(form, PAGE)
    with reading_all() as log:
        numbered = list(enumerate(unmatched(log, now, None if narrowed else most), 1))
        names = None if company is None else set(company_names(log, companies_named(log, company)))
    there = [(number, one) for number, one in numbered if names is None or one.company in names]
    # the numbers stay those of the whole list, which `contacts add --from-unmatched` means
    found = filters.applied(there, itemgetter(1))[:most]
    strangers = [one for _, one in found]
    if answer(form, columns.UNMATCHED, lambda: unmatched_json(strangers), lambda: unmatched_table(found, now, zone)):
        print_lines([_hint(bool(found), narrowed)])


def _hint(found: bool, narrowed: bool) -> str:
    if found:
        return "To add them all: lasttouch contacts add --all-two-way"
    return "Nobody is left by that." if narrowed else "Everybody you exchange with is a contact."
