"""The configuration that a command goes by, and the log it opens."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from activity.errors import DatabaseError, ForeignDatabase
from lasttouch.configuration.config_file import ConfigFile, config_path, read_config
from lasttouch.terminal.standard_streams import silence_libraries
from store import settings
from store.database import database_errors, is_begun, open_for_reading
from store.log import Log

if TYPE_CHECKING:
    from lasttouch.configuration.config import Loaded
    from lasttouch.keeping.agent import Agent


def named_config() -> Path:
    """Where the configuration named after the command, before it, in the environment, or at the usual place is."""
    return config_path(click.get_current_context().obj)


def loaded_config() -> Loaded:
    """The same, read, and checked unless the log has followed it already."""
    from lasttouch.configuration import config  # noqa: PLC0415 - a query does without

    silence_libraries()
    file = read_config(named_config())
    with contextlib.suppress(DatabaseError):  # told once it is to be written; what is wrong in the file goes before
        if (log := _log_that_followed(file)) is not None:
            log.close()
            return config.checked_before(file)
    return config.load_config(file.path)


@contextlib.contextmanager
def reading(config: Path | None = None) -> Iterator[Log]:
    """The log of the configuration that was named, or of this one, read-only; an empty one before the first sync.

    A configuration that the log has followed already is neither checked nor followed again.
    """
    file = read_config(config or named_config())
    path, log = file.database, _log_that_followed(file)
    if path is None or log is None:
        loaded = _follow(file)
        path = loaded.database
        log = open_for_reading(path) if is_begun(path) else _log_before_the_first_sync(loaded)
    try:
        with database_errors(path):
            yield log
    finally:
        log.close()


@contextlib.contextmanager
def reading_all() -> Iterator[Log]:
    """The same, with the meetings among strangers, which answers about contacts do without."""
    from store.deferred import any_with_strangers  # noqa: PLC0415 - answers about contacts do without

    with reading() as log:
        if not any_with_strangers(log):
            yield log
            return
    try:
        with changing() as agent:
            bring_strangers(agent)
    except DatabaseError as error:
        click.echo(f"lasttouch: meetings among strangers are left out: {error.message}", err=True)
    with reading() as log:
        yield log


def bring_strangers(agent: Agent) -> None:
    """The meetings among strangers into the log, where they wait; a terminal shows how far that is."""
    from lasttouch.keeping.meetings import expand_for_strangers  # noqa: PLC0415
    from lasttouch.terminal.progress import shown_count  # noqa: PLC0415 - once, before it is a plain query

    with shown_count("working out meetings among strangers") as told:
        expand_for_strangers(agent, told)


@contextlib.contextmanager
def changing() -> Iterator[Agent]:
    """The log of the configuration that was named, to be changed."""
    from lasttouch.keeping.opening import opened  # noqa: PLC0415 - queries do without

    with opened(loaded_config()) as agent:
        yield agent


def _log_that_followed(file: ConfigFile) -> Log | None:
    """The log, if there is one that has followed this very configuration."""
    if file.database is None or not is_begun(file.database):
        return None
    log = open_for_reading(file.database)
    with contextlib.suppress(sqlite3.DatabaseError):  # not made yet, or by another version
        if settings.read(log, settings.CONFIGURATION) == file.digest:
            return log
    log.close()
    return None


def _log_before_the_first_sync(loaded: Loaded) -> Log:
    """Nothing is made on the disk by a question."""
    from lasttouch.keeping.agent import register_sources  # noqa: PLC0415
    from store.database import empty_log  # noqa: PLC0415

    asked = click.get_current_context().params
    if not (asked.get("as_json") or asked.get("as_csv")):
        click.echo(f"There is no log at {loaded.database} yet; run: lasttouch sync", err=True)
    log = empty_log()
    register_sources(log.connection, loaded.config)
    return log


def _follow(file: ConfigFile) -> Loaded:
    """Check a configuration and derive anew what depends on it, so that no answer is of an earlier one."""
    from lasttouch.configuration.config import load_config  # noqa: PLC0415
    from lasttouch.keeping.opening import opened  # noqa: PLC0415

    loaded = load_config(file.path)
    if is_begun(loaded.database):
        try:
            with opened(loaded):
                pass
        except ForeignDatabase:
            raise
        except DatabaseError as error:
            click.echo(f"lasttouch: the log cannot follow the configuration as it is now: {error.message}", err=True)
    return loaded
