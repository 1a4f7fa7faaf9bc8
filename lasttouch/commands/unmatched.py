"""lasttouch unmatched"""

from __future__ import annotations

from datetime import datetime

import click

from lasttouch.commands.completion_words import complete_company
from lasttouch.commands.filters import companies_named, limit_option, since_option, sort_option, until_option
from lasttouch.commands.options import answer, changing, config_option, csv_option, json_option, reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views import columns
from lasttouch.views.unmatched import unmatched_json, unmatched_table
from store.companies import company_names
from store.deferred import any_with_strangers
from store.unmatched import Stranger, unmatched


@click.command("unmatched")
@click.option(
    "--company", metavar="NAME", shell_complete=complete_company, help="Only people at this company's domains."
)
@since_option("Only whose last touch was then or later:")
@until_option("Only whose last touch was then or earlier.")
@sort_option("exchanges", "recent", "name")
@limit_option(50)
@json_option
@csv_option
@config_option
def command(
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    sort: str,
    limit: int,
    as_json: bool,
    as_csv: bool,
    config: str | None,
) -> None:
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
    narrowed = bool(company or since or until or sort != "exchanges")
    with reading(config) as log:
        waiting = any_with_strangers(log)
    if waiting:
        from lasttouch.meetings import expand_for_strangers  # noqa: PLC0415 - once, before it is a plain query

        with changing(config) as agent:
            expand_for_strangers(agent)
    with reading(config) as log:
        everybody = list(enumerate(unmatched(log, now, None if narrowed else limit), 1))
        names = None if company is None else set(company_names(log, companies_named(log, company)))
    found = [
        (number, one)
        for number, one in everybody
        if (names is None or one.company in names)
        and (since is None or one.last_touch >= since)
        and (until is None or one.last_touch <= until)
    ]
    found = _ordered(found, sort)[:limit]
    strangers = [one for _, one in found]
    if answer(
        as_json, as_csv, columns.UNMATCHED, lambda: unmatched_json(strangers), lambda: unmatched_table(found, now, zone)
    ):
        print_lines([_hint(bool(found), narrowed)])


def _ordered(found: list[tuple[int, Stranger]], sort: str) -> list[tuple[int, Stranger]]:
    """The numbers stay those of the whole list, which `contacts add --from-unmatched` means."""
    if sort == "recent":
        return sorted(found, key=lambda numbered: numbered[1].last_touch, reverse=True)
    if sort == "name":
        return sorted(found, key=lambda numbered: (numbered[1].name or numbered[1].address).casefold())
    return found


def _hint(found: bool, narrowed: bool) -> str:
    if found:
        return "To add them all: lasttouch contacts add --all-two-way"
    return "Nobody is left by that." if narrowed else "Everybody you exchange with is a contact."
