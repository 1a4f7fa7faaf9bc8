"""lasttouch why"""

from __future__ import annotations

import click

from lasttouch.answers.question import Question
from lasttouch.answers.why import answer
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.opening import database, reading, reading_all, told
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.hidden import hidden_lines
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import why as view


@click.command("why")
@click.argument("words", metavar="WHAT...", nargs=-1, required=True, shell_complete=complete_who)
@json_option
@config_option
def command(words: tuple[str, ...], as_json: bool) -> None:
    """The proof of a date: what was recorded, by which rule, and why not.

    WHAT is the id of an activity (from `log` or `last --json`), a Message-ID, or somebody: then the
    activity behind each of their dates is shown, and the recent ones that do not count. An address
    or a domain may be of people who are no contacts.

    \b
    Examples:
      lasttouch why 1042
      lasttouch why '<CAF7x@mail.example>'
      lasttouch why bob
    """
    with reading() as log:
        question = Question(utc_now(), " ".join(words))
        given = told(log, answer(log, question, reading_all, database))
    if as_json:
        print_json(view.as_json(given))
    else:
        print_lines([*view.text(given, machine_zone()), *hidden_lines()])
