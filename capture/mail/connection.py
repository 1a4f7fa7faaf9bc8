"""A connection to an IMAP server: TLS before anything secret, bounded waits, plain-word errors."""

from __future__ import annotations

import contextlib
import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import imapclient
from imapclient.exceptions import IMAPClientError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from activity.errors import (
    AuthenticationFailed,
    ServerFault,
    SourceError,
    Throttled,
    Unreachable,
    UntrustedServer,
)
from capture.credentials import Secret, checked
from capture.mail.guarded_stream import GuardedStream

CONNECT_SECONDS = 20.0
STALL_SECONDS = 40.0
LITERAL_BYTES = 1 << 26

_log = logging.getLogger(__name__)
_THROTTLED = re.compile(r"\[(LIMIT|UNAVAILABLE|INUSE|THROTTLED|OVERQUOTA)\]|too many|try again later|rate limit", re.I)


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach one mailbox owner's mail. `security` is "tls", "starttls" or "none" (loopback only)."""

    host: str
    port: int
    security: str
    username: str
    password: Secret
    ca_file: str | None = None
    stall_seconds: float = STALL_SECONDS


class _GuardedReading:
    """Mixed into imaplib's classes: all reading goes through a GuardedStream."""

    sock: socket.socket
    _stream: GuardedStream | None = None

    def __init__(self, stall_seconds: float, *args: Any) -> None:
        self.stall_seconds = stall_seconds
        super().__init__(*args)

    @property
    def stream(self) -> GuardedStream:
        if self._stream is None or self._stream.sock is not self.sock:  # new after STARTTLS: nothing injected survives
            self._stream = GuardedStream(self.sock, self.stall_seconds)
        return self._stream

    def readline(self) -> bytes:
        return self.stream.readline()

    def read(self, size: int) -> bytes:
        if size > LITERAL_BYTES:
            raise ServerFault(f"the mail server announced a literal of {size:,} bytes")
        return self.stream.read(size)

    def send(self, data: bytes) -> None:
        self.stream.start()
        try:
            self.sock.settimeout(self.stall_seconds)
            self.sock.sendall(data)
        except OSError as error:
            raise Unreachable(f"the connection to the mail server broke: {error.strerror or error}") from None


class _PlainIMAP4(_GuardedReading, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _TlsIMAP4(_GuardedReading, IMAP4_TLS):  # type: ignore[misc]
    pass


class Connection(imapclient.IMAPClient):  # type: ignore[misc]
    """An IMAPClient that reads through a GuardedStream and takes mailbox names as wire bytes."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None) -> None:
        self._server = server
        super().__init__(
            server.host,
            server.port,
            ssl=server.security == "tls",
            ssl_context=context,
            timeout=imapclient.SocketTimeout(CONNECT_SECONDS, server.stall_seconds),
        )
        self._imap.debug = 0
        self.folder_encode = False
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - the parent's name
        stall = self._server.stall_seconds
        if self.ssl:
            return _TlsIMAP4(stall, self.host, self.port, self.ssl_context, CONNECT_SECONDS)
        return _PlainIMAP4(stall, self.host, self.port, CONNECT_SECONDS)

    @property
    def wire(self) -> GuardedStream:
        """For answers that are read without imapclient's own parser."""
        return self._imap.stream  # type: ignore[no-any-return]

    def send_command(self, command: str) -> bytes:
        """Send one command line and return its tag; the answer is the caller's to read."""
        tag: bytes = self._imap._new_tag()
        self._imap.tagged_commands.pop(tag, None)
        self._imap.send(tag + b" " + command.encode("ascii") + b"\r\n")
        return tag


@contextlib.contextmanager
def connected(server: MailServer) -> Iterator[Connection]:
    """A logged-in connection, closed at the end whatever happened.

    Raises SourceError kinds only: Unreachable, UntrustedServer (before any credential is sent),
    AuthenticationFailed, Throttled, ServerFault.
    """
    with in_plain_words(server):
        connection = _open(server)
    try:
        with in_plain_words(server):
            _log_in(connection, server)
            yield connection
    finally:
        with contextlib.suppress(Exception):
            connection.shutdown()


@contextlib.contextmanager
def in_plain_words(server: MailServer) -> Iterator[None]:
    """Turn what imaplib, imapclient, ssl and sockets raise into our errors; no secret gets in."""
    where = f"{server.host}:{server.port}"
    try:
        yield
    except SourceError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise UntrustedServer(
            f"the certificate of {where} cannot be trusted: {error.verify_message}",
            "check the host name; for a server with its own CA set ca_file to that CA's certificate",
        ) from None
    except ssl.SSLError as error:
        raise UntrustedServer(
            f"no TLS connection with {where}: {error.reason or 'handshake failed'}",
            'check port and security: 993 is usually "tls", 143 "starttls"',
        ) from None
    except socket.gaierror:
        raise Unreachable(f"the host name {server.host} cannot be found", "check `host`, and the network") from None
    except ConnectionRefusedError:
        raise Unreachable(f"{where} refuses connections", "check `host` and `port`; is the server running?") from None
    except TimeoutError:
        raise Unreachable(f"{where} did not answer in time", "check `host` and `port`, and the network") from None
    except imaplib.IMAP4.abort as error:
        raise Unreachable(f"{where} ended the connection: {_short(error)}") from None
    except (IMAPClientError, imaplib.IMAP4.error) as error:
        said = _short(error)
        if _THROTTLED.search(said):
            raise Throttled(f"{where} asks to come back later: {said}") from None
        raise ServerFault(f"{where} answered: {said}") from None
    except OSError as error:
        raise Unreachable(f"{where} cannot be reached: {error.strerror or type(error).__name__}") from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError) as error:
        # imaplib and imapclient stumble so over answers that are not IMAP
        _log.debug("stumbled over an answer of %s", where, exc_info=True)
        raise ServerFault(f"{where} sent something that is not IMAP ({type(error).__name__})") from None


def _open(server: MailServer) -> Connection:
    connection = Connection(server, None if server.security == "none" else _trust(server))
    if server.security != "starttls":
        return connection
    if connection._imap.state != "NONAUTH":
        raise UntrustedServer(f"{server.host} skips the login, so STARTTLS cannot protect it", 'use security = "tls"')
    if not connection.has_capability("STARTTLS"):
        raise UntrustedServer(
            f"{server.host}:{server.port} does not offer STARTTLS; nothing was sent",
            'use security = "tls" (port 993); if it used to work, somebody may be tampering with the network',
        )
    connection.starttls(connection.ssl_context)
    return connection


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise UntrustedServer(f"ca_file {server.ca_file} cannot be used: {error.strerror or error}") from None


def _log_in(connection: Connection, server: MailServer) -> None:
    user, password = checked(server.username), server.password()
    try:
        if connection.has_capability("AUTH=PLAIN"):
            connection.plain_login(user, password)
        elif connection.has_capability("LOGINDISABLED"):
            raise UntrustedServer(f"{server.host} allows no password without encryption", 'use security = "tls"')
        else:
            connection.login(_quoted(user), password)
    except IMAPClientError as error:
        said = _short(error).replace(password, "…")
        if _THROTTLED.search(said):
            raise Throttled(f"{server.host} does not let us in now: {said}") from None
        raise AuthenticationFailed(
            f"{server.host} refused the user name or password of {server.username}: {said}",
            "check `username` and the password; Gmail, iCloud and others want an app password here",
        ) from None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _short(error: BaseException) -> str:
    text = str(error.args[0] if error.args else error)
    text = text[2:-1] if text[:2] in ("b'", 'b"') else text
    return " ".join(text.split())[:200]
