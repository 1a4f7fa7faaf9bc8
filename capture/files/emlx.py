"""Apple Mail's .emlx: the length of the message in a line of its own, the message, and a property
list."""

from __future__ import annotations

import io
import os
import plistlib
import re
from typing import NamedTuple
from xml.parsers.expat import ExpatError

_LENGTH = re.compile(rb"\s{0,8}(\d{1,15})[ \t]*\r?\n")
_LIST_BYTES = 1 << 16
# Bits of `flags` in the property list; nothing official tells of them, several importers agree.
_DELETED, _DRAFT, _JUNK = 1 << 1, 1 << 6, 1 << 24


class Span(NamedTuple):
    """Where in the file the message is (`start` to `end`, in bytes), and whether it was sent or
    got, and kept."""

    start: int
    end: int
    wanted: bool


def message_span(file: io.FileIO, size: int) -> Span:
    """The message in an .emlx of `size` bytes; all of it where there is no length.

    Raises OSError.
    """
    found = _LENGTH.match(os.pread(file.fileno(), 40, 0))
    if found is None:
        return Span(0, size, True)
    end = min(found.end() + int(found[1]), size)
    return Span(found.end(), end, not _flags(os.pread(file.fileno(), _LIST_BYTES, end)) & (_DELETED | _DRAFT | _JUNK))


def _flags(listed: bytes) -> int:
    """0 where the list tells none, or is none: so it is with a message that is being written."""
    try:
        properties = plistlib.loads(listed.strip())
    except (ValueError, ExpatError, OverflowError, KeyError, TypeError, AttributeError, IndexError):
        return 0
    flags = properties.get("flags") if isinstance(properties, dict) else None
    return flags if isinstance(flags, int) and flags >= 0 else 0
