"""Bytes of a file as physical lines, whatever ends them and however they are encoded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def as_utf8(data: bytes) -> bytes:
    """The file without its byte order mark, and UTF-16 (known by that mark) as UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def physical_lines(data: bytes) -> Iterator[bytes]:
    """The lines with their CRLF, LF or CR."""
    return (line.group() for line in _LINE.finditer(data))


def decode(line: bytes, charset: str = "") -> str:
    """The text of one line: in `charset` if that is given and fits, else UTF-8, else Windows-1252.
    No NUL in it.

    Line by line, so that one foreign line does not spoil the names in all others.
    """
    for encoding in (charset, "utf-8"):
        try:
            if encoding:
                return line.decode(encoding).replace("\0", "")
        except (ValueError, LookupError):
            continue
    return line.decode("cp1252", "replace").replace("\0", "")
