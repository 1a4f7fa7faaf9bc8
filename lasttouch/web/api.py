"""`/api/…`: what a command answers with `--json`, by running that very command."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import click
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from activity.errors import UsageError
from lasttouch.terminal.command_line import lasttouch
from lasttouch.terminal.output import answers_taken
from lasttouch.web.bearer import as_json, ask_as_holder, refused, secret_of
from lasttouch.web.site import Site

DESCRIBED_AT = "/api/openapi.json"
COMMANDS = (
    "today", "last", "stale", "awaiting", "log", "upcoming", "why", "unmatched", "contacts list", "contacts show",
    "companies list", "status",
)  # fmt: skip
LONGEST = 200  # characters of a word
_NOT_ASKED = frozenset(("as_json", "as_csv", "quiet_if_empty", "check", "tolerance"))
_BOOLEANS = {"true": True, "false": False}
_DIGITS = re.compile(r"-?\d{1,9}", re.ASCII)


def routes() -> list[BaseRoute]:
    return [Route(path_of(one), _endpoint(one), methods=["GET"], name=f"api {one}") for one in COMMANDS]


def path_of(command: str) -> str:
    return f"/api/{command.replace(' ', '/')}"


@cache
def parameters(words: str) -> Mapping[str, click.Parameter]:
    """What a command can be asked, by the names that stand in a query."""
    name, _, within = words.partition(" ")
    found = lasttouch.get_command(click.Context(lasttouch), name)
    if within and isinstance(found, click.Group):
        found = found.commands[within]
    assert found is not None
    options = [one for one in found.params if one.expose_value and one.name not in _NOT_ASKED]
    return {_called(one): one for one in options}


def _called(one: click.Parameter) -> str:
    """ "who" for the words of a command, else what an option is called."""
    if isinstance(one, click.Argument):
        return "what" if one.name == "words" else "who"
    return max(one.opts, key=len).removeprefix("--").replace("-", "_")


def _endpoint(command: str) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        return await site.turns.run(request.headers.get("authorization"), partial(_answered, request, command))

    return endpoint


def _answered(request: Request, command: str) -> Response:
    site: Site = request.app.state.site
    try:
        ask_as_holder(site, secret_of(request), "read")
        return as_json(_asked(site, [*command.split(), *arguments(command, request)]))
    except click.UsageError as error:
        return refused(UsageError(error.format_message(), f"what may be asked: {DESCRIBED_AT}"))
    except Exception as error:  # noqa: BLE001 - told in plain words, and not to the network
        return refused(error)


def _asked(site: Site, words: list[str]) -> Any:
    with answers_taken() as taken, lasttouch.make_context("lasttouch api", words, obj=str(site.config)) as context:
        lasttouch.invoke(context)
    (value,) = taken
    return value


def arguments(command: str, request: Request) -> list[str]:
    """A query as the command line has it. Raises UsageError."""
    known = parameters(command)
    given = request.query_params.multi_items()
    options: list[str] = ["--json"]
    words: list[str] = []
    for name, text in given:
        one = known.get(name)
        if one is None or sum(name == other for other, _ in given) > 1:
            raise _not_allowed(name if one else "what is asked", f"it can be asked, once each: {', '.join(known)}")
        if len(text) > LONGEST or "\0" in text:
            raise _not_allowed(name, f"allowed are {LONGEST} characters, none of them NUL")
        if isinstance(one, click.Argument):
            words = [text] if text.strip() else []
        elif isinstance(one, click.Option) and one.is_flag:
            if text not in _BOOLEANS:
                raise _not_allowed(name, "allowed are true and false")
            options += [max(one.opts, key=len)] if _BOOLEANS[text] else []
        elif isinstance(one.type, click.types.IntParamType) and _DIGITS.fullmatch(text) is None:
            raise _not_allowed(name, "allowed is a whole number")
        else:
            options.append(f"{max(one.opts, key=len)}={text}")
    if not words and (needed := [name for name, one in known.items() if one.required]):
        raise _not_allowed(needed[0], "it is needed")  # of these commands their words alone are
    return [*options, "--", *words]


def _not_allowed(name: str, hint: str) -> UsageError:
    return UsageError(f"{name} is not allowed so", hint)
