"""Programs that ask over HTTP: known by a token, answered in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from activity.errors import LasttouchError, in_json
from lasttouch.keeping import viewing
from lasttouch.keeping.tokens import bearer
from lasttouch.terminal.output import harmless_json
from lasttouch.web.failures import status_of
from lasttouch.web.site import Site

_MISTAKE = LasttouchError("internal error", "the log of the page says what")


def ask_as_holder(site: Site, secret: str, scope: str) -> None:
    """From here on, in this thread, whoever holds this token asks. Raises Unauthorized."""
    user = bearer(site.config, secret, scope, site.clock())
    if user is not None:
        viewing.ask_as_user(user)


def secret_of(request: Request) -> str:
    """What stands in `Authorization: Bearer …` (RFC 6750, 2.1); nothing where it does not."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = harmless_json(json.dumps(value, ensure_ascii=False))
    return Response(text, status, headers, "application/json")


def refused(error: Exception) -> Response:
    """What went wrong, as commands with --json say it; of a mistake of ours only that it was one."""
    told = error if isinstance(error, LasttouchError) else _MISTAKE
    status = status_of(error, "an answer to a program")
    value = in_json(told.code, told.message, told.hint)
    return as_json(value, status, {"WWW-Authenticate": "Bearer"} if status == 401 else None)
