"""How large the text of a message in a file is. It is counted, not kept."""

from __future__ import annotations

import re
from itertools import islice

from activity.shape import Shape, shape

COUNTED_BYTES = 1 << 16
_HEADER_BYTES = 4096
_PARTS = 20  # of text, before the one that is looked for
# Both look for a name first and only then whether it begins a line: at every line of what is attached is far slower.
_TYPE = re.compile(rb"content-type:(?<=^content-type:)[ \t]*text/(plain|html)\b", re.MULTILINE)
_ATTACHED = re.compile(rb"content-disposition:(?<=^content-disposition:)\s*attachment", re.MULTILINE)
_EMPTY = re.compile(rb"\n\r?\n")
_ENCODING = re.compile(rb"^content-transfer-encoding:\s*\"?([\w-]+)", re.MULTILINE | re.IGNORECASE)
_HTML = re.compile(rb"^content-type:\s*text/html", re.MULTILINE | re.IGNORECASE)
_OTHER = re.compile(rb"^content-type:\s*(?!text/)\w", re.MULTILINE | re.IGNORECASE)


def shape_of_single(block: bytes, text: bytes, size: int) -> Shape | None:
    """Of a message without parts: its header, the beginning of it with the header, and how long it is in all."""
    if _OTHER.search(block):
        return None
    octets = max(0, size - len(block))
    lines = text.count(b"\n", len(block))
    if len(text) < size:
        lines = lines * octets // max(1, len(text) - len(block))
    return shape(lines, octets, _encoding(block), 0, _HTML.search(block) is not None)


def shape_of_parts(lowered: bytes) -> Shape | None:
    """Of a multipart (RFC 2046 §5.1) in lower case: its first text/plain part, or its first text/html part."""
    plain = html = None
    for found in islice(_TYPE.finditer(lowered), _PARTS + 1):
        if found[1] == b"plain":
            plain = found
            break
        html = html or found
    if (part := plain or html) is None:
        return None
    delimiter = lowered.rfind(b"\n--", max(0, part.start() - _HEADER_BYTES), part.start())
    empty = _EMPTY.search(lowered, part.end(), part.end() + _HEADER_BYTES)
    if delimiter < 0 or empty is None:
        return None
    boundary = lowered[delimiter : lowered.index(b"\n", delimiter + 1)].rstrip()
    ends = lowered.find(boundary, empty.end())
    ends = len(lowered) if ends < 0 else ends
    encoding = _encoding(lowered[delimiter : empty.end()])
    lines, attachments = lowered.count(b"\n", empty.end(), ends), len(_ATTACHED.findall(lowered))
    return shape(lines, ends - empty.end(), encoding, attachments, plain is None)


def _encoding(header: bytes) -> str:
    found = _ENCODING.search(header)
    return found[1].decode("ascii", "replace").lower() if found else ""
