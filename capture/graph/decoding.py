"""JSON as Graph answers it, decoded by msgspec where that is installed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any


def decoded(text: bytes | bytearray) -> Any:
    """What `json.loads` makes of it, at less than half the work.

    msgspec refuses what is no JSON by the letter, such as half a surrogate pair, which a subject may be cut
    off at, or a byte order mark: such an answer is read anew. Raises ValueError, or RecursionError.
    """
    if quick := _quick():
        try:
            return quick(text)
        except Exception:  # noqa: BLE001, S110 - its errors share no class with ours, and it has no last word
            pass
    return json.loads(text)


@cache
def _quick() -> Callable[[bytes | bytearray], Any] | None:
    """Imported with the first answer: no query has one."""
    try:
        found: Callable[[bytes | bytearray], Any] = importlib.import_module("msgspec.json").Decoder().decode
    except ImportError:
        return None
    return found
