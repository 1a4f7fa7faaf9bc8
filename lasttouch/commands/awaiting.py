"""lasttouch awaiting"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import click

from lasttouch.awaiting import Wanted, awaiting
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import (
    as_of_option,
    chosen,
    company_option,
    limit_option,
    owner_named,
    owner_option,
    since_option,
    sort_option,
    until_option,
)
from lasttouch.commands.options import answer, config_option, csv_option, json_option, reading, told_of_none
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views import columns
from lasttouch.views.awaiting import COUNTED, awaiting_json, awaiting_notes, awaiting_table
from lasttouch.views.blindness import blindness
from store.awaiting import Side
from store.health import sources

RECENT = timedelta(days=90)


@click.command("awaiting")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--on", type=click.Choice(["us", "them"]), help="Only what waits for us, or for them [default: both].")
@click.option("--all", "unlisted", is_flag=True, help="With people who are no contacts, too.")
@owner_option
@company_option
@since_option("Only what has waited since then or a shorter time:")
@until_option("Only what has waited since then or longer.")
@as_of_option
@sort_option("newest", "oldest")
@limit_option(50)
@json_option
@csv_option
@config_option
def command(
    who: tuple[str, ...],
    on: Side | None,
    unlisted: bool,
    owner: str | None,
    company: str | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    sort: str,
    limit: int,
    as_json: bool,
    as_csv: bool,
    config: str | None,
) -> None:
    """Conversations that wait for an answer: ours first, then theirs.

    The newest message between people decides. It waits for us if it came in with one of us in To
    (being copied is not enough), and for them if one of us wrote it. An answer from any of our
    accounts counts, an automatic reply does not, and a meeting held since settles it. Where the
    mailbox was not read up to now, an answer may have been sent: that is unknown, not owed.

    Without WHO, --since or --until the last 90 days are shown, and how many have waited for longer;
    --json and --csv begin at no day. --limit counts for each side.

    \b
    Examples:
      lasttouch awaiting --on us
      lasttouch awaiting --owner ana --since 30d
      lasttouch awaiting bob --json
      lasttouch awaiting --on them --until 90d
      lasttouch awaiting --all --since 2y --sort oldest
    """
    zone = machine_zone()
    now = as_of or utc_now()
    recent = None if who or since or until or as_json or as_csv else now - RECENT
    with reading(config) as log:
        contacts = chosen(log, who, None, company)
        wanted = Wanted(
            contacts=None if contacts is None else frozenset(contacts),
            unlisted=unlisted,
            owner=None if owner is None else owner_named(log, owner),
            since=since or recent,
            until=until,
            oldest_first=sort == "oldest",
            as_of=as_of is not None,
        )
        sides: tuple[Side, ...] = ("us", "them") if on is None else (on,)
        listed = [awaiting(log, now, side, wanted, limit + 1) for side in sides]
        found = [one for side in listed for one in side[:limit]]
        if answer(
            as_json,
            as_csv,
            columns.AWAITING,
            lambda: awaiting_json(found, now),
            lambda: awaiting_table(found, now, zone),
        ):
            longer = replace(wanted, since=None, until=recent, oldest_first=True)
            older = [awaiting(log, now, side, longer, COUNTED) for side in sides] if recent else []
            more = any(len(side) > limit for side in listed)
            notes = awaiting_notes(found, more, sum(map(len, older)), RECENT.days)
            print_lines(notes if found or any(older) else [told_of_none(log, line) for line in notes])
            print_lines(blindness(sources(log), now, zone))
