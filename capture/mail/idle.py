"""Waiting for new mail in one mailbox, told by the server itself (IDLE, RFC 2177)."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from typing import Literal

from activity.errors import ServerFault, SourceError, Unreachable
from capture.mail.connection import connect
from capture.mail.guarded_stream import AGAIN
from capture.mail.listing import open_mailbox
from capture.mail.mailboxes import Mailbox
from capture.mail.plain_words import goodbye, in_plain_words, printable
from capture.mail.server import MailServer

Outcome = Literal["changed", "quiet", "gone"]

RENEW_SECONDS = 240.0  # RFC 2177 wants it within 29 minutes; sooner, so that a frozen connection is noticed
RESPONSES = 10_000
_COUNT = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)\b", re.IGNORECASE)


class IdleNotOffered(ServerFault):
    """This server cannot tell of new mail by itself: poll it."""


class Watch:
    """A connection of its own on which the server tells of new mail in one mailbox.

    Opened with EXAMINE: nothing is marked as seen or no longer recent. Opening raises the errors of
    `connect`, MailboxRefused, or IdleNotOffered. What came before it was open is not told, so poll
    once after opening. `error` says why the watch is gone; None while it is not, or after `close`.
    """

    def __init__(self, server: MailServer, mailbox: Mailbox, renew_seconds: float = RENEW_SECONDS) -> None:
        self.mailbox = mailbox
        self.error: SourceError | None = None
        self._server = server
        self._renew_seconds = renew_seconds
        self._waiting = threading.Lock()
        self._closing = False
        self._news = False
        self._connection = connect(server)
        try:
            with in_plain_words(server.where):
                self._open()
        except BaseException:
            self._connection.hang_up()
            raise

    def wait(self, seconds: float) -> Outcome:
        """Wait for new mail: "changed" as soon as there is some, "quiet" after `seconds` without,
        "gone" at the end.

        "gone" is for good: the connection was lost, or has been frozen and did not answer a probe
        (each `renew_seconds`, for as long as the server's `stall_seconds`), or `close` was called.
        """
        with self._waiting:
            if self._closing or self.error is not None:
                return "gone"
            try:
                with in_plain_words(self._server.where):
                    return self._wait(time.monotonic() + seconds)
            except SourceError as error:
                self.error = None if self._closing else error
                self._connection.hang_up()
                return "gone"

    def close(self) -> None:
        """End the watch, from any thread; whoever is in `wait` comes back at once with "gone"."""
        self._closing = True
        with contextlib.suppress(OSError):
            # past what SSLSocket.shutdown does first: it takes TLS from under whoever is reading
            socket.socket.shutdown(self._connection.wire.sock, socket.SHUT_RDWR)
        with self._waiting:
            self._connection.hang_up()

    def _open(self) -> None:
        if not self._connection.has_capability("IDLE"):
            raise IdleNotOffered(f"{self._server.host} does not offer IDLE", "it is polled instead; nothing to do")
        self._messages = open_mailbox(self._connection, self.mailbox).messages or 0
        self._idle()

    def _wait(self, until: float) -> Outcome:
        while not self._news:
            now = time.monotonic()
            if now >= self._renew_at:
                self._renew()
            elif self._connection.wire.ready(min(until, self._renew_at) - now):
                self._connection.wire.budget.renew()
                self._told += 1
                if self._told > RESPONSES:
                    raise ServerFault(f"{self._server.host} told {RESPONSES:,} things within a few minutes")
                self._note(self._line())
            elif time.monotonic() >= until:
                return "quiet"
        self._news = False
        return "changed"

    def _renew(self) -> None:
        """Ask again: before the server takes us for gone, and to learn whether it is still there."""
        self._connection.wire.budget.renew()
        self._connection.send_line(b"DONE")
        done = self._read_until(self._tag + b" ")
        if done.split(b" ", 1)[1][:2].upper() != b"OK":
            raise ServerFault(f"{self._server.host} ended IDLE with an error of its own")
        self._idle()

    def _idle(self) -> None:
        self._told = 0
        self._tag = self._connection.send_command("IDLE")
        self._read_until(b"+")
        self._renew_at = time.monotonic() + self._renew_seconds

    def _read_until(self, start: bytes) -> bytes:
        for _ in range(RESPONSES):
            line = self._line()
            if line.startswith(start):
                return line
            self._note(line)
        raise ServerFault(f"{self._server.host} sent {RESPONSES:,} responses instead of an answer to IDLE")

    def _line(self) -> bytes:
        line = self._connection.wire.readline()
        if not line.endswith(b"\n"):
            raise Unreachable(f"{self._server.host} closed the connection while we waited for mail", AGAIN)
        return line

    def _note(self, line: bytes) -> None:
        if line[:6].upper() == b"* BYE ":
            raise goodbye(self._server.where, printable(line[6:]))
        if not line.startswith((b"* ", b"+")):
            raise ServerFault(f"{self._server.host} refused IDLE or sent something that is not IMAP")
        counted = _COUNT.match(line)
        if counted is None:
            return  # flags of a message, or a sign of life
        if counted[2].upper() == b"EXPUNGE":
            self._messages -= 1
            return
        self._news = self._news or int(counted[1]) > self._messages
        self._messages = int(counted[1])
