"""lasttouch export"""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from lasttouch.answers.export import answer
from lasttouch.answers.question import Filters, Question
from lasttouch.commands.filters import filter_options
from lasttouch.commands.opening import reading_all, tell_everything
from lasttouch.counting import activities
from lasttouch.local_time import utc_now
from lasttouch.private_files import private_output
from lasttouch.terminal.csv_cells import csv_row
from lasttouch.terminal.form import Form, form_options
from lasttouch.terminal.options import config_option
from lasttouch.terminal.output import csv_cells, harmless_json
from lasttouch.terminal.standard_streams import speak_utf8
from lasttouch.views import columns
from lasttouch.views import export as view


@click.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@filter_options(
    tag="Only what a contact with this tag has a part in.",
    since="Only what was then or later:",
    until="Only what was then or earlier.",
)
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
      lasttouch export --tag vip
      lasttouch export - | jq -r 'select(.verdict == "bounce") | .at'
    """
    with reading_all() as log, _output(file, force) as output:
        tell_everything(log)
        write = _csv_lines if form.as_csv else _json_lines
        written = write(output, view.as_json(answer(log, Question(utc_now(), "", filters))))
    if file is not None and str(file) != "-":
        click.echo(f"{activities(written)} in {file}.", err=True)


@contextlib.contextmanager
def _output(file: Path | None, force: bool) -> Iterator[TextIO]:
    if file is None or str(file) == "-":
        speak_utf8()
        yield sys.stdout
        return
    with private_output(file, force) as new, new.text() as output:
        yield output


def _json_lines(output: TextIO, objects: Iterator[dict[str, Any]]) -> int:
    return sum(1 for one in objects if output.write(harmless_json(json.dumps(one, ensure_ascii=False)) + "\n"))


def _csv_lines(output: TextIO, objects: Iterator[dict[str, Any]]) -> int:
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns.EXPORT)
    return sum(1 for one in objects if writer.writerow(csv_cells(csv_row(one))))
