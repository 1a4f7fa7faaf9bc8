"""The configuration that a command goes by, and the log it opens."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from activity.errors import DatabaseError
from lasttouch.configuration.config_file import config_path
from lasttouch.keeping import reading as logs
from lasttouch.terminal.standard_streams import silence_libraries

if TYPE_CHECKING:
    from lasttouch.answers.question import Log
    from lasttouch.configuration.config import LoadedConfig
    from lasttouch.keeping.agent import Agent


def named_config() -> Path:
    """Where the configuration named after the command, before it, in the environment, or at the usual place is."""
    return config_path(click.get_current_context().obj)


def loaded_config() -> LoadedConfig:
    """The same, read, and checked unless the log has followed it already."""
    silence_libraries()
    return logs.loaded(named_config())


@contextlib.contextmanager
def reading(config: Path | None = None, whole: bool = False) -> Iterator[Log]:
    """The log of the configuration that was named, or of this one; see `keeping/reading.py`."""
    asked = click.get_current_context().params
    is_for_people = not (asked.get("as_json") or asked.get("as_csv"))
    with logs.reading(config or named_config(), _warn, _tell if is_for_people else _keep_silent, whole) as log:
        yield log


@contextlib.contextmanager
def reading_all() -> Iterator[Log]:
    """The same, with the meetings among strangers, which answers about contacts do without."""
    with reading() as log:
        if not logs.lacks_strangers(log):
            yield log
            return
    try:
        with maintaining() as agent:
            bring_strangers(agent)
    except DatabaseError as error:
        _warn(f"meetings among strangers are left out: {error.message}")
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
    """The log of the configuration that was named, to be changed by whoever asks. Raises NotPermitted."""
    from lasttouch.keeping.acting import acting  # noqa: PLC0415 - queries do without

    with maintaining() as agent, acting(agent):
        yield agent


@contextlib.contextmanager
def maintaining() -> Iterator[Agent]:
    """The same for what shows no content."""
    from lasttouch.keeping.opening import opened  # noqa: PLC0415 - queries do without

    with opened(loaded_config()) as agent:
        yield agent


def _warn(what: str) -> None:
    click.echo(f"lasttouch: {what}", err=True)


def _tell(what: str) -> None:
    click.echo(what, err=True)


def _keep_silent(_: str) -> None:
    pass
