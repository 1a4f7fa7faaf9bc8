"""The form of an answer: a table for people, JSON or CSV for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import click

from activity.errors import UsageError
from lasttouch.terminal.hidden import hidden_lines
from lasttouch.terminal.options import F, as_one_value, json_option
from lasttouch.terminal.output import print_csv, print_json, print_lines, print_table


class Form(NamedTuple):
    """What --json and --csv say."""

    as_json: bool
    as_csv: bool

    @property
    def is_for_people(self) -> bool:
        return not (self.as_json or self.as_csv)


def csv_option(function: F) -> F:
    return click.option("--csv", "as_csv", is_flag=True, help="Answer as CSV: the fields of --json.")(function)


def form_options(function: F) -> F:
    """--json and --csv, received as `form`."""
    return as_one_value("form", _form, Form._fields, json_option, csv_option)(function)


def _form(as_json: bool, as_csv: bool) -> Form:
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other")
    return Form(as_json, as_csv)


def print_answer(
    form: Form,
    columns: Sequence[str],
    as_json: Callable[[], Any],
    table: Callable[[], tuple[list[str], Sequence[Sequence[str]]]],
    notes: Callable[[], Iterable[str]],
) -> None:
    """Print an answer in the form that was asked for; `notes` are what people read below the table.

    `columns` are the headings of the CSV: the fields of the objects in the JSON, in order.
    """
    if form.as_json:
        print_json(as_json())
    elif form.as_csv:
        from lasttouch.terminal.csv_cells import csv_rows  # noqa: PLC0415 - most read tables, or JSON

        print_csv(columns, csv_rows(as_json()))
    else:
        print_table(*table())
        print_lines([*notes(), *hidden_lines()])
