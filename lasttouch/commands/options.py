"""What several commands have in common: their options, the log they open, the form of their answer."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from activity.errors import DatabaseError, NotFound, UsageError
from lasttouch.config_file import ConfigFile, config_path, read_config
from lasttouch.output import print_csv, print_json, print_table
from lasttouch.views.csv_cells import csv_rows
from store import settings
from store.database import database_errors, open_for_reading
from store.finding import find_contacts, near_names
from store.people import is_anybody_listed

if TYPE_CHECKING:
    from lasttouch.agent import Agent
    from lasttouch.config import Loaded

NO_CONTACTS = (
    "No contacts yet. Add some: lasttouch contacts import FILE.csv; or make contacts of the people you exchange with:"
    " lasttouch contacts add --all-two-way (see lasttouch unmatched)."
)
NO_COMPANIES = "No companies yet. Add one: lasttouch companies add NAME DOMAIN"
F = TypeVar("F", bound=Callable[..., Any])


def config_option(function: F) -> F:
    """--config, after the command as well as before it."""
    return click.option("--config", metavar="PATH", help="The configuration file.")(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON (docs/json.md).")(function)


def csv_option(function: F) -> F:
    return click.option("--csv", "as_csv", is_flag=True, help="Answer as CSV: the fields of --json.")(function)


def loaded_config(given: str | None) -> Loaded:
    """The configuration named here, before the command, in the environment, or at the usual place."""
    import logging  # noqa: PLC0415

    from lasttouch.config import load_config  # noqa: PLC0415 - checking costs more than a query

    logging.lastResort = None  # what goes wrong is told once, by the command
    return load_config(named_config(given))


@contextlib.contextmanager
def reading(config: str | None) -> Iterator[sqlite3.Connection]:
    """The log of this configuration, read-only.

    A configuration that the log has followed already is neither checked nor followed again.
    """
    file = read_config(named_config(config))
    path, connection = file.database, _log_that_followed(file)
    if path is None or connection is None:
        path = _follow(file)
        connection = open_for_reading(path)
    try:
        with database_errors(path):
            yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def changing(config: str | None) -> Iterator[Agent]:
    """The log of this configuration, to be changed."""
    from lasttouch.agent import opened  # noqa: PLC0415 - queries do without

    with opened(loaded_config(config)) as agent:
        yield agent


def named_config(given: str | None) -> Path:
    """Where the configuration named here, before the command, in the environment, or at the usual place is."""
    return config_path(given or click.get_current_context().obj)


def _log_that_followed(file: ConfigFile) -> sqlite3.Connection | None:
    """The log, if there is one that has followed this very configuration."""
    if file.database is None or not file.database.exists():
        return None
    connection = open_for_reading(file.database)
    with contextlib.suppress(sqlite3.DatabaseError):  # not made yet, or by another version
        if settings.read(connection, settings.CONFIGURATION) == file.digest:
            return connection
    connection.close()
    return None


def _follow(file: ConfigFile) -> Path:
    """Check a configuration and derive anew what depends on it, so that no answer is of an earlier one."""
    from lasttouch.agent import opened  # noqa: PLC0415
    from lasttouch.config import load_config  # noqa: PLC0415

    loaded = load_config(file.path)
    if loaded.database.exists():
        try:
            with opened(loaded):
                pass
        except DatabaseError as error:
            click.echo(f"lasttouch: the log cannot follow the configuration as it is now: {error.message}", err=True)
    return loaded.database


def contacts_named(connection: sqlite3.Connection, who: str) -> list[int]:
    """The contacts that `who` means. Raises NotFound with near names where there is none."""
    ids = find_contacts(connection, who)
    if not ids:
        raise nobody(connection, who)
    return ids


def nobody(connection: sqlite3.Connection, who: str) -> NotFound:
    near = near_names(connection, who)
    hint = f"did you mean {', '.join(near)}?" if near else told_of_none(connection, "see: lasttouch contacts list")
    return NotFound(f"there is no contact {who!r}", hint)


def told_of_none(connection: sqlite3.Connection, said: str) -> str:
    """What is said of an empty answer: that nobody is listed yet, if that is why."""
    return said if is_anybody_listed(connection) else NO_CONTACTS


def no_company(connection: sqlite3.Connection, company: str) -> NotFound:
    near = near_names(connection, company, companies_only=True)
    hint = f"did you mean {', '.join(near)}?" if near else "see: lasttouch companies list"
    return NotFound(f"there is no company {company!r}", hint)


def answer(
    as_json: bool,
    as_csv: bool,
    columns: Sequence[str],
    value: Callable[[], Any],
    table: Callable[[], tuple[list[str], Sequence[Sequence[str]]]],
) -> bool:
    """Print an answer in the form that was asked for; True if that was a form for people.

    `columns` are the headings of the CSV: the fields of the objects in `value`, in order.
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other")
    if as_json:
        print_json(value())
    elif as_csv:
        print_csv(columns, csv_rows(value()))
    else:
        print_table(*table())
        return True
    return False
