"""lasttouch last"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import click

from activity.errors import NotFound
from lasttouch.commands.completion_words import complete_who
from lasttouch.commands.filters import UNLIMITED, Filters, filter_options, people_reader
from lasttouch.commands.naming import chosen, companies_named, without_ignored
from lasttouch.commands.opening import reading, reading_all
from lasttouch.commands.sparklines import sparklines
from lasttouch.local_time import machine_zone
from lasttouch.moments import earlier
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.blindness import blindness
from lasttouch.views.contacts import NO_CONTACTS
from lasttouch.views.last import last_json, last_table, read_back_lines, vouched_order
from store.finding import Unlisted, find_unlisted
from store.health import seen_through, sources
from store.log import Log
from store.people import Person
from store.read_back import ReadBack, read_back


@click.command("last")
@click.argument("who", nargs=-1, shell_complete=complete_who)
@click.option("--company", "by_company", is_flag=True, help="Companies instead of contacts.")
@filter_options(
    owner=True,
    tag=True,
    since="Only whose last touch was then or later:",
    until="Only whose last touch was then or earlier, or never.",
    as_of=True,
    sort=("silence", "recent", "name", "company", "touches"),
    limit=UNLIMITED,
)
@form_options
@config_option
def command(who: tuple[str, ...], by_company: bool, filters: Filters, form: Form) -> None:
    """When did we last talk to them? The longest silent first.

    WHO is a name or part of one, an address, a domain or a company; without it, everybody. Where no
    contact is meant, people are who are none yet.

    \b
    Examples:
      lasttouch last
      lasttouch last bob
      lasttouch last globex.example --json
      lasttouch last --owner ana --until 90d --limit 20
      lasttouch last bob --as-of 2026-06-30
      lasttouch last --company
    """
    with reading() as log:
        shown = _companies(log, who, filters, form) if by_company else _contacts(log, who, filters, form)
        if shown:
            print_lines(blindness(sources(log), filters.moment(), machine_zone()))


def _companies(log: Log, who: Sequence[str], filters: Filters, form: Form) -> bool:
    from lasttouch.commands.companies import answer_companies  # noqa: PLC0415 - contacts are asked for more often

    return answer_companies(log, filters, form, companies_named(log, " ".join(who)) if who else None)


def _strangers(log: Log, who: Sequence[str], filters: Filters) -> list[Unlisted]:
    """The people who are meant, where no contact is."""
    if not who or filters.owner or filters.tag or filters.as_of:
        return []
    return [one for one in find_unlisted(log, " ".join(who)) if not one.is_ours]


def _unlisted(strangers: Sequence[Unlisted], filters: Filters, form: Form) -> bool:
    """With the meetings among strangers, which nothing else here needs."""
    from lasttouch.views.no_contact import no_contact  # noqa: PLC0415 - most are contacts
    from store.unlisted_people import unlisted_people  # noqa: PLC0415

    now = filters.moment()
    with reading_all() as log:
        found = filters.applied(unlisted_people(log, now, strangers))
        through, back = earlier(seen_through(log), now), read_back(log)
    shown = _answered(found, form, now, through, back)
    if shown:
        print_lines(no_contact(strangers))
    return shown


def _contacts(log: Log, who: Sequence[str], filters: Filters, form: Form) -> bool:
    now = filters.moment()
    try:
        ids = chosen(log, who, filters.owner, tag=filters.tag)
    except NotFound:
        strangers = _strangers(log, who, filters)
        if not strangers:
            raise
        return _unlisted(strangers, filters, form)
    back = read_back(log)
    everybody = people_reader(filters.as_of)(log, now, ids)
    if len(everybody) > 1:
        everybody = vouched_order(everybody, back)
    found = filters.applied(everybody if who else without_ignored(log, everybody))
    weeks = sparklines(log, found, now) if form.is_for_people else {}
    shown = _answered(found, form, now, earlier(seen_through(log), now), back, weeks)
    if shown and not found:
        unfiltered = not everybody and ids is None
        print_lines([NO_CONTACTS if unfiltered else "No contact is left by that."])
    return shown


def _answered(
    found: list[Person],
    form: Form,
    now: datetime,
    through: datetime | None,
    back: ReadBack,
    weeks: Mapping[int, Sequence[int]] | None = None,
) -> bool:
    """Did people see it? They are also told where a date may not be the last."""
    zone = machine_zone()
    shown = answer(
        form,
        columns.LAST,
        lambda: last_json(found, through, back),
        lambda: last_table(found, now, zone, weeks, back),
    )
    if shown:
        print_lines(read_back_lines(found, back, zone))
    return shown
