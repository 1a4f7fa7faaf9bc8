"""Where the next page of an answer begins: good for the same question alone."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from activity.errors import UsageError

MOST = 10_000  # deep enough for any reader
_NOT_OF_THE_QUESTION = ("limit", "cursor")
_WRITTEN = re.compile(r"(-?\d{1,11})\.(\d{1,5})\.([0-9a-f]{8})", re.ASCII)


class Cursor(NamedTuple):
    """`passed` items were told already; of a timeline: of those at the instant `at`, in seconds since 1970."""

    at: int = 0
    passed: int = 0


def written(cursor: Cursor, tool: str, given: Mapping[str, Any]) -> str:
    return f"{cursor.at}.{cursor.passed}.{_question(tool, given)}"


def read(text: str | None, tool: str, given: Mapping[str, Any]) -> Cursor:
    """Raises UsageError for one that was not given with an answer to this question."""
    if not text:
        return Cursor()
    match = _WRITTEN.fullmatch(text)
    if match is None or match[3] != _question(tool, given) or int(match[2]) > MOST:
        raise UsageError(
            "cursor is not allowed so",
            "allowed is the next_cursor of an answer, with the same other arguments; without it, the first page",
        )
    return Cursor(int(match[1]), int(match[2]))


def _question(tool: str, given: Mapping[str, Any]) -> str:
    asked = {name: str(value) for name, value in given.items() if name not in _NOT_OF_THE_QUESTION}
    return f"{zlib.crc32(json.dumps([tool, asked], sort_keys=True).encode()):08x}"
