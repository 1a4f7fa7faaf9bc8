"""lasttouch status"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from activity.errors import LasttouchError, UsageError
from lasttouch.answers.status import Answer, status
from lasttouch.commands.opening import named_config, reading
from lasttouch.configuration.config_file import read_config
from lasttouch.configuration.durations import parse_duration
from lasttouch.keeping.lock_file import daemon_pid
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.moments import ago
from lasttouch.terminal.form import Form, answer, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import print_lines
from lasttouch.views import columns
from lasttouch.views.health import clock_note, skipped_rows, skipped_table, status_json, status_notes, status_table


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
    now, zone = utc_now(), machine_zone()
    database = read_config(named_config()).database
    pid = daemon_pid(database) if database else None
    with reading(whole=True) as log:
        given = status(log, now, mistakes=check)
    health = given.sources
    if skipped and not form.as_json:
        if answer(form, columns.SKIPPED, lambda: skipped_rows(health), lambda: skipped_table(health)):
            print_lines([] if any(one.skipped for one in health) else ["Nothing was skipped."])
        return
    if answer(
        form,
        columns.STATUS,
        lambda: status_json(health, given.holdings, pid, given.mail_ahead),
        lambda: status_table(health, now, zone),
    ):
        activities, contacts, touches = given.holdings
        print_lines(
            [
                f"{activities:,} activities, {contacts:,} contacts, {touches:,} touches.",
                "No daemon is running." if pid is None else f"A daemon is running: process {pid}.",
                *clock_note(given.mail_ahead, zone),
                *status_notes(health, zone),
            ]
        )
    if check:
        fail_if_behind(given, now, tolerance, pid)
        fail_if_mistaken(given.mistakes)


def fail_if_behind(given: Answer, now: datetime, tolerance: str, pid: int | None) -> None:
    """For monitoring. Raises LasttouchError that names every source that was not read to its end for too long."""
    try:
        allowed = parse_duration(tolerance)
    except ValueError as error:
        raise UsageError(str(error)) from None
    behind = [
        f"{one.account} {one.source} ({'last ' + ago(one.last_success, now) if one.last_success else 'never'})"
        for one in given.sources
        if one.last_success is None or now - one.last_success > allowed
    ]
    if behind or not given.sources:
        what = f"not read within {tolerance}: {', '.join(behind)}" if behind else "nothing has been read yet"
        raise LasttouchError(
            what, "see: lasttouch status" if pid else "no daemon is running; see: lasttouch service status"
        )


def fail_if_mistaken(items: Sequence[str]) -> None:
    """For monitoring. Raises LasttouchError where items were left out because of a defect of ours, for a week."""
    if items:
        raise LasttouchError(
            f"left out by a mistake of ours: {', '.join(items[:3])}{' and others' if len(items) > 3 else ''}",
            "see: lasttouch status --skipped; report the reason that stands there",
        )
