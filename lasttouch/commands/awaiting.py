"""lasttouch awaiting"""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import click

from lasttouch.answers.awaiting import SIDES, Order, Side, answer
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import filter_options, most
from lasttouch.commands.opening import reading, told
from lasttouch.keeping.lessons_due import LISTED
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import awaiting as view
from lasttouch.views import columns

PAGE = 50
RECENT = timedelta(seconds=LISTED)


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

    Not every message wants an answer. Whether one is expected is judged by what was answered
    before: by how much new text a message has, where in its conversation it stands, whom else it
    went to, and your mail program's flags. People see what is likely, the likeliest first; --all,
    or a WHO or a time, shows the rest, and --json has all with `likely`, `chance` and `because`.
    What is settled otherwise (a meeting since, `lasttouch done`, marked as answered) is left out;
    --settled shows it.

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
    now, zone = filters.moment(utc_now()), machine_zone()
    narrowed = who or filters.since or filters.until
    back = RECENT if form.is_for_people and not narrowed else None
    with reading() as log:
        given = answer(
            log,
            Question(now, " ".join(who), filters),
            cast("Order", filters.sort),
            most(filters, form, PAGE),
            SIDES if on is None else (on,),
            is_all=is_all,
            settled=settled,
            back=back,
        )
        told(log, given)
    print_answer(
        form,
        columns.AWAITING,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )
