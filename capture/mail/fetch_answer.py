"""One answer to a FETCH, response by response, read literal by literal straight from the buffer."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator

from activity.errors import ServerFault, Unreachable
from capture.mail.budget import SECONDS_A_LINE
from capture.mail.connection import Connection
from capture.mail.fetch_response import (
    FETCH,
    Response,
    announced_literal,
    announced_section,
    response_of,
    usual_responses,
)
from capture.mail.guarded_stream import LINE_BYTES, GuardedStream
from capture.mail.plain_words import goodbye, is_throttling, printable, throttled

PIECES = 50
RESPONSES = 1_000_000
_FEW = 16
LITERAL_BYTES = 1 << 32  # more cannot be (RFC 3501 §9, `number`)


class FetchRefused(ServerFault):
    """A tagged NO or BAD: this command failed, the connection is as good as before."""


def read_responses(connection: Connection, tags: set[bytes], section: bytes, longest: int) -> Iterator[Response | None]:
    """The FETCH responses with a UID, and None for each command completed, until all `tags` are;
    must be read out.

    A tag is taken from `tags` as its command is completed; more may be put in meanwhile. Answers to
    commands on their way together come mixed: Dovecot completes several at once, after all their
    responses. `section` is what stands in the brackets of the BODY asked for, upper case, as far as
    it has no arguments; literals over `longest` bytes are read past. Raises FetchRefused at a
    tagged NO or BAD, Unreachable where the connection ends, ServerFault at anything that is no
    IMAP: after a literal of a wrong length the next lines are a stranger's words, not the server's.
    """
    wire = connection.wire
    silence = 0
    ahead = _Ahead(wire, longest)
    while tags:
        usual = ahead.usual()
        yield from usual
        silence += len(usual)
        wire.budget.spend(SECONDS_A_LINE * len(usual))
        line = _line(wire)
        silence += 1
        wire.budget.spend(SECONDS_A_LINE)
        if silence > RESPONSES:
            raise ServerFault("the mail server sent a million responses without completing a command")
        if line.startswith(b"* "):
            pieces, tail, oversize = _with_literals(wire, line, longest)
            if FETCH.match(line):
                response = response_of(line, pieces, tail, section, oversize)
                ahead.announced = announced_section(pieces[0][0], section) if len(pieces) == 1 else b""
                if response is not None:
                    yield response
            elif line[:6].upper() in (b"* BYE ", b"* BYE\r"):
                raise goodbye("the mail server", printable(line[6:]))
            continue
        tag, _, status = line.partition(b" ")
        if tag not in tags:
            raise ServerFault("the mail server sent something that is not IMAP in the middle of an answer")
        tags.remove(tag)
        _check(status)
        silence = 0
        yield None


class _Ahead:
    """Takes from the buffer what has come of usual responses, all at once: most of an answer, where
    a server is usual.

    `announced`: how the last response announced its section. Nothing is looked at twice without
    need: after a look that found but a few, the next is at what comes then.
    """

    def __init__(self, wire: GuardedStream, longest: int) -> None:
        self._wire = wire
        self._longest = longest
        self._fills = wire.fills
        self.announced = b""

    def usual(self) -> list[Response]:
        wire = self._wire
        if not self.announced or wire.fills == self._fills:
            return []
        chunk = wire.beginning()
        found, length = usual_responses(chunk, self.announced, self._longest)
        wire.discard(length)
        if len(found) < _FEW:
            self._fills = wire.fills
        return found


def read_past(connection: Connection, tags: set[bytes], section: bytes, longest: int) -> None:
    """The answers to commands that nobody waits for any more, whatever they say."""
    while tags:
        with contextlib.suppress(FetchRefused):
            deque(read_responses(connection, tags, section, longest), maxlen=0)


def _line(wire: GuardedStream) -> bytes:
    line = wire.readline()
    if not line.endswith(b"\n"):
        raise Unreachable("the mail server closed the connection in the middle of an answer")
    return line


def _with_literals(wire: GuardedStream, line: bytes, longest: int) -> tuple[list[tuple[bytes, bytes]], bytes, int]:
    """The literals of a response, each with the line that announces it, the line behind the last of
    them (or the only line), and the size of a refused literal."""
    pieces: list[tuple[bytes, bytes]] = []
    length = oversize = 0
    while (size := announced_literal(line)) is not None:
        length += len(line) if pieces else 0
        if len(pieces) > PIECES or length > LINE_BYTES or size > LITERAL_BYTES:
            raise ServerFault("the mail server sent an answer in more or longer pieces than any message has")
        data = b""
        if size > longest:
            oversize = size
            wire.discard(size)
        else:
            data = wire.read(size)
            if len(data) < size:
                raise Unreachable("the mail server closed the connection in the middle of a message")
        pieces.append((line, data))
        line = _line(wire)
    return pieces, line, oversize


def _check(status: bytes) -> None:
    word = status.split(b" ", 1)[0].strip().upper()
    if word != b"OK":
        if is_throttling(text := printable(status)):
            raise throttled(f"the mail server asks to come back later: {text}")
        raise FetchRefused(f"the mail server answered the fetch with: {printable(status)}")
