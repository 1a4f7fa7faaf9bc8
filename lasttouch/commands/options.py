"""What several commands have in common: their options, the log they open, the form of their answer."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click

from activity.errors import NotFound, UsageError
from lasttouch.config import Loaded, config_path, load_config
from lasttouch.output import print_csv, print_json, print_table
from store.database import database_errors, open_for_reading
from store.finding import find_contacts, near_names

NO_CONTACTS = (
    "No contacts yet. Add some: lasttouch contacts import FILE.csv; or make contacts of the people you exchange with:"
    " lasttouch contacts add --all-two-way (see lasttouch unmatched)."
)
F = TypeVar("F", bound=Callable[..., Any])


def config_option(function: F) -> F:
    """--config, after the command as well as before it."""
    return click.option("--config", metavar="PATH", help="The configuration file.")(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON (docs/json.md).")(function)


def csv_option(function: F) -> F:
    return click.option("--csv", "as_csv", is_flag=True, help="Answer as CSV.")(function)


def loaded_config(given: str | None) -> Loaded:
    """The configuration named here, before the command, in the environment, or at the usual place."""
    return load_config(config_path(given or click.get_current_context().obj))


@contextlib.contextmanager
def reading(config: str | None) -> Iterator[sqlite3.Connection]:
    """The log of this configuration, read-only."""
    path = loaded_config(config).database
    connection = open_for_reading(path)
    try:
        with database_errors(path):
            yield connection
    finally:
        connection.close()


def contacts_named(connection: sqlite3.Connection, who: str) -> list[int]:
    """The contacts that `who` means. Raises NotFound with near names where there is none."""
    ids = find_contacts(connection, who)
    if not ids:
        raise nobody(connection, who)
    return ids


def nobody(connection: sqlite3.Connection, who: str) -> NotFound:
    near = near_names(connection, who)
    hint = f"did you mean {', '.join(near)}?" if near else "see: lasttouch contacts list"
    return NotFound(f"there is no contact {who!r}", hint)


def answer(
    as_json: bool,
    as_csv: bool,
    value: Callable[[], Any],
    table: Callable[[], tuple[list[str], Sequence[Sequence[str]]]],
) -> bool:
    """Print an answer in the form that was asked for; True if that was a form for people."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other")
    if as_json:
        print_json(value())
    elif as_csv:
        print_csv(*table())
    else:
        print_table(*table())
        return True
    return False
