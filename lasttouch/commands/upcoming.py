"""lasttouch upcoming"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from lasttouch.commands.options import answer, config_option, contacts_named, csv_option, json_option, reading
from lasttouch.commands.status import blindness
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.upcoming import Appointment, Guest, upcoming_json, upcoming_table
from store.acquaintance import known_by, own_answers
from store.people import people
from store.timeline import Activity, ahead


@click.command("upcoming")
@click.argument("who", required=False)
@click.option("--days", metavar="N", type=click.IntRange(1, 36_500), help="Only those of the next N days.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How many."
)
@json_option
@csv_option
@config_option
def command(who: str | None, days: int | None, limit: int, as_json: bool, as_csv: bool, config: str | None) -> None:
    """The next meetings with contacts, when we last talked to who comes, and who else of us knows them.

    Meetings are read as far ahead as `horizon` says. Answers that are no plain yes stand behind the names.

    \b
    Examples:
      lasttouch upcoming
      lasttouch upcoming --days 7
      lasttouch upcoming bob --json
    """
    now, zone = utc_now(), machine_zone()
    until = None if days is None else now + timedelta(days=days)
    with reading(config) as log:
        found = ahead(log, now, limit, None if who is None else contacts_named(log, who), until)
        coming = _appointments(log, found, now)
        shown = answer(as_json, as_csv, lambda: upcoming_json(coming, now), lambda: upcoming_table(coming, now, zone))
        if shown:
            within = "" if days is None else " within " + ("a day" if days == 1 else f"{days} days")
            print_lines([] if found else [f"No meeting with a contact lies ahead{within}."])
            print_lines(blindness(log, now, zone))


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
