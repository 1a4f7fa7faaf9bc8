"""How large the text of a message in a file is. It is counted, not kept."""

from __future__ import annotations

import re
from itertools import islice

from activity.shape import Shape, shape

COUNTED_BYTES = 1 << 16
_HEADER_BYTES = 4096
_PARTS = 20  # of text, before the one that is looked for
# They look for a name first and only then whether it begins a line: at every line of what is attached is far slower.
_TYPE = re.compile(rb"content-type:(?<=^content-type:)[ \t]*text/(plain|html)\b", re.MULTILINE)
_ATTACHED = re.compile(rb"content-disposition:(?<=^content-disposition:)\s*attachment", re.MULTILINE)
_LETTER = re.compile(rb"content-type:(?<=^content-type:)[ \t]*message/", re.MULTILINE)
_EMPTY = re.compile(rb"\n\r?\n")
_ENCODING = re.compile(rb"^content-transfer-encoding:\s*\"?([\w-]+)", re.MULTILINE | re.IGNORECASE)
_HTML = re.compile(rb"^content-type:\s*text/html", re.MULTILINE | re.IGNORECASE)
_OTHER = re.compile(rb"^content-type:\s*(?!text/)\w", re.MULTILINE | re.IGNORECASE)


def shape_of_single(block: bytes, text: bytes, size: int) -> Shape | None:
    """Of a message without parts: its header, the beginning of it with the header, and how long it
    is in all."""
    if _OTHER.search(block):
        return None
    octets = max(0, size - len(block))
    lines = text.count(b"\n", len(block))
    if len(text) < size:
        lines = lines * octets // max(1, len(text) - len(block))
    return shape(lines, octets, _encoding(block), 0, _HTML.search(block) is not None)


def shape_of_parts(lowered: bytes) -> Shape | None:
    """Of a multipart (RFC 2046 §5.1) in lower case: its first text/plain part, or its first
    text/html part.

    What is attached is none of them, and neither is what stands in or behind an attached message.
    """
    html: tuple[int, int] | None = None
    for found in islice(_TYPE.finditer(lowered), _PARTS + 1):
        if _LETTER.search(lowered, 0, found.start()):
            break
        part = _part(lowered, found)
        if part is None or _ATTACHED.search(lowered, *part):
            continue
        if found[1] == b"plain":
            return _shape_of_part(lowered, *part, html=False)
        html = html or part
    return None if html is None else _shape_of_part(lowered, *html, html=True)


def _part(lowered: bytes, found: re.Match[bytes]) -> tuple[int, int] | None:
    """From where to where the header of this part goes, with its delimiter; None if it is no
    part's."""
    delimiter = lowered.rfind(b"\n--", max(0, found.start() - _HEADER_BYTES), found.start())
    empty = _EMPTY.search(lowered, found.end(), found.end() + _HEADER_BYTES)
    return None if delimiter < 0 or empty is None else (delimiter, empty.end())


def _shape_of_part(lowered: bytes, delimiter: int, begins: int, html: bool) -> Shape:
    boundary = lowered[delimiter : lowered.index(b"\n", delimiter + 1)].rstrip()
    ends = lowered.find(boundary, begins)
    ends = len(lowered) if ends < 0 else ends
    lines, attachments = lowered.count(b"\n", begins, ends), len(_ATTACHED.findall(lowered))
    return shape(lines, ends - begins, _encoding(lowered[delimiter:begins]), attachments, html)


def _encoding(header: bytes) -> str:
    found = _ENCODING.search(header)
    return found[1].decode("ascii", "replace").lower() if found else ""
