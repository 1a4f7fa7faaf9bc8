"""The header of one message in a file, judged as to whether it is one and is ours to read."""

from __future__ import annotations

import io
import itertools
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from activity.envelope import Envelope
from activity.mistakes import mistake
from capture.files.exclusions import is_labelled_sent, is_unwanted
from capture.files.separators import plausible
from capture.files.structure import Structure
from capture.mail.dates import parse_date
from capture.mail.headers import parse_header

HEADER_BYTES = 2 << 20
_PIECE = 1 << 14
_BEING_WRITTEN = timedelta(minutes=1)
_RECEIVED = re.compile(rb"^Received[ \t]*:((?:[^\r\n]|\r{0,2}\n[ \t]){0,4000})", re.IGNORECASE | re.MULTILINE)
_RECEIVED_READ = 5
_LONGEST_DATE = 80
_DATE_AT_END = re.compile(
    r"(?:\d{1,2}[ -]\w{3,9}[ -]\d{2,4} \d\d?:\d\d|\w{3} \w{3} \d{1,2} \d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d)"
    r"\S*(?: \S+){0,3}\Z"
)
_END = re.compile(rb"\n\r{0,2}\n|\r\r(?!\n)")


class Outcome(NamedTuple):
    """An envelope, or the reason why there is none; neither for a message that is not captured."""

    envelope: Envelope | None = None
    reason: str = ""


class Header(NamedTuple):
    """A header block, None where it is too long; `cut`: the file ends within one of its lines."""

    block: bytes | None
    cut: bool


def judge_header(block: bytes | None, internal_date: datetime | None, since: date, structure: Structure) -> Outcome:
    """The envelope of a message, unless it is a draft, spam or deleted, or older than `since` by
    all its dates."""
    if block is None:
        return Outcome(reason=f"its header is longer than {HEADER_BYTES:,} bytes")
    if is_unwanted(block):
        return Outcome()
    try:
        envelope = parse_header(block, internal_date, structure.calendar_part, structure.report_part)
    except Exception as error:  # noqa: BLE001 - one message must not keep the others from being read
        return Outcome(reason=mistake(error))
    envelope.failed_recipients = structure.failed
    envelope.in_sent = is_labelled_sent(block)
    envelope.is_report = structure.is_report
    envelope.arrival_date = structure.arrived
    envelope.returned_id = structure.returned
    envelope.shape = structure.shape
    envelope.attachments = structure.attachments
    if not (envelope.message_id or envelope.from_ or envelope.date or envelope.subject or envelope.signs):
        return Outcome(reason="it has no header of a message")
    first = datetime.combine(since, time(), UTC)
    dates = [moment for moment in (plausible(envelope.date), internal_date) if moment is not None]
    if not dates:
        return Outcome(reason="it has no readable date")
    if max(dates) < first:
        return Outcome()
    return Outcome(envelope)


def received(block: bytes | None) -> datetime | None:
    """When a server took the message in: the date of the topmost Received that has one (RFC 5321
    §4.4).

    It stands behind the last semicolon; some servers leave that out.
    """
    for found in itertools.islice(_RECEIVED.finditer(block or b""), _RECEIVED_READ):
        text = " ".join(found[1].decode("utf-8", "replace").split())
        at_end = _DATE_AT_END.search(text[-_LONGEST_DATE:])
        for written in (text.rpartition(";")[2], at_end[0] if at_end else ""):
            if moment := plausible(parse_date(written)):
                return moment
    return None


def read_header(file: io.FileIO) -> Header:
    """The header of a file that is one message; what follows is not read. Raises OSError."""
    block = b""
    while piece := file.read(_PIECE if len(block) < _PIECE else HEADER_BYTES):
        searched = max(0, len(block) - 3)
        block = block + piece if block else piece.lstrip(b"\xef\xbb\xbf\r\n")
        if end := _END.search(block, searched):
            block = block[: end.start() + 1]
            return Header(block if len(block) <= HEADER_BYTES else None, False)
        if len(block) > HEADER_BYTES:
            return Header(None, False)
    return Header(block, bool(block) and not block.endswith((b"\n", b"\r")))


def is_being_written(modified: datetime | None, now: datetime) -> bool:
    """May there be more to come? Only asked where a file ends within a header."""
    return modified is not None and abs(now - modified) < _BEING_WRITTEN
