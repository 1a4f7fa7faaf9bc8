"""lasttouch export"""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from lasttouch.answers.question import Filters
from lasttouch.commands.filters import filter_options
from lasttouch.commands.opening import reading_all
from lasttouch.local_time import utc_now
from lasttouch.private_files import private_output
from lasttouch.terminal.csv_cells import csv_row
from lasttouch.terminal.form import Form, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import csv_cells, harmless_json
from lasttouch.terminal.standard_streams import speak_utf8
from lasttouch.views import columns
from lasttouch.views.timeline import why_json
from store.export import whole_log
from store.log import Log
from store.said import of_activities


@click.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@filter_options(since="Only what was then or later:", until="Only what was then or earlier.")
@form_options
@config_option
def command(file: Path | None, force: bool, filters: Filters, form: Form) -> None:
    """The whole log as JSON lines (or CSV): one activity a line, with the fields of `why --json`.

    In the order it was read, meetings that lie ahead included. FILE is readable for you alone;
    without it, or with -, it goes to standard output. For contacts: lasttouch contacts export.

    \b
    Examples:
      lasttouch export > log.jsonl
      lasttouch export log.csv --csv --since 2026-01-01
      lasttouch export - | jq -r 'select(.verdict == "bounce") | .at'
    """
    with reading_all() as log, _output(file, force) as output:
        write = _csv_lines if form.as_csv else _json_lines
        written = write(output, _objects(log, filters.since, filters.until))
    if file is not None and str(file) != "-":
        click.echo(f"{written:,} activities in {file}.", err=True)


@contextlib.contextmanager
def _output(file: Path | None, force: bool) -> Iterator[TextIO]:
    if file is None or str(file) == "-":
        speak_utf8()
        yield sys.stdout
        return
    with private_output(file, force) as new, new.text() as output:
        yield output


def _objects(log: Log, since: datetime | None, until: datetime | None) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for found, people in whole_log(log, now, since, until):
        words = of_activities(log, [one.id for one in found])
        for one in found:
            concerned = {part.contact_id for part in one.parts if part.contact_id is not None}
            yield why_json(one, [people[i] for i in sorted(concerned) if i in people], now, words.get(one.id, []))


def _json_lines(output: TextIO, objects: Iterator[dict[str, Any]]) -> int:
    return sum(1 for one in objects if output.write(harmless_json(json.dumps(one, ensure_ascii=False)) + "\n"))


def _csv_lines(output: TextIO, objects: Iterator[dict[str, Any]]) -> int:
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns.EXPORT)
    return sum(1 for one in objects if writer.writerow(csv_cells(csv_row(one))))
