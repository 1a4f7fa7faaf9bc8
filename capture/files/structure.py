"""Is a part of a message in a file an invitation or an answer to one? The body is looked through, and not kept."""

from __future__ import annotations

import io
import os
import re
from email.message import Message
from email.utils import collapse_rfc2231_value

from capture.mail.headers import header_fields
from capture.mail.structure import scheduling_part

SEARCHED_BYTES = 1 << 20  # calendars put that part before what is large
_PART_HEADER_BYTES = 8192
_VALUE_CHARACTERS = 2000
_OPEN = 20  # multiparts within each other
_PARTS = 500
_MULTIPART = re.compile(rb"^content-type:\s*multipart/", re.IGNORECASE | re.MULTILINE)
_DELIMITER = re.compile(rb"(?:\A|[\r\n])--([^\r\n]{1,200})")
_LINE_END = re.compile(rb"\r?\n?")
_CONTENT_TYPE = frozenset(("content-type",))


def calendar_part(file: io.FileIO, block: bytes, start: int, end: int) -> str:
    """What `capture.mail.structure.calendar_part` says of the message from `start` to `end` with the header `block`.

    The first SEARCHED_BYTES are looked through, and only of a multipart. Raises OSError.
    """
    if not _MULTIPART.search(block):
        return ""
    text = os.pread(file.fileno(), min(SEARCHED_BYTES, end - start), start)
    return _calendar_part(block, text) if b"text/calendar" in text.lower() else ""


def _calendar_part(block: bytes, text: bytes) -> str:
    """Follows the boundaries (RFC 2046 §5.1.1) of multiparts within multiparts, but not into attached messages."""
    open_boundaries: list[bytes] = []
    parts = 0
    _open(open_boundaries, _content_type(block))
    for delimiter in _DELIMITER.finditer(text):
        line = delimiter[1].rstrip()
        if line in open_boundaries:
            del open_boundaries[open_boundaries.index(line) + 1 :]
            parts += 1
            if parts > _PARTS:
                break
            header = text[delimiter.end() : delimiter.end() + _PART_HEADER_BYTES]
            part = _content_type(_LINE_END.sub(b"", header, count=1))
            method = collapse_rfc2231_value(part.get_param("method", ""))
            if found := scheduling_part(part.get_content_type(), method):
                return found
            _open(open_boundaries, part)
        elif line.endswith(b"--") and line[:-2] in open_boundaries:
            del open_boundaries[open_boundaries.index(line[:-2]) :]
    return ""


def _open(boundaries: list[bytes], part: Message) -> None:
    boundary = part.get_boundary() if part.get_content_maintype() == "multipart" else None
    if boundary and len(boundaries) < _OPEN:
        boundaries.append(boundary.encode("utf-8", "replace"))


def _content_type(header: bytes) -> Message:
    """A message with that field alone, for what the standard library knows of its parameters."""
    part = Message()
    value = header_fields(header, _CONTENT_TYPE).get("content-type", "").partition("\n")[0]
    if value:
        part["Content-Type"] = value[:_VALUE_CHARACTERS]
    return part
