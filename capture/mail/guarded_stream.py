"""A read buffer over a socket that neither hangs, drips nor overflows."""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
from collections.abc import Callable

from activity.errors import ServerFault, Unreachable
from capture.mail.budget import Budget

AGAIN = "it is tried again; check the network if this lasts"
BUFFER_BYTES = 1 << 18
PROGRESS_BYTES = 1 << 16
LINE_BYTES = 1 << 24


class Stalled(Unreachable):
    """The connection stands, but next to nothing comes over it."""


class GuardedStream:
    """Buffered reading with a deadline that only real progress extends.

    From `start()` on, each `stall_seconds` must bring the end of the answer or at least
    PROGRESS_BYTES; a socket time-out alone is outlived by a server sending one byte a second. What
    is read must be worth it, too: `budget` is spent by reading. Raises Stalled when the deadline
    passes, Exhausted when the budget is used up, Unreachable when the connection breaks,
    ServerFault for a line over LINE_BYTES.
    """

    def __init__(
        self,
        sock: socket.socket,
        stall_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
        budget: Budget | None = None,
    ) -> None:
        self.sock = sock
        self.budget = budget or Budget()
        self._monotonic = monotonic
        self._raw = _DeadlineIO(sock, stall_seconds, monotonic, self.budget)
        self._buffer = io.BufferedReader(self._raw, BUFFER_BYTES)

    def start(self) -> None:
        """A command was sent: the clock starts anew."""
        self._raw.restart()

    def ready(self, seconds: float) -> bool:
        """Wait for something to read, or the end of the connection; False if nothing comes within
        `seconds`.

        What is ready may be the beginning of a line only; the clock for the rest starts anew.
        """
        until = self._monotonic() + seconds
        poll = select.poll()  # select() takes no descriptor beyond 1023, and who watches has thousands
        poll.register(self.sock, select.POLLIN)
        while not self._buffered():
            remaining = until - self._monotonic()
            if remaining <= 0 or not poll.poll(remaining * 1000):
                return False
        self.start()
        return True

    def beginning(self) -> bytes:
        """What has come and was not read yet; nothing is waited for or taken."""
        self._raw.patient = False
        try:
            return self._buffer.peek()
        finally:
            self._raw.patient = True

    @property
    def fills(self) -> int:
        """How often something came into the buffer."""
        return self._raw.fills

    def _buffered(self) -> bool:
        return bool(self.beginning()) or self._raw.ended

    def readline(self) -> bytes:
        """One line with its line end; b"" or a line without one at the end of the connection."""
        line = self._buffer.readline(LINE_BYTES)
        if len(line) >= LINE_BYTES:
            raise ServerFault("the mail server sent a line of over 16 MB")
        return line

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; fewer mean that the connection ended."""
        return self._buffer.read(size)

    def discard(self, size: int) -> None:
        """Read past `size` bytes without keeping them."""
        while size > 0:
            chunk = self._buffer.read(min(size, BUFFER_BYTES))
            if not chunk:
                raise Unreachable("the mail server closed the connection in the middle of an answer", AGAIN)
            size -= len(chunk)


class _DeadlineIO(io.RawIOBase):
    def __init__(
        self, sock: socket.socket, stall_seconds: float, monotonic: Callable[[], float], budget: Budget
    ) -> None:
        self._sock = sock
        self._budget = budget
        self._stall = stall_seconds
        self._monotonic = monotonic
        self.patient = True
        self.ended = False
        self.fills = 0
        self.restart()

    def restart(self) -> None:
        self._deadline = self._monotonic() + self._stall
        self._since_progress = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """None if nothing is there and we are not `patient`."""
        began = self._monotonic()
        remaining = self._deadline - began if self.patient else 0.0
        if self.patient and remaining <= 0:
            raise Stalled(f"the mail server sent next to nothing for {self._stall:.0f} s", AGAIN)
        self._sock.settimeout(min(remaining, self._budget.left))
        try:
            count = self._sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except TimeoutError:
            self._budget.spend(self._monotonic() - began)
            raise Stalled(f"the mail server did not answer within {self._stall:.0f} s", AGAIN) from None
        except OSError as error:
            raise Unreachable(f"the connection to the mail server broke: {error.strerror or error}", AGAIN) from None
        self.ended = count == 0
        self.fills += 1
        self._budget.spend(self._monotonic() - began, count)
        self._since_progress += count
        if self._since_progress >= PROGRESS_BYTES:
            self.restart()
        return count
