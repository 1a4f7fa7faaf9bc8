"""The API described as OpenAPI 3.1, from what the commands themselves say of their options."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import click
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from lasttouch.terminal.command_line import COMMANDS as SAID
from lasttouch.web.api import COMMANDS, DESCRIBED_AT, LONGEST, parameters, path_of
from lasttouch.web.bearer import as_json

_OBJECT: dict[str, Any] = {"type": "object"}
_ARRAY: dict[str, Any] = {"type": "array", "items": _OBJECT}
_OF_ONE = {"today": _OBJECT, "status": _OBJECT, "why": {"anyOf": [_OBJECT, _ARRAY]}}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint"],
            "properties": {name: {"type": "string"} for name in ("code", "message", "hint")},
        }
    },
}
_ERRORS = {
    "400": "What was asked is not allowed so; the hint says what is.",
    "401": "No token that is good for it.",
    "403": "Not for whoever holds this token.",
    "404": "Nobody is meant by these words.",
    "503": "The log cannot be read now.",
}
SHAPES = "Fields: docs/json.md"


def routes() -> list[BaseRoute]:
    return [Route(DESCRIBED_AT, _described, methods=["GET"])]


async def _described(_: Request) -> Response:
    return as_json(await run_in_threadpool(description))


@cache
def description() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lasttouch",
            "version": version("lasttouch"),
            "description": "When did we last talk to them, and who needs attention? Each path answers what the"
            " command of its name answers with --json, to whoever holds a token of scope read.",
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR},
        },
        "security": [{"token": []}],
        "paths": {path_of(one): {"get": _operation(one)} for one in COMMANDS},
    }


def _operation(command: str) -> dict[str, Any]:
    refused = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    answered = {"application/json": {"schema": _OF_ONE.get(command, _ARRAY)}}
    return {
        "operationId": command.replace(" ", "_"),
        "summary": SAID[command.partition(" ")[0]],
        "parameters": [_parameter(name, one) for name, one in parameters(command).items()],
        "responses": {
            "200": {"description": f"As lasttouch {command} --json. {SHAPES}.", "content": answered},
            **{code: {"description": text, **refused} for code, text in _ERRORS.items()},
        },
    }


def _parameter(name: str, one: click.Parameter) -> dict[str, Any]:
    about = {"description": one.help} if isinstance(one, click.Option) and one.help else {}
    return {"name": name, "in": "query", "required": one.required, "schema": _schema(one), **about}


def _schema(one: click.Parameter) -> dict[str, Any]:
    kind = one.type
    if isinstance(one, click.Option) and one.is_flag:
        return {"type": "boolean"}
    if isinstance(kind, click.IntRange):
        bounds = {"minimum": kind.min, "maximum": kind.max}
        return {"type": "integer", **{word: bound for word, bound in bounds.items() if bound is not None}}
    if isinstance(kind, click.types.IntParamType):
        return {"type": "integer"}
    if isinstance(kind, click.Choice):
        return {"type": "string", "enum": list(kind.choices)}
    return {"type": "string", "maxLength": LONGEST, **({"minLength": 1} if one.required else {})}
