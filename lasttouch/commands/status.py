"""lasttouch status"""

from __future__ import annotations

from collections.abc import Sequence

import click

from activity.errors import LasttouchError, UsageError
from lasttouch.answers.question import Question
from lasttouch.answers.status import Answer, answer
from lasttouch.commands.opening import named_config, reading
from lasttouch.configuration.config_file import read_config
from lasttouch.configuration.durations import parse_duration
from lasttouch.keeping.lock_file import daemon_pid
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.moments import ago
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option
from lasttouch.views import columns
from lasttouch.views import status as view


@click.command("status")
@click.option("--skipped", is_flag=True, help="List every item that could not be read, and why.")
@click.option(
    "--check",
    is_flag=True,
    help="Exit with 1 if a source was not read within --tolerance, or we stumbled over an item.",
)
@click.option("--tolerance", default="1h", show_default=True, metavar="TIME", help="What --check lets pass.")
@form_options
@config_option
def command(skipped: bool, check: bool, tolerance: str, form: Form) -> None:
    """How far every source has been read, and what could not be.

    A calendar or mailbox that fails in a source that otherwise works has a line of its own.

    \b
    Examples:
      lasttouch status
      lasttouch status --skipped
      lasttouch status --json
      lasttouch status --check --tolerance 30m
    """
    zone = machine_zone()
    database = read_config(named_config()).database
    pid = daemon_pid(database) if database else None
    with reading(whole=True) as log:
        given = answer(log, Question(utc_now()), pid, mistakes=check)
    if skipped and not form.as_json:
        print_answer(
            form,
            columns.SKIPPED,
            lambda: view.skipped_json(given),
            lambda: view.skipped_table(given),
            lambda: view.skipped_notes(given),
        )
        return
    print_answer(
        form,
        columns.STATUS,
        lambda: view.as_json(given),
        lambda: view.table(given, zone),
        lambda: view.notes(given, zone),
    )
    if check:
        fail_if_behind(given, tolerance)
        fail_if_mistaken(given.mistakes)


def fail_if_behind(given: Answer, tolerance: str) -> None:
    """For monitoring. Raises LasttouchError that names every source that was not read to its end
    for too long."""
    try:
        allowed = parse_duration(tolerance)
    except ValueError as error:
        raise UsageError(str(error)) from None
    behind = [
        f"{one.account} {one.source} ({'last ' + ago(one.last_success, given.now) if one.last_success else 'never'})"
        for one in given.behind(allowed)
    ]
    if behind or not given.sources:
        what = f"not read within {tolerance}: {', '.join(behind)}" if behind else "nothing has been read yet"
        raise LasttouchError(
            what, "see: lasttouch status" if given.daemon else "no daemon is running; see: lasttouch service status"
        )


def fail_if_mistaken(items: Sequence[str]) -> None:
    """For monitoring. Raises LasttouchError where items were left out because of a defect of ours,
    for a week."""
    if items:
        raise LasttouchError(
            f"left out by a mistake of ours: {', '.join(items[:3])}{' and others' if len(items) > 3 else ''}",
            "see: lasttouch status --skipped; report the reason that stands there",
        )
