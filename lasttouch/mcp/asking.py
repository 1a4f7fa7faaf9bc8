"""Whom a tool asks: the log, where it is this user's to read, else the service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from activity.errors import LasttouchError, NotFound, NotPermitted, UsageError, in_json
from lasttouch.local_time import Clock, utc_now
from lasttouch.mcp import calls
from lasttouch.mcp.untrusted import one_line

CALL = "--call"
_KNOWN = {kind.code: kind for kind in (UsageError, NotFound, NotPermitted)}
_NO_ANSWER = LasttouchError("the service gave no answer", "ask again")


class Asking(Protocol):
    """Answers a tool with these arguments. Raises LasttouchError."""

    def __call__(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]: ...


def of_log(config: Path, clock: Clock = utc_now) -> Asking:
    """The log of this configuration, opened for each question: what was narrowed is narrow from then on."""
    return lambda name, given: calls.answered(config, clock, name, given)


def of_service(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The service at its socket, which knows from the kernel who asks."""
    from lasttouch.answering.calling import asked_of_service  # noqa: PLC0415 - one keeper does without

    printed = asked_of_service(["mcp", CALL, name, "--arguments", "-", "--json"], json.dumps(given).encode())
    try:
        if printed.code == 0:
            answer: dict[str, Any] = json.loads(printed.out)
            return answer
        error = json.loads(printed.err.splitlines()[-1])["error"]
        raise _KNOWN.get(error["code"], LasttouchError)(error["message"], error["hint"])
    except (ValueError, LookupError, TypeError):
        raise _NO_ANSWER from None


def refusal(error: Exception) -> dict[str, Any]:
    """What an assistant is told in place of an answer, as `--json` has it.

    Names that are near what was asked for are left to find_people: here they would stand as our own words.
    """
    if not isinstance(error, LasttouchError):
        hint = "this is a mistake of ours; what was printed beside it says where"
        return in_json("internal", "internal error", hint)
    hint = "see who there is with find_people" if isinstance(error, NotFound) else error.hint
    return in_json(error.code, one_line(error.message), hint)
