"""The configuration that a command goes by, and the log it opens."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from activity.errors import DatabaseError
from lasttouch.answers import telling
from lasttouch.configuration.config_file import config_path
from lasttouch.keeping import reading as logs
from lasttouch.local_time import utc_now
from lasttouch.terminal.hidden import say_how_many_hide
from lasttouch.terminal.output import are_answers_taken
from lasttouch.terminal.standard_streams import silence_libraries

if TYPE_CHECKING:
    from lasttouch.answers.question import Log
    from lasttouch.configuration.config import LoadedConfig
    from lasttouch.keeping.agent import Agent

Given = TypeVar("Given")


def named_config() -> Path:
    """Where the configuration named after the command, before it, in the environment, or at the
    usual place is."""
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
        if log.scope.viewer is not None:
            say_how_many_hide(log.scope.hidden_accounts)
        yield log


def told(log: Log, given: Given) -> Given:
    """What is answered by this command; see `answers/telling.py`."""
    return telling.told(log, given, utc_now(), _command())


def tell_everything(log: Log) -> None:
    """The same where all that is seen is told."""
    telling.tell_everything(log, utc_now(), _command())


def _command() -> str:
    return click.get_current_context().command_path.partition(" ")[2]


def database() -> Path:
    """Where the log of the configuration that was named is."""
    return logs.database_of(named_config())


@contextlib.contextmanager
def reading_all() -> Iterator[Log]:
    """The same, with the meetings among strangers, which answers about contacts do without."""
    with reading() as log:
        is_team = log.scope.viewer is not None  # none of whom sees what waits to be worked out
        if are_answers_taken() or (not is_team and not logs.lacks_strangers(log)):
            yield log
            return
    try:
        with maintaining() as agent:
            if logs.lacks_strangers(agent.log):
                bring_strangers(agent, told=not is_team)
    except DatabaseError as error:
        _warn(f"meetings among strangers are left out: {error.message}")
    with reading() as log:
        yield log


def bring_strangers(agent: Agent, told: bool) -> None:
    """The meetings among strangers into the log, where they wait; a terminal shows how far that is,
    if it may be `told` how many all have.
    """
    from lasttouch.keeping.meetings import expand_for_strangers  # noqa: PLC0415
    from lasttouch.terminal.progress import shown_count  # noqa: PLC0415 - once, before it is a plain query

    with shown_count("working out meetings among strangers") if told else contextlib.nullcontext() as count:
        expand_for_strangers(agent, count)


@contextlib.contextmanager
def changing() -> Iterator[Agent]:
    """The log of the configuration that was named, to be changed by whoever asks. Raises
    NotPermitted."""
    from lasttouch.keeping.acting import acting  # noqa: PLC0415 - queries do without

    with maintaining() as agent, acting(agent):
        yield agent


@contextlib.contextmanager
def asking(*, of_users: bool = True) -> Iterator[Agent]:
    """The log to be changed by a user who asks, of which no content is shown.

    Raises NotPermitted; UsageError for a log that has no users, where it is `of_users`.
    """
    from lasttouch.keeping.acting import become_asker, insist_on_users  # noqa: PLC0415 - few ask for it

    with maintaining() as agent:
        if of_users:
            insist_on_users(agent)
        become_asker(agent)
        yield agent


@contextlib.contextmanager
def holding_tokens() -> Iterator[Agent]:
    """The log to be changed by whoever asks, of which nothing is shown but tokens. Raises
    NotPermitted."""
    from lasttouch.keeping.tokens import become_holder  # noqa: PLC0415 - few ask for it

    with maintaining() as agent:
        become_holder(agent)
        yield agent


@contextlib.contextmanager
def erasing(reason: str) -> Iterator[tuple[Agent, bool]]:
    """The log to be changed by whoever asks, or, with a reason, by an administrator, who sees
    nothing of it (True)."""
    from lasttouch.keeping.acting import acting, administering  # noqa: PLC0415 - queries do without
    from lasttouch.keeping.viewing import is_administrator  # noqa: PLC0415

    with maintaining() as agent:
        by_administrator = bool(reason.strip()) and is_administrator(agent.log)
        with administering(agent) if by_administrator else acting(agent):
            yield agent, by_administrator


@contextlib.contextmanager
def administering() -> Iterator[Agent]:
    """The log to be kept by one keeper, or a team's administrator, who sees no content. Raises
    NotPermitted."""
    from lasttouch.keeping.acting import administering  # noqa: PLC0415 - queries do without

    with maintaining() as agent, administering(agent):
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
