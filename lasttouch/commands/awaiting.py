"""lasttouch awaiting"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import click

from lasttouch.answers.awaiting import Wanted, awaiting
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import Filters, filter_options
from lasttouch.commands.naming import chosen, owner_named, told_of_none
from lasttouch.commands.opening import reading
from lasttouch.local_time import machine_zone
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.awaiting import COUNTED, awaiting_json, awaiting_notes, awaiting_table
from lasttouch.views.blindness import blindness
from store.awaiting import Order, Side
from store.health import sources

PAGE = 50
RECENT = timedelta(days=90)


@click.command("awaiting")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--on", type=click.Choice(["us", "them"]), help="Only what waits for us, or for them [default: both].")
@click.option("--all", "is_all", is_flag=True, help="Also what hardly wants an answer, and people who are no contacts.")
@click.option("--settled", is_flag=True, help="Also what was settled otherwise, with what settled it.")
@filter_options(
    owner=True,
    tag=True,
    company=True,
    since="Only what has waited since then or a shorter time:",
    until="Only what has waited since then or longer.",
    as_of=True,
    sort=("likely", "newest", "oldest"),
    limit=PAGE,
)
@form_options
@config_option
def command(who: tuple[str, ...], on: Side | None, is_all: bool, settled: bool, filters: Filters, form: Form) -> None:
    """Conversations that wait for an answer: ours first, then theirs.

    The newest message between people decides. It waits for us if it came in with one of us in To
    (being copied is not enough), and for them if one of us wrote it. An answer from any of our
    accounts counts, an automatic reply does not, and a meeting held since settles it. Where the
    mailbox was not read up to now, an answer may have been sent: that is unknown, not owed.

    Not every message wants an answer. Whether one is expected is judged by what was answered before:
    by how much new text a message has, where in its conversation it stands, whom else it went to,
    and your mail program's flags. People see what is likely, the likeliest first; --all, or a WHO
    or a time, shows the rest, and --json has all with `likely`, `chance` and `because`. What is settled otherwise (a
    meeting since, `lasttouch done`, marked as answered) is left out; --settled shows it.

    Without WHO, --since or --until the last 90 days are shown, and how many have waited for longer;
    --json and --csv begin at no day.

    \b
    Examples:
      lasttouch awaiting --on us
      lasttouch awaiting --owner ana --since 30d
      lasttouch awaiting bob --json
      lasttouch awaiting --on them --until 90d
      lasttouch awaiting --all --since 2y --sort oldest
    """
    now, zone = filters.moment(), machine_zone()
    order = cast("Order", filters.sort)
    narrowed = who or filters.since or filters.until
    recent = now - RECENT if form.is_for_people and not narrowed else None
    with reading() as log:
        contacts = chosen(log, who, company=filters.company, tag=filters.tag)
        wanted = Wanted(
            contacts=None if contacts is None else frozenset(contacts),
            unlisted=is_all,
            owner=None if filters.owner is None else owner_named(log, filters.owner),
            since=filters.since or recent,
            until=filters.until,
            order=order,
            as_of=filters.as_of is not None,
            likely=recent is not None and not is_all,
            settled=settled,
        )
        sides: tuple[Side, ...] = ("us", "them") if on is None else (on,)
        most = filters.most(form, PAGE)
        listed = [awaiting(log, now, side, wanted, most + 1) for side in sides]
        found = [one for side in listed for one in side[:most]][: filters.limit]
        if answer(form, columns.AWAITING, lambda: awaiting_json(found, now), lambda: awaiting_table(found, now, zone)):
            longer = replace(wanted, since=None, until=recent, order="oldest", likely=False)
            older = [one for side in sides if recent for one in awaiting(log, now, side, longer, COUNTED)]
            more = sum(map(len, listed)) > len(found)
            notes = awaiting_notes(found, more, len(older), RECENT.days, wanted.likely)
            print_lines(notes if found or older else [told_of_none(log, line) for line in notes])
            print_lines(blindness(sources(log), now, zone))
