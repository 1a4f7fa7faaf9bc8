"""lasttouch stale"""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from lasttouch.commands.filters import (
    as_of_option,
    chosen,
    company_option,
    limit_option,
    owner_option,
    people_reader,
    sort_option,
)
from lasttouch.commands.options import answer, config_option, csv_option, json_option, reading, told_of_none
from lasttouch.commands.sparklines import sparklines
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.silence import Silence, candidates, silences
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.moments import earlier
from lasttouch.views.stale import stale_json, stale_notes, stale_table
from store.health import seen_through, sources

NO_RHYTHM = "With fewer than five days of touches nobody has a rhythm; by length: lasttouch stale --days 90"
_STATES = ("stale", "unknown", "never")


@click.command("stale")
@click.option("--days", metavar="N", type=click.IntRange(0, 100_000), help="Silent for more than so many days.")
@owner_option
@company_option
@as_of_option
@sort_option("overdue", "rhythm", "silence", "name", "company")
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
        longer_than = None if days is None else timedelta(days=days)
        ids = chosen(log, (), owner, company)
        if ids is None and as_of is None and sort == "overdue":
            ids = candidates(log, now, longer_than, limit + 1)
        all_of_them = silences(log, people_reader(as_of)(log, now, ids), now, longer_than)
        found = _first_of_each(
            _ordered(all_of_them, "silence" if days is not None and sort == "overdue" else sort), limit
        )
        through = earlier(seen_through(log), now)
        weeks = {} if as_json or as_csv else sparklines(log, [one.person for one in found], now)
        shown = answer(
            as_json,
            as_csv,
            columns.STALE,
            lambda: stale_json(found, through),
            lambda: stale_table(found, weeks, now, zone),
        )
        if shown:
            if not any(one.state == "stale" for one in found):
                length = "is usual" if days is None else f"{days} day{'' if days == 1 else 's'}"
                print_lines([told_of_none(log, f"Nobody has been silent for longer than {length}.")])
            print_lines(stale_notes(found, len(all_of_them) - len(found), now, zone))
            if days is None:
                print_lines([NO_RHYTHM])
            print_lines(blindness(sources(log), now, zone))


def _first_of_each(found: list[Silence], limit: int) -> list[Silence]:
    """At most so many of each state."""
    return [one for state in _STATES for one in [s for s in found if s.state == state][:limit]]


def _ordered(found: list[Silence], sort: str) -> list[Silence]:
    """Stale ones first, never touched ones last, each in this order; the log gives the longest silent first."""
    if sort == "overdue":
        found = sorted(found, key=lambda one: one.person.overdue_at.timestamp() if one.person.overdue_at else 0)
    elif sort == "rhythm":
        found = sorted(found, key=lambda one: -(one.ratio or 0))
    elif sort == "name":
        found = sorted(found, key=lambda one: one.person.name.casefold())
    elif sort == "company":
        found = sorted(found, key=lambda one: (one.person.company or "\U0010ffff").casefold())
    return sorted(found, key=lambda one: _STATES.index(one.state))
