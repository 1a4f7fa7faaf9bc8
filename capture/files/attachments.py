"""The documents that a message in a file comes with, by the headers of its parts; what is in them is
passed over."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from email.message import Message
from typing import NamedTuple

from activity.attachment import Attachment
from capture.files.parameters import parameter, parameters
from capture.mail.documents import Part, documents
from capture.mail.headers import header_fields

SEARCHED_BYTES = 64 << 20  # of one message
_AT_ONCE = 1 << 20
_HEADER_BYTES = 1 << 14
_OPEN = 20  # multiparts within each other
_PARTS = 500
_LINE_OF_BASE64 = 77  # with its line feed
_DELIMITER = re.compile(rb"(?:\A|[\r\n])--([^\r\n]{1,200})(?:\r\n|\r|\n)")
_LONGEST_DELIMITER = 256
_HEADER_ENDS = re.compile(rb"\A\r?\n|\n\r?\n|\r\r")
_FIELDS = ("content-type", "content-disposition", "content-id", "content-transfer-encoding")
_WANTED = frozenset(_FIELDS)


class _Multipart(NamedTuple):
    boundary: bytes
    subtype: str


def attachments_of(file: io.FileIO, block: bytes, start: int, end: int) -> tuple[Attachment, ...]:
    """Of the message from `start` to `end` with the header `block`. Raises OSError."""
    return documents(_parts(file, block, start, end))


def _parts(file: io.FileIO, block: bytes, start: int, end: int) -> Iterator[Part]:
    """The parts without parts in their order; those of an attached message are not among them."""
    whole = _header(block)
    opened = _opened(whole)
    if opened is None:
        text = os.pread(file.fileno(), len(block) + _LONGEST_DELIMITER, start)
        body = max(0, text.find(block)) + len(block)  # an mbox has a line before its header
        body += 2 if text.startswith(b"\r\n", body) else 1
        yield _part(whole, "", True, max(0, end - start - body), b"\r\n" in block)
        return
    multiparts, counts, is_crlf = [opened], [0], b"\r\n" in block
    waiting: tuple[Message, str, bool, int] | None = None  # a part whose end is looked for, from where its body begins
    for number, (at, behind, line) in enumerate(_delimiters(file, start, min(end, start + SEARCHED_BYTES))):
        ends = line.endswith(b"--") and _depth(multiparts, line[:-2]) is not None
        depth = _depth(multiparts, line[:-2] if ends else line)
        if depth is None:
            continue
        if waiting is not None:
            header, within, is_first, begins = waiting
            yield _part(header, within, is_first, max(0, at - is_crlf - begins), is_crlf)
            waiting = None
        del multiparts[depth + (not ends) :], counts[depth + (not ends) :]
        if not multiparts or number >= _PARTS:
            return
        if ends:
            continue
        text = os.pread(file.fileno(), min(_HEADER_BYTES, max(0, end - behind)), behind)
        header_end = _HEADER_ENDS.search(text)
        header = _header(text[: header_end.end()] if header_end else text)
        inner = _opened(header) if len(multiparts) < _OPEN else None
        if inner is None:
            begins = behind + (header_end.end() if header_end else len(text))
            waiting = (header, multiparts[-1].subtype, counts[-1] == 0, begins)
        counts[-1] += 1
        if inner is not None:
            multiparts.append(inner)
            counts.append(0)
    if waiting is not None:
        header, within, is_first, begins = waiting
        yield _part(header, within, is_first, end - begins if end - start <= SEARCHED_BYTES else None, is_crlf)


def _delimiters(file: io.FileIO, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Where each line that may be a delimiter (RFC 2046 §5.1.1) begins, where the next one does, and what it says."""
    at = start
    while at < end:
        asked = min(_AT_ONCE, end - at)
        text = os.pread(file.fileno(), asked, at)
        is_last = at + len(text) >= end or len(text) < asked  # or somebody has cut it
        if is_last:
            text += b"\n"
        settled = len(text) if is_last else len(text) - _LONGEST_DELIMITER
        for found in _DELIMITER.finditer(text):
            if found.start() < settled and (at == start or found.start()):
                yield at + found.start(), at + found.end(), found[1].rstrip()
        if is_last:
            return
        at += settled - 1  # a delimiter that begins there has its line end before it


def _depth(multiparts: list[_Multipart], boundary: bytes) -> int | None:
    return next((i for i, one in enumerate(multiparts) if one.boundary == boundary), None)


def _header(block: bytes) -> Message:
    """A header with those fields alone, for what the standard library knows of their parameters."""
    header = Message()
    found = header_fields(block, _WANTED)
    for name in _FIELDS:
        if value := found.get(name, "").partition("\n")[0]:
            header[name] = value
    return header


def _opened(header: Message) -> _Multipart | None:
    if header.get_content_maintype() != "multipart":
        return None
    boundary = parameter(header, "boundary").rstrip()
    return _Multipart(boundary.encode("utf-8", "replace"), header.get_content_subtype()) if boundary else None


def _part(header: Message, within: str, is_first: bool, octets: int | None, is_crlf: bool) -> Part:
    """`octets` as they stand in the file; Part has them as they are sent, with CRLF."""
    encoding = str(header.get("content-transfer-encoding", "")).strip().lower()
    if octets is not None and encoding == "base64" and not is_crlf:
        octets += octets // _LINE_OF_BASE64
    kind = header.get_content_type()
    if within == "digest" and "content-type" not in header:
        kind = "message/rfc822"
    return Part(
        kind,
        within,
        is_first,
        parameters(header, "content-type"),
        (header.get_content_disposition() or "").strip(),
        parameters(header, "content-disposition"),
        "content-id" in header,
        encoding,
        octets,
    )
