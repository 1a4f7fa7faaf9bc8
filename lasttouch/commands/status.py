"""lasttouch status"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta, tzinfo

import click

from lasttouch.commands.options import answer, config_option, csv_option, json_option, reading
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_lines
from lasttouch.views.health import status_json, status_notes, status_table
from lasttouch.views.moments import ago, local
from store.health import counts, sources

FRESH = timedelta(days=1)


@click.command("status")
@json_option
@csv_option
@config_option
def command(as_json: bool, as_csv: bool, config: str | None) -> None:
    """How far every source has been read, and what could not be.

    \b
    Examples:
      lasttouch status
      lasttouch status --json
    """
    now, zone = utc_now(), machine_zone()
    with reading(config) as log:
        health = sources(log)
        totals = counts(log)
        if answer(as_json, as_csv, lambda: status_json(health, totals), lambda: status_table(health, now, zone)):
            activities, contacts, touches = totals
            print_lines(
                [f"{activities:,} activities, {contacts:,} contacts, {touches:,} touches.", *status_notes(health, zone)]
            )


def blindness(log: sqlite3.Connection, now: datetime, zone: tzinfo) -> list[str]:
    """What silence in the log does not mean: the sources that have not been read up to now."""
    lines = []
    for one in sources(log):
        if one.source == "carddav":
            continue  # an address book tells who, not when
        if one.seen_through is None:
            lines.append(f"Unknown: {one.account}'s {one.source} was never read. {one.error or ''}".rstrip())
        elif one.error is not None or now - one.seen_through > FRESH:
            since = f"{local(one.seen_through, zone)} ({ago(one.seen_through, now)})"
            lines.append(f"Unknown since {since}: {one.account}'s {one.source}. {one.error or 'run: lasttouch sync'}")
    return lines
