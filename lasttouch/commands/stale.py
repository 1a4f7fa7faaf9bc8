"""lasttouch stale"""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from lasttouch.agent import utc_now
from lasttouch.commands.filters import (
    as_of_option,
    chosen,
    company_option,
    limit_option,
    owner_option,
    people_reader,
    sort_option,
)
from lasttouch.commands.last import sparks
from lasttouch.commands.options import NO_CONTACTS, answer, config_option, csv_option, json_option, reading
from lasttouch.commands.status import blindness
from lasttouch.local_time import machine_zone
from lasttouch.output import print_lines
from lasttouch.silence import Silence, silences
from lasttouch.views.moments import earlier
from lasttouch.views.stale import stale_json, stale_notes, stale_table
from store.health import seen_through

_STATES = ("stale", "unknown", "never")


@click.command("stale")
@click.option("--days", metavar="N", type=click.IntRange(0, 100_000), help="Silent for more than so many days.")
@owner_option
@company_option
@as_of_option
@sort_option("rhythm", "silence", "name", "company")
@limit_option(100)
@json_option
@csv_option
@config_option
def command(
    days: int | None,
    owner: str | None,
    company: str | None,
    as_of: datetime | None,
    sort: str,
    limit: int,
    as_json: bool,
    as_csv: bool,
    config: str | None,
) -> None:
    """Whom to get back to: contacts silent for longer than is usual with them.

    What is usual is the median gap between days with a touch; it takes five such days to know it.
    Somebody is stale after twice that gap, and never within a week. With --days everybody silent
    for longer than that is listed. Contacts of whom a mailbox or calendar that matters was not read
    up to now are unknown, not stale; those never touched come last.

    \b
    Examples:
      lasttouch stale
      lasttouch stale --days 90 --owner ana
      lasttouch stale --company globex --json
      lasttouch stale --as-of 2026-06-30
    """
    zone = machine_zone()
    now = as_of or utc_now()
    with reading(config) as log:
        ids = chosen(log, (), owner, company)
        candidates = people_reader(as_of)(log, now, ids)
        all_of_them = silences(log, candidates, now, None if days is None else timedelta(days=days))
        found = _ordered(all_of_them.found, sort if days is None or sort != "rhythm" else "silence")[:limit]
        through = earlier(seen_through(log), now)
        weeks = {} if as_json or as_csv else sparks(log, [one.person for one in found], now)
        shown = answer(
            as_json, as_csv, lambda: stale_json(found, through), lambda: stale_table(found, weeks, now, zone)
        )
        if shown:
            if not any(one.state == "stale" for one in found):
                print_lines(["Nobody has been silent for longer than usual." if candidates else NO_CONTACTS])
            print_lines(stale_notes(all_of_them, found, now, zone))
            print_lines(blindness(log, now, zone))


def _ordered(found: list[Silence], sort: str) -> list[Silence]:
    """Stale ones first, never touched ones last, each in this order; the log gives the longest silent first."""
    if sort == "rhythm":
        found = sorted(found, key=lambda one: -(one.ratio or 0))
    elif sort == "name":
        found = sorted(found, key=lambda one: one.person.name.casefold())
    elif sort == "company":
        found = sorted(found, key=lambda one: (one.person.company or "\U0010ffff").casefold())
    return sorted(found, key=lambda one: _STATES.index(one.state))
