"""Options that most commands have, and how several of them become one value."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import click

from activity.errors import NotPermitted

F = TypeVar("F", bound=Callable[..., Any])


class OfService(str):
    """The configuration of a service that answers the command for somebody else; they name none in its stead."""

    __slots__ = ()


def is_answered(ctx: click.Context) -> bool:
    """Does a service answer this command for somebody else?"""
    return isinstance(ctx.find_root().obj, OfService)


def note_config(ctx: click.Context, _: click.Parameter | None, path: str | None) -> None:
    """Go by this configuration, if one is named. Raises NotPermitted where the service answers: it goes by its own."""
    if path:
        if isinstance(ctx.obj, OfService):
            raise NotPermitted("the service takes no configuration from whoever asks", "leave --config out")
        ctx.obj = path  # contexts of commands begin with that of the group


def config_option(function: F) -> F:
    """--config, after the command as well as before it; `opening.named_config` knows what was given."""
    text = "The configuration file."
    return click.option("--config", metavar="PATH", callback=note_config, expose_value=False, help=text)(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON (docs/json.md).")(function)


def as_one_value(
    name: str, made: Callable[..., Any], fields: Sequence[str], *options: Callable[[F], F]
) -> Callable[[F], F]:
    """These options, in order; the command receives them as one value `name`, `made` of these fields of theirs."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def command(**given: Any) -> Any:
            values = {field: given.pop(field) for field in fields if field in given}
            return function(**given, **{name: made(**values)})

        decorated = cast("F", command)
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
