"""imaplib's protocol machine with bounded waits, bounded answers and a socket of our own."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable

from activity.errors import ServerFault, Unreachable
from capture.mail.budget import SECONDS_A_LINE, Budget
from capture.mail.guarded_stream import AGAIN, GuardedStream
from capture.mail.other_protocols import GREETING_SECONDS, refuse_other_greeting, refuse_other_protocol

LITERAL_BYTES = 1 << 20
ANSWER_BYTES = 1 << 24
ANSWER_LINES = 100_000
_WITHOUT_TEXT = re.compile(rb"\w+ (?:OK|NO|BAD)\r\n")  # against RFC 3501 §9, resp-text; imaplib insists on it


class GuardedIMAP4(imaplib.IMAP4):
    """An IMAP4 connection that reads through a GuardedStream; with a `context` it speaks TLS from
    the start.

    imaplib keeps what it reads here, so one answer may hold ANSWER_BYTES and ANSWER_LINES, and a
    literal (the name of a mailbox, nothing longer) LITERAL_BYTES; ServerFault beyond that. FETCH
    answers are read past this, from `stream`.
    """

    sock: socket.socket
    capabilities: tuple[str, ...]

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        connect_seconds: float,
        stall_seconds: float,
        budget: Budget | None = None,
    ) -> None:
        self._context = context
        self._connect_seconds = connect_seconds
        self._stall_seconds = stall_seconds
        self._stream: GuardedStream | None = None
        self._budget = budget
        self._answer_bytes = self._answer_lines = 0
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        sock = dial(self.host, self.port, self._connect_seconds)
        return self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, and wait for the greeting, which imaplib reads next.

        Raises ServerFault for another protocol's.
        """
        super().open(host, port, timeout)
        if not self.stream.ready(min(GREETING_SECONDS, self._stall_seconds)):
            refuse_other_protocol(host, port, self._context is not None, self._stall_seconds)
            self.stream.start()
        refuse_other_greeting(f"{host}:{port}", self.stream.beginning())

    @property
    def stream(self) -> GuardedStream:
        if self._stream is None or self._stream.sock is not self.sock:  # new after STARTTLS: nothing injected survives
            self._stream = GuardedStream(self.sock, self._stall_seconds, budget=self._budget)
        return self._stream

    @property
    def encrypted(self) -> bool:
        return self._context is not None or self._tls_established

    def _get_capabilities(self) -> None:
        """What imaplib calls once connected: it need not be asked where the greeting tells (RFC
        3501 §7.1).

        After STARTTLS it must be: whatever was said before TLS was said by anybody (RFC 3501
        §6.2.1).
        """
        if self._tls_established:
            self.untagged_responses.clear()
        told: list[bytes] | None = self.untagged_responses.pop("CAPABILITY", None)  # type: ignore[assignment]
        if told is None:
            super()._get_capabilities()  # type: ignore[misc]
        else:
            self.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())

    def authenticate_with(self, mechanism: str, initial: str | None, answer: Callable[[bytes], bytes]) -> None:
        """AUTHENTICATE; `answer` gives what to send to each challenge. imaplib's own knows no
        initial response."""
        self.literal = _Answers(answer).next  # type: ignore[assignment]
        status, data = self._simple_command("AUTHENTICATE", mechanism, initial)
        if status != "OK":
            raise self.error(data[-1].decode("utf-8", "replace"))
        self.state = "AUTH"

    def readline(self) -> bytes:
        line = self.stream.readline()
        self._count(len(line))
        self._answer_lines += 1
        self.stream.budget.spend(SECONDS_A_LINE)
        if self._answer_lines > ANSWER_LINES:
            raise ServerFault(f"the mail server's answer is over {ANSWER_LINES:,} lines long")
        if line.endswith(b"\n") and not line.endswith(b"\r\n"):  # imaplib takes such a line for the end of all
            line = line[:-1] + b"\r\n"
        return line[:-2] + b" \r\n" if _WITHOUT_TEXT.fullmatch(line) else line

    def read(self, size: int) -> bytes:
        if size > LITERAL_BYTES:
            raise ServerFault(f"the mail server announced a literal of {size:,} bytes")
        self._count(size)
        return self.stream.read(size)

    def _count(self, size: int) -> None:
        self._answer_bytes += size
        if self._answer_bytes > ANSWER_BYTES:
            raise ServerFault(f"the mail server's answer is over {ANSWER_BYTES:,} bytes long")

    def send(self, data: bytes) -> None:  # type: ignore[override]
        self._answer_bytes = self._answer_lines = 0
        self.stream.start()
        try:
            self.sock.settimeout(self._stall_seconds)
            self.sock.sendall(data)
        except OSError as error:
            raise Unreachable(f"the connection to the mail server broke: {error.strerror or error}", AGAIN) from None


class _Answers:
    """imaplib asks a bound method for what to send to a continuation request."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer

    def next(self, challenge: bytes) -> bytes:
        return self._answer(challenge)


def dial(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the first of the host's addresses that answers, within `seconds` for all of
    them.

    Raises OSError, socket.gaierror or TimeoutError.
    """
    deadline = time.monotonic() + seconds
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure: OSError = TimeoutError()
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(max(0.1, (deadline - time.monotonic()) / (len(addresses) - number)))
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
            continue
        sock.settimeout(seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # small commands follow each other without waiting
        return sock
    raise failure
