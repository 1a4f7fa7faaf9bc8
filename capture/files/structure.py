"""What the parts of a message in a file say: an invitation, a receipt, whom it did not reach.

No body is kept.
"""

from __future__ import annotations

import io
import os
import re
from datetime import datetime
from email.message import Message
from typing import NamedTuple

from activity.attachment import Attachment
from activity.delivery_status import failed_recipients
from activity.shape import Shape
from capture.files.parameters import parameter
from capture.files.sizes import COUNTED_BYTES, shape_of_parts, shape_of_single
from capture.mail.calendar_methods import PART_BYTES as CALENDAR_BYTES
from capture.mail.calendar_methods import scheduling_within
from capture.mail.delivery_reports import PART_BYTES, STATUS_PART, arrived, returned_id, status_text
from capture.mail.headers import header_fields
from capture.mail.structure import RETURNED_PARTS, scheduling_part, telling_part

SEARCHED_BYTES = 1 << 20  # calendars put that part before what is large
_PART_HEADER_BYTES = 8192
_VALUE_CHARACTERS = 2000
_OPEN = 20  # multiparts within each other
_PARTS = 500
_MULTIPART = re.compile(rb"^content-type:\s*multipart/", re.IGNORECASE | re.MULTILINE)
_CALENDAR = re.compile(rb"^content-type:\s*text/calendar", re.IGNORECASE | re.MULTILINE)
_TELLING = (b"text/calendar", b"delivery-status", b"disposition-notification", b"email-reaction")
_DELIMITER = re.compile(rb"(?:\A|[\r\n])--([^\r\n]{1,200})")
_ENCODING = frozenset(("content-transfer-encoding",))
_CONTENT_TYPE = frozenset(("content-type",))


class Structure(NamedTuple):
    """What the parts of a message add to its header.

    `calendar_part` and `report_part` are as `capture.mail.structure` has them. `failed` are the
    recipients that the delivery-status part of a bounce gave up on (see
    `activity.delivery_status`). `is_report`, `arrived` and `returned` are as `activity.envelope`
    has them.
    """

    calendar_part: str = ""
    failed: tuple[str, ...] = ()
    is_report: bool = False
    arrived: datetime | None = None
    returned: str = ""
    report_part: str = ""
    shape: Shape | None = None
    attachments: tuple[Attachment, ...] = ()


def structure_of(file: io.FileIO, block: bytes, start: int, end: int, names_attachments: bool = False) -> Structure:
    """Of the message from `start` to `end` with the header `block`, with its documents if wanted.

    The first SEARCHED_BYTES are looked through, and only of a multipart; of others the lines of the
    first COUNTED_BYTES are counted. Raises OSError.
    """
    told = _told(file, block, start, end)
    if names_attachments:
        from capture.files.attachments import attachments_of  # noqa: PLC0415 - where they are wanted

        told = told._replace(attachments=attachments_of(file, block, start, end))
    return told


def _told(file: io.FileIO, block: bytes, start: int, end: int) -> Structure:
    if not _MULTIPART.search(block):
        text = os.pread(file.fileno(), min(COUNTED_BYTES, end - start), start)
        told = Structure(shape=shape_of_single(block, text, end - start))
        if not _CALENDAR.search(block):
            return told
        return told._replace(calendar_part=_scheduling(os.pread(file.fileno(), len(block) + 2 * CALENDAR_BYTES, start)))
    text = os.pread(file.fileno(), min(SEARCHED_BYTES, end - start), start)
    lowered = text.lower()
    told = _structure(block, text) if any(word in lowered for word in _TELLING) else Structure()
    return told._replace(shape=shape_of_parts(lowered))


def _structure(block: bytes, text: bytes) -> Structure:
    """Follows the boundaries (RFC 2046 §5.1.1) of multiparts within multiparts, but not into
    attached messages."""
    open_boundaries: list[bytes] = []
    calendar = report = ""
    status = ""
    returned = ""
    status_from: int | None = None  # where the delivery-status part that was met begins
    parts = 0
    _open(open_boundaries, _content_type(block))
    for delimiter in _DELIMITER.finditer(text):
        line = delimiter[1].rstrip()
        ends = line.endswith(b"--") and line[:-2] in open_boundaries
        if not ends and line not in open_boundaries:
            continue
        if status_from is not None:
            status, status_from = _status(text[status_from : delimiter.start()]), None
        if ends:
            del open_boundaries[open_boundaries.index(line[:-2]) :]
            continue
        del open_boundaries[open_boundaries.index(line) + 1 :]
        parts += 1
        if parts > _PARTS:
            break
        at = delimiter.end() + (2 if text.startswith(b"\r\n", delimiter.end()) else 1)
        part = _content_type(text[at : at + _PART_HEADER_BYTES])
        media_type = part.get_content_type()
        if not calendar and media_type == "text/calendar":
            method = parameter(part, "method")
            start = text[at : at + _PART_HEADER_BYTES + 2 * CALENDAR_BYTES]
            calendar = scheduling_part(media_type, method) if method else _scheduling(start)
        report = report or telling_part(media_type)
        if not status and STATUS_PART.match(media_type):
            status_from = at
        elif status and not returned and media_type in RETURNED_PARTS:
            returned = returned_id(_body(text[at : at + PART_BYTES]))
        _open(open_boundaries, part)
    if status_from is not None:
        status = _status(text[status_from:])
    return Structure(calendar, failed_recipients(status), bool(status), arrived(status), returned, report)


def _scheduling(part: bytes) -> str:
    """The METHOD that a text/calendar part, given from its own header on, says within."""
    header, _, body = part.replace(b"\r\n", b"\n").partition(b"\n\n")
    encoding = header_fields(header, _ENCODING).get("content-transfer-encoding", "").lower()
    return scheduling_within(body, encoding)


def _status(part: bytes) -> str:
    """The text of a delivery-status part that is given with its own header."""
    header, _, body = _lines(part).partition(b"\n\n")
    encoding = header_fields(header, _ENCODING).get("content-transfer-encoding", "").lower()
    return status_text(body[:PART_BYTES], encoding)


def _body(part: bytes) -> bytes:
    """A part without its own header."""
    return _lines(part).partition(b"\n\n")[2]


def _lines(part: bytes) -> bytes:
    return part.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _open(boundaries: list[bytes], part: Message) -> None:
    boundary = parameter(part, "boundary").rstrip() if part.get_content_maintype() == "multipart" else ""
    if boundary and len(boundaries) < _OPEN:
        boundaries.append(boundary.encode("utf-8", "replace"))


def _content_type(header: bytes) -> Message:
    """A message with that field alone, for what the standard library knows of its parameters."""
    part = Message()
    value = header_fields(header, _CONTENT_TYPE).get("content-type", "").partition("\n")[0]
    if value:
        part["Content-Type"] = value[:_VALUE_CHARACTERS]
    return part
