"""lasttouch contacts dossier"""

from __future__ import annotations

import click

from lasttouch.answers.dossier import answer
from lasttouch.answers.question import Question
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.opening import reading_all, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.hidden import hidden_lines
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines, print_table
from lasttouch.views import dossier as view


@click.command("dossier")
@click.argument("who", nargs=-1, required=True, shell_complete=complete_who)
@json_option
@config_option
def dossier(who: tuple[str, ...], as_json: bool) -> None:
    """All that is kept of somebody, for when they ask: WHO is one contact, or an address.

    How they are listed, under which addresses they were seen, what was said of them, and every
    activity with what is kept of its headers. Of a team as far as you may see. To erase it:
    contacts forget.

    \b
    Examples:
      lasttouch contacts dossier bob
      lasttouch contacts dossier bob@globex.example --json > bob.json
    """
    with reading_all() as log:
        given = told(log, answer(log, Question(utc_now(), " ".join(who))))
    if as_json:
        print_json(view.as_json(given))
        return
    zone = machine_zone()
    print_lines(view.text(given, zone))
    print_table(*view.table(given, zone))
    print_lines(hidden_lines())
