"""lasttouch upcoming"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from lasttouch.answers.series import Series, by_series
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import Filters, filter_options
from lasttouch.commands.naming import chosen, told_of_none
from lasttouch.commands.opening import reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.upcoming import Appointment, Guest, upcoming_json, upcoming_table
from store.acquaintance import known_by, own_answers
from store.health import sources
from store.log import Log
from store.people import people
from store.timeline import Activity, ahead

PAGE = 20
A_SERIES = "Of a series the next meeting is shown."


@click.command("upcoming")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--days", metavar="N", type=click.IntRange(1, 36_500), help="Only those of the next N days.")
@filter_options(
    owner=True,
    tag=True,
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
    A series is one line with its next meeting, and --limit counts lines; --json and --csv have every meeting.

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
        ids = chosen(log, who, filters.owner, filters.company, tag=filters.tag)
        most = filters.most(form, PAGE)
        found = ahead(log, max(filters.since or now, now), None if form.is_for_people else most, ids, until)
        series = by_series(found) if form.is_for_people else list(map(Series, found))
        coming = _appointments(log, series[:most], now)
        if answer(
            form, columns.UPCOMING, lambda: upcoming_json(coming, now), lambda: upcoming_table(coming, now, zone)
        ):
            within = "" if days is None else " within " + ("a day" if days == 1 else f"{days} days")
            print_lines([] if found else [told_of_none(log, f"No meeting with a contact lies ahead{within}.")])
            print_lines(["There are more: raise --limit."] if len(series) > most else [])
            print_lines([A_SERIES] if any(one.further for one in coming) else [])
            print_lines(blindness(sources(log), now, zone))


def _appointments(log: Log, series: Sequence[Series], now: datetime) -> list[Appointment]:
    answers = [_invited(one.meeting) for one in series]
    ids = sorted({contact_id for one in answers for contact_id in one})
    persons = {person.id: person for person in people(log, now, ids)}
    known = known_by(log, ids, now)
    return [
        Appointment(
            one.meeting,
            [Guest(persons[i], given, known.get(i, [])) for i, given in invited.items()],
            own_answers(log, one.meeting.id),
            one.further,
        )
        for one, invited in zip(series, answers, strict=True)
    ]


def _invited(meeting: Activity) -> dict[int, str]:
    """The contacts who are asked, with their answers."""
    answers: dict[int, str] = {}
    for part in meeting.parts:
        if part.contact_id is not None:
            answers[part.contact_id] = answers.get(part.contact_id) or part.answer
    return answers
