"""lasttouch stale"""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter

import click

from lasttouch.answers.silence import Silence, candidates, silences
from lasttouch.commands.filters import Filters, filter_options, people_reader
from lasttouch.commands.naming import chosen, told_of_none
from lasttouch.commands.opening import reading
from lasttouch.commands.sparklines import sparklines
from lasttouch.local_time import machine_zone
from lasttouch.moments import earlier
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.ordering import ordered
from lasttouch.views.stale import stale_json, stale_notes, stale_table
from store.health import seen_through, sources
from store.read_back import read_back

NO_RHYTHM = "With fewer than three bursts of touches nobody has a rhythm; by length: lasttouch stale --days 90"
PAGE = 100
_STATES = ("stale", "unknown", "never")


@click.command("stale")
@click.option("--days", metavar="N", type=click.IntRange(0, 100_000), help="Silent for more than so many days.")
@filter_options(
    owner=True,
    tag=True,
    company=True,
    as_of=True,
    sort=("overdue", "rhythm", "silence", "name", "company"),
    limit=PAGE,
)
@form_options
@config_option
def command(days: int | None, filters: Filters, form: Form) -> None:
    """Whom to get back to: contacts silent for longer than is usual with them.

    Days with touches less than ten days apart are one burst; what is usual is the median time
    between the beginnings of bursts, and it takes three to know it. Somebody is stale after one and
    a half times that, never within two weeks, or past a cadence that was set (lasttouch cadence).
    Not who is met soon, was put off (snooze) or put aside (ignore). With --days everybody silent for
    longer than that is listed. Contacts of whom a mailbox or calendar that matters was not read up
    to now are unknown, not stale; those never touched come last.

    \b
    Examples:
      lasttouch stale
      lasttouch stale --days 90 --owner ana
      lasttouch stale --company globex --json
      lasttouch stale --as-of 2026-06-30
    """
    now, zone = filters.moment(), machine_zone()
    most = filters.most(form, PAGE)
    with reading() as log:
        longer_than = None if days is None else timedelta(days=days)
        ids = chosen(log, (), filters.owner, filters.company, tag=filters.tag)
        if ids is None and filters.as_of is None and filters.sort == "overdue":
            ids = candidates(log, now, longer_than, most + 1)
        all_of_them = silences(log, people_reader(filters.as_of)(log, now, ids), now, longer_than)
        sort = "silence" if days is not None and filters.sort == "overdue" else filters.sort
        found = _first_of_each(_ordered(all_of_them, sort), most)[: filters.limit]
        through = earlier(seen_through(log), now)
        weeks = sparklines(log, [one.person for one in found], now) if form.is_for_people else {}
        if answer(
            form,
            columns.STALE,
            lambda: stale_json(found, through, read_back(log)),
            lambda: stale_table(found, weeks, now, zone),
        ):
            if not any(one.state == "stale" for one in found):
                length = "is usual" if days is None else f"{days} day{'' if days == 1 else 's'}"
                print_lines([told_of_none(log, f"Nobody has been silent for longer than {length}.")])
            print_lines(stale_notes(found, len(all_of_them) - len(found), now, zone))
            if days is None:
                print_lines([NO_RHYTHM])
            print_lines(blindness(sources(log), now, zone))


def _first_of_each(found: list[Silence], limit: int) -> list[Silence]:
    """At most so many of each state: stale ones first, never touched ones last."""
    return [one for state in _STATES for one in [s for s in found if s.state == state][:limit]]


def _ordered(found: list[Silence], sort: str) -> list[Silence]:
    if sort == "rhythm":
        return sorted(found, key=lambda one: -(one.ratio or 0))
    return ordered(found, sort, attrgetter("person"))
