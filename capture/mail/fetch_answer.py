"""One answer to a FETCH, response by response, read literal by literal straight from the buffer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

from activity.errors import ServerFault, Unreachable
from capture.mail.connection import Connection
from capture.mail.guarded_stream import LINE_BYTES, GuardedStream
from capture.mail.plain_words import goodbye, is_throttling, throttled

PIECES = 50
LONGEST_LINE = 1 << 17
RESPONSES = 1_000_000
LITERAL_BYTES = 1 << 32  # more cannot be (RFC 3501 §9, `number`)
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r?\n\Z")
_FETCH = re.compile(rb"\* \d+ FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_SECTION = re.compile(rb"BODY\[([^\]]*)\](?:<\d+>)? ~?\{\d+\+?\}\r?\n\Z", re.IGNORECASE)


class FetchRefused(ServerFault):
    """A tagged NO or BAD: this command failed, the connection is as good as before."""


class Response(NamedTuple):
    """What one FETCH response says of one message.

    `items` is the response without its literals. `body` is the content of the one body section
    that was asked for, None where the response has none (or NIL). `oversize` is the size of a
    literal that was too long to keep, 0 if there was none.
    """

    uid: int
    items: bytes
    body: bytes | None
    oversize: int


def read_responses(connection: Connection, tags: set[bytes], section: bytes, longest: int) -> Iterator[Response | None]:
    """The FETCH responses with a UID, and None for each command completed, until all `tags` are; must be read out.

    A tag is taken from `tags` as its command is completed; more may be put in meanwhile. Answers to
    commands on their way together come mixed: Dovecot completes several at once, after all their
    responses. `section` is what stands in the brackets of the BODY asked for, upper case, as far as
    it has no arguments; literals over `longest` bytes are read past. Raises FetchRefused at a
    tagged NO or BAD, Unreachable where the connection ends, ServerFault at anything that is no
    IMAP: after a literal of a wrong length the next lines are a stranger's words, not the server's.
    """
    wire = connection.wire
    silence = 0
    while tags:
        line = _line(wire)
        silence += 1
        if silence > RESPONSES:
            raise ServerFault("the mail server sent a million responses without completing a command")
        if line.startswith(b"* "):
            head, pieces, tail, oversize = _with_literals(wire, line, longest)
            if _FETCH.match(head):
                response = _response(head, pieces, tail, section, oversize)
                if response is not None:
                    yield response
            elif head[:6].upper() in (b"* BYE ", b"* BYE\r"):
                raise goodbye("the mail server", printable(head[6:]))
            continue
        tag, _, status = line.partition(b" ")
        if tag not in tags:
            raise ServerFault("the mail server sent something that is not IMAP in the middle of an answer")
        _check(status)
        tags.remove(tag)
        silence = 0
        yield None


def _line(wire: GuardedStream) -> bytes:
    line = wire.readline()
    if not line.endswith(b"\n"):
        raise Unreachable("the mail server closed the connection in the middle of an answer")
    return line


def _with_literals(
    wire: GuardedStream, line: bytes, longest: int
) -> tuple[bytes, list[tuple[bytes, bytes]], bytes, int]:
    """One response: its first line, its literals each with the text before it, the lines behind them, and
    the size of a refused literal."""
    pieces: list[tuple[bytes, bytes]] = []
    tail = b""
    oversize = 0
    last = line
    while (announced := _LITERAL.search(last)) is not None:
        size = int(announced[1])
        if len(pieces) > PIECES or len(tail) > LINE_BYTES or size > LITERAL_BYTES:
            raise ServerFault("the mail server sent an answer in more or longer pieces than any message has")
        data = b""
        if size > longest:
            oversize = size
            wire.discard(size)
        else:
            data = wire.read(size)
            if len(data) < size:
                raise Unreachable("the mail server closed the connection in the middle of a message")
        pieces.append((last, data))
        last = _line(wire)
        tail += last
    return line, pieces, tail, oversize


def _response(
    head: bytes, pieces: list[tuple[bytes, bytes]], tail: bytes, section: bytes, oversize: int
) -> Response | None:
    items = head + tail
    if not pieces:
        return _without_literals(items, section)
    uid = _UID.search(items)
    if uid is None:
        return None  # an unsolicited flag update: it belongs to no message we asked for
    body = None
    for before, data in pieces:
        named = _SECTION.search(before)
        if named is not None and named[1].upper().partition(b" ")[0] == section:
            body = data
    return Response(int(uid[1]), items, body, oversize)


def _without_literals(items: bytes, section: bytes) -> Response | None:
    """A response that may hold the section as a quoted string or NIL; imapclient's own parser knows these."""
    if len(items) > LONGEST_LINE:
        raise ServerFault(f"the mail server sent a FETCH response of {len(items):,} bytes in one line")
    number, _, rest = items.removeprefix(b"* ").split(None, 2)
    message: dict[bytes, Any]
    try:
        ((_, message),) = parse_fetch_response([number + b" " + rest], uid_is_key=False).items()
        uid = int(message[b"UID"])
    except (ProtocolError, ValueError, IndexError, TypeError, KeyError, AttributeError):
        return None
    for name, value in message.items():
        if name.startswith(b"BODY[" + section) and isinstance(value, (bytes, int)):
            return Response(uid, items, value if isinstance(value, bytes) else str(value).encode(), 0)
    return Response(uid, items, None, 0)


def _check(status: bytes) -> None:
    word = status.split(b" ", 1)[0].strip().upper()
    if word != b"OK":
        if is_throttling(text := printable(status)):
            raise throttled(f"the mail server asks to come back later: {text}")
        raise FetchRefused(f"the mail server answered the fetch with: {printable(status)}")


def printable(raw: bytes) -> str:
    """A server's words in one short line."""
    return " ".join(raw.decode("ascii", "replace").split())[:200]
