"""lasttouch upcoming"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import Filters, filter_options
from lasttouch.commands.form import Form, answer, form_options
from lasttouch.commands.naming import chosen
from lasttouch.commands.opening import reading
from lasttouch.commands.options import config_option
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.upcoming import Appointment, Guest, upcoming_json, upcoming_table
from store.acquaintance import known_by, own_answers
from store.health import sources
from store.people import people
from store.timeline import Activity, ahead

PAGE = 20


@click.command("upcoming")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--days", metavar="N", type=click.IntRange(1, 36_500), help="Only those of the next N days.")
@filter_options(
    owner=True,
    company=True,
    since="Only what begins then or later: 2026-12-01, or +7d.",
    until="Only what begins then or earlier: 2026-12-24, or +14d.",
    limit=PAGE,
)
@form_options
@config_option
def command(who: tuple[str, ...], days: int | None, filters: Filters, form: Form) -> None:
    """The next meetings with contacts, when we last talked to who comes, and who else of us knows them.

    Meetings are read as far ahead as `horizon` says. Answers that are no plain yes stand behind the names.

    \b
    Examples:
      lasttouch upcoming
      lasttouch upcoming --days 7
      lasttouch upcoming --owner ana --until +14d
      lasttouch upcoming bob --json
    """
    now, zone, until = utc_now(), machine_zone(), filters.until
    if days is not None:
        until = min(until or now + timedelta(days=days), now + timedelta(days=days))
    with reading() as log:
        ids = chosen(log, who, filters.owner, filters.company)
        found = ahead(log, max(filters.since or now, now), filters.most(form, PAGE), ids, until)
        coming = _appointments(log, found, now)
        if answer(
            form, columns.UPCOMING, lambda: upcoming_json(coming, now), lambda: upcoming_table(coming, now, zone)
        ):
            within = "" if days is None else " within " + ("a day" if days == 1 else f"{days} days")
            print_lines([] if found else [f"No meeting with a contact lies ahead{within}."])
            print_lines(blindness(sources(log), now, zone))


def _appointments(log: sqlite3.Connection, found: Sequence[Activity], now: datetime) -> list[Appointment]:
    answers = [_invited(one) for one in found]
    ids = sorted({contact_id for one in answers for contact_id in one})
    persons = {person.id: person for person in people(log, now, ids)}
    known = known_by(log, ids, now)
    return [
        Appointment(
            one,
            [Guest(persons[i], given, known.get(i, [])) for i, given in invited.items()],
            own_answers(log, one.id),
        )
        for one, invited in zip(found, answers, strict=True)
    ]


def _invited(meeting: Activity) -> dict[int, str]:
    """The contacts who are asked, with their answers."""
    answers: dict[int, str] = {}
    for part in meeting.parts:
        if part.contact_id is not None:
            answers[part.contact_id] = answers.get(part.contact_id) or part.answer
    return answers
