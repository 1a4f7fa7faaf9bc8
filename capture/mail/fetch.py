"""The hot path: the headers of many messages, asked for ahead and read as they come."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

from activity.batch import Skip
from activity.envelope import Envelope
from capture.mail.connection import Connection
from capture.mail.dates import parse_date
from capture.mail.delivery_reports import DeliveryReports
from capture.mail.fetch_answer import Response, read_responses
from capture.mail.headers import HEADER_FIELDS, parse_header
from capture.mail.position import bounds

HEADER_BYTES = 2 << 20
HELD_BYTES = 24 << 20
ADDRESS_BYTES = 200
_ITEMS = f"(UID INTERNALDATE FLAGS BODY.PEEK[HEADER.FIELDS ({' '.join(HEADER_FIELDS).upper()})])"
_INTERNAL_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"', re.IGNORECASE)
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)", re.IGNORECASE)


class Fetched(NamedTuple):
    """A message of a mailbox: its envelope, or why there is none (neither for a draft, which is no message yet)."""

    uid: int
    envelope: Envelope | None
    skip: Skip | None


class Part(NamedTuple):
    """Some of what was asked for. `through` is the UID up to which all has come, None in the middle of an answer."""

    messages: list[Fetched]
    through: int | None


class _Asked(NamedTuple):
    uid_set: str
    tag: bytes


def fetch_headers(connection: Connection, uid_sets: Sequence[str]) -> Iterator[Part]:
    """Fetch each UID set of the selected mailbox; usually one part a set, more where headers are huge.

    The next command is on its way while an answer is read, so that latency costs little. Nothing
    is marked as seen (BODY.PEEK, RFC 3501 §6.4.5). A header over HEADER_BYTES is skipped and
    named. Bounces come with the recipients their delivery-status part names.
    """
    asked: deque[_Asked] = deque()
    for uid_set in uid_sets:
        asked.append(_Asked(uid_set, connection.send_command(f"UID FETCH {uid_set} {_ITEMS}")))
        if len(asked) > 1:
            yield from _finished(connection, asked)
    while asked:
        yield from _finished(connection, asked)


def _finished(connection: Connection, asked: deque[_Asked]) -> Iterator[Part]:
    """The parts of the oldest answer; of all answers on their way if delivery reports must be asked for in between."""
    parts: list[Part] = []
    reports = DeliveryReports()
    while asked and (not parts or reports):
        parts.append((yield from _answer(connection, asked.popleft(), reports)))
    skips = reports.read(connection)
    for part in parts:
        yield part._replace(messages=[one._replace(skip=skips.get(one.uid, one.skip)) for one in part.messages])


def _answer(connection: Connection, asked: _Asked, reports: DeliveryReports) -> Generator[Part, None, Part]:
    first, last = bounds(asked.uid_set)
    fetched: dict[int, Fetched] = {}
    held = 0
    for response in read_responses(connection, asked.tag, b"HEADER.FIELDS", HEADER_BYTES):
        if not first <= response.uid <= last:
            continue  # another message's flags changed just now
        one = _message(response)
        if one is None:
            continue
        fetched[one.uid] = one
        if one.envelope is not None:
            reports.consider(one.uid, one.envelope)
            held += _weight(response, one.envelope)
            if held > HELD_BYTES:
                yield Part([fetched.pop(uid) for uid in list(fetched) if uid not in reports], None)
                held = 0
    return Part(list(fetched.values()), last)


def _message(response: Response) -> Fetched | None:
    uid, items = response.uid, response.items
    flags = _FLAGS.search(items)
    if flags and b"\\draft" in flags[1].lower():
        return Fetched(uid, None, None)
    if response.oversize:
        return Fetched(uid, None, Skip(f"UID {uid}", f"its header is {response.oversize:,} bytes long"))
    internal = _INTERNAL_DATE.search(items)
    if response.body is None:
        # flags alone are an unsolicited update; with a date it is an answer to us
        return Fetched(uid, None, Skip(f"UID {uid}", "the mail server gave no header for it")) if internal else None
    arrived = parse_date(internal[1].decode("ascii", "replace")) if internal else None
    return Fetched(uid, parse_header(response.body, arrived), None)


def _weight(response: Response, envelope: Envelope) -> int:
    """About how much memory the message takes until it is stored."""
    return len(response.body or b"") + ADDRESS_BYTES * (len(envelope.to) + len(envelope.cc) + len(envelope.bcc))
