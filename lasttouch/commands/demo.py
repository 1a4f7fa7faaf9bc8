"""lasttouch demo"""

from __future__ import annotations

import shlex
import shutil
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import click

from lasttouch.answers.contacts import answer
from lasttouch.answers.proof import proof
from lasttouch.answers.question import Log, Question
from lasttouch.answers.status import holdings
from lasttouch.commands.opening import reading
from lasttouch.commands.web import show
from lasttouch.counting import holdings as in_words
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.options import json_option
from lasttouch.terminal.output import print_json, print_lines, print_table
from lasttouch.views import contact_import, push, sync
from lasttouch.views import demo as view
from lasttouch.views.next_steps import next_steps
from lasttouch.views.people import people_table
from lasttouch.views.why_contact import contact_text

TELLING = "carla"  # her vacation reply is newer than anything she or we wrote, and does not count


@click.command("demo")
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Leave everything in DIR, to explore.")
@click.option("--tryton", is_flag=True, help="Push the dates into a real Tryton as well (extra: tryton).")
@click.option("--web", is_flag=True, help="Then show the same world in a browser, until Ctrl-C (extra: web).")
@click.option("--no-open", "is_closed", is_flag=True, help="With --web: only print the link; open no browser.")
@json_option
def command(keep: Path | None, tryton: bool, web: bool, is_closed: bool, as_json: bool) -> None:
    """Look around: a little world on servers of its own, synced and answered for real.

    Starts a mail server and a calendar server on this machine with a year of mail and meetings of
    two colleagues, imports their contacts and syncs as with any account. The servers end with the
    demo.

    \b
    Examples:
      lasttouch demo
      lasttouch demo --keep acme
      lasttouch demo --web
      lasttouch demo --tryton
      lasttouch demo --json
    """
    from lasttouch.demo.stage import CONTACTS, played  # noqa: PLC0415 - imports all that reads mail

    zone = machine_zone()
    if not as_json:
        print_lines(["A year of Ana's and Ben's mail and meetings at Acme, on two servers that start now."])
    with played(keep, utc_now, zone, tryton) as done, reading(done.loaded.path) as log:
        now = utc_now()
        given = answer(log, Question(now))
        if as_json:
            print_json(view.as_json(given, None if keep is None else str(done.loaded.path), done.told))
            return
        _typed(f"contacts import {CONTACTS}")
        print_lines(contact_import.text(done.change))
        _typed("sync")
        print_table(*sync.table(done.reports))
        _typed("last")
        print_table(*people_table(given.people, now, zone))
        _typed(f"why {TELLING}")
        _why(log, now, zone)
        if done.told is not None:
            _typed(f"push {done.told.target} --yes")
            print_table(*push.table(done.told, zone))
            print_lines(push.notes(done.told))
        print_lines(["", _in_the_log(log)])
        if web:
            print_lines([""])
            show(done.loaded, None, None, is_closed, False)
            return
    print_lines(_next_steps(keep))


def _typed(words: str) -> None:
    print_lines(["", f"$ lasttouch {words}"])


def _why(log: Log, now: datetime, zone: tzinfo) -> None:
    for person in answer(log, Question(now, TELLING)).people:
        print_lines(contact_text(person, *proof(log, person, now), now, zone))


def _in_the_log(log: Log) -> str:
    return f"In the log now: {in_words(*holdings(log))}."


def _next_steps(keep: Path | None) -> list[str]:
    """Commands that work now; without a kept world the first of them makes one for the others."""
    folder = keep or Path("acme")
    program = shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "lasttouch" else "lasttouch"
    program = "lasttouch" if shutil.which("lasttouch") else program
    config = f"--config {shlex.quote(str(folder / 'config.toml'))}"
    steps = [
        (f"{program} last --company {config}", "companies, and people there whom nobody has listed"),
        (f"{program} why erin {config}", "a declined meeting and its invitation do not count"),
        (f"{program} why hugo {config}", "a mail that came back does not count"),
        (f"{program} log grace {config}", "one mail in two mailboxes is one activity"),
    ]
    if keep is None:
        steps.insert(0, (f"{program} demo --keep {shlex.quote(str(folder))}", "the same, kept for the following"))
    in_a_browser = f"{program} demo --web" if keep is None else f"{program} web {config}"
    steps.append((in_a_browser, "the same world in a browser"))
    return next_steps(steps)
