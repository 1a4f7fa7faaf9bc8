"""One call of a tool: what is meant by it, asked of the log as whoever asks may see it, and told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from activity.errors import UsageError
from lasttouch.answers import telling
from lasttouch.answers.blind import blind
from lasttouch.keeping import reading
from lasttouch.local_time import Clock
from lasttouch.mcp import cursor
from lasttouch.mcp.arguments import understood
from lasttouch.mcp.questions import Asked
from lasttouch.mcp.tools import tool_named
from lasttouch.mcp.untrusted import told
from lasttouch.moments import utc
from lasttouch.views.today import unknown_json


def answered(config: Path, clock: Clock, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What this tool answers whoever asks. Raises LasttouchError; UsageError says what is allowed.

    `more` is there where it is known how many more there are; `warnings`, where the log does not
    follow the configuration.
    """
    tool = tool_named(name)
    meant = understood(tool.arguments, given)
    begins = cursor.read(meant["cursor"], name, meant)
    warnings: list[str] = []
    with reading.reading(config, warnings.append, warnings.append) as log:
        now = clock()
        page = tool.ask(Asked(log, now, meant, begins, partial(reading.database_of, config)))
        telling.told(log, page.answer, now, f"mcp {name}")
        answer: dict[str, Any] = {
            "as_of": utc(now),
            "unknown": unknown_json(blind(log, now)),
            "hidden_accounts": log.scope.hidden_accounts,
            "items": page.items,
            "next_cursor": page.next and cursor.written(page.next, name, meant),
        }
    if page.more is not None:
        answer["more"] = page.more
    if warnings:
        answer["warnings"] = warnings
    options = reading.loaded(config).config
    shown: dict[str, Any] = told(answer, options.mcp.subjects, options.store_attachments)
    return shown


def read_arguments(text: str) -> dict[str, Any]:
    """Arguments as JSON. Raises UsageError."""
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UsageError("the arguments are no JSON object", """write for example: {"who": "bob"}""")
    return given
