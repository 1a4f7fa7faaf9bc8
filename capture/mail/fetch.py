"""The hot path: FETCH answers read literal by literal, straight from the buffer."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

from activity.batch import Skip
from activity.envelope import Envelope
from activity.errors import ServerFault, Unreachable
from capture.mail.connection import Connection
from capture.mail.dates import parse_date
from capture.mail.headers import HEADER_FIELDS, parse_header

HEADER_BYTES = 2 << 20
PIECES = 50
_ITEMS = f"(UID INTERNALDATE FLAGS BODY.PEEK[HEADER.FIELDS ({' '.join(HEADER_FIELDS).upper()})])"
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r?\n\Z")
_FETCH = re.compile(rb"\* \d+ FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_INTERNAL_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"', re.IGNORECASE)
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)", re.IGNORECASE)
_HEADER_LAST = re.compile(rb"BODY\[HEADER\.FIELDS \([^)]*\)\] \{\d+\+?\}\r?\n\Z", re.IGNORECASE)


class Fetched(NamedTuple):
    """A message of a mailbox: its envelope, or why there is none (None for a draft, which is no message yet)."""

    uid: int
    envelope: Envelope | None
    skip: Skip | None


def fetch_headers(connection: Connection, uid_sets: Sequence[str]) -> Iterator[list[Fetched]]:
    """Fetch each UID set of the selected mailbox and yield what came, a list a set.

    The next command is on its way while an answer is read, so that latency costs little. Nothing
    is marked as seen (BODY.PEEK, RFC 3501 §6.4.5). A header over HEADER_BYTES is skipped and named.
    """
    tags: deque[bytes] = deque()
    for uid_set in uid_sets:
        tags.append(connection.send_command(f"UID FETCH {uid_set} {_ITEMS}"))
        if len(tags) > 1:
            yield _answer(connection, tags.popleft())
    if tags:
        yield _answer(connection, tags.popleft())


def _answer(connection: Connection, tag: bytes) -> list[Fetched]:
    wire = connection.wire
    fetched: dict[int, Fetched] = {}
    done = tag + b" "
    while True:
        line = wire.readline()
        if not line:
            raise Unreachable("the mail server closed the connection in the middle of an answer")
        if line.startswith(done):
            _check(line[len(done) :])
            return list(fetched.values())
        head, literal, tail, oversize = _with_literals(connection, line)
        if not _FETCH.match(head):
            if head[:6].upper() == b"* BYE ":
                raise Unreachable(f"the mail server said goodbye: {_printable(head[6:])}")
            continue  # EXISTS, EXPUNGE, a remark: nothing we asked for
        one = _message(head, literal, tail, oversize)
        if one is not None:
            fetched[one.uid] = one


def _with_literals(connection: Connection, line: bytes) -> tuple[bytes, bytes | None, bytes, int]:
    """One response: its head, the header literal, what stands behind it, and the size of a refused literal."""
    literal: bytes | None = None
    tail = b""
    oversize = 0
    last = line
    for _ in range(PIECES):
        announced = _LITERAL.search(last)
        if announced is None:
            return line, literal, tail, oversize
        size = int(announced[1])
        if size > HEADER_BYTES:
            oversize = size
            connection.wire.discard(size)
        else:
            data = connection.wire.read(size)
            if len(data) < size:
                raise Unreachable("the mail server closed the connection in the middle of a message")
            if literal is None and _HEADER_LAST.search(last):
                literal = data
        last = connection.wire.readline()
        tail += last
    raise ServerFault("the mail server sent an answer in more pieces than any message has")


def _message(head: bytes, literal: bytes | None, tail: bytes, oversize: int) -> Fetched | None:
    items = head + tail
    uid_match = _UID.search(items)
    if uid_match is None:
        return None  # an unsolicited flag update: it belongs to no message we asked for
    uid = int(uid_match[1])
    flags = _FLAGS.search(items)
    if flags and b"\\draft" in flags[1].lower():
        return Fetched(uid, None, None)
    if oversize:
        return Fetched(uid, None, Skip(f"UID {uid}", f"its header is {oversize:,} bytes long"))
    if literal is None:
        literal = _unusual_header(items)
    if literal is None:
        return None  # flags of a message without its header: unsolicited as well
    internal = _INTERNAL_DATE.search(items)
    return Fetched(
        uid, parse_header(literal, parse_date(internal[1].decode("ascii", "replace")) if internal else None), None
    )


def _unusual_header(line: bytes) -> bytes | None:
    """A header given as a quoted string or NIL; imapclient's own parser knows these."""
    try:
        parsed = parse_fetch_response(
            [line.split(b" FETCH ", 1)[0].lstrip(b"* ") + b" " + line.split(b" FETCH ", 1)[1]]
        )
    except (ProtocolError, ValueError, IndexError, TypeError):
        return None
    for items in parsed.values():
        for name, value in items.items():
            if name.startswith(b"BODY[HEADER"):
                return value or b""
    return None


def _check(status: bytes) -> None:
    word = status.split(b" ", 1)[0].strip().upper()
    if word != b"OK":
        raise ServerFault(f"the mail server answered the fetch with: {_printable(status)}")


def _printable(raw: bytes) -> str:
    return " ".join(raw.decode("ascii", "replace").split())[:200]
