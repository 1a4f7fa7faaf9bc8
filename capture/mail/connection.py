"""A connection to an IMAP server: TLS before anything secret, bounded waits, plain-word errors."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import imapclient
from imapclient.exceptions import IMAPClientError

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, UntrustedServer
from capture.credentials import Secret, checked
from capture.mail.guarded_imap import GuardedIMAP4
from capture.mail.guarded_stream import GuardedStream
from capture.mail.plain_words import in_plain_words, is_throttling, refusal, said

CONNECT_SECONDS = 20.0
STALL_SECONDS = 40.0


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

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"


class Connection(imapclient.IMAPClient):  # type: ignore[misc]
    """An IMAPClient that reads through a GuardedStream and takes mailbox names as wire bytes."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None) -> None:
        self._server = server
        super().__init__(server.host, server.port, ssl=server.security == "tls", ssl_context=context)
        self._imap.debug = 0
        self.folder_encode = False
        self.normalise_times = False

    def _create_IMAP4(self) -> GuardedIMAP4:  # noqa: N802 - the parent's name
        server = self._server
        context = self.ssl_context if self.ssl else None
        patience = min(CONNECT_SECONDS, server.stall_seconds)
        return GuardedIMAP4(server.host, server.port, context, patience, server.stall_seconds)

    def _set_read_timeout(self) -> None:
        """The GuardedStream sets it for each read."""

    def _normalise_folder(self, wire: bytes) -> bytes:
        return b'"' + wire.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    @property
    def wire(self) -> GuardedStream:
        """For answers that are read without imapclient's own parser."""
        return self._imap.stream  # type: ignore[no-any-return]

    def hang_up(self) -> None:
        """Close the connection, whatever state it is in."""
        with contextlib.suppress(Exception):
            self.shutdown()

    def send_command(self, command: str) -> bytes:
        """Send one command line and return its tag; the answer is the caller's to read."""
        tag: bytes = self._imap._new_tag()
        self._imap.tagged_commands.pop(tag, None)
        self.send_line(tag + b" " + command.encode("ascii"))
        return tag

    def send_line(self, line: bytes) -> None:
        self._imap.send(line + b"\r\n")


def connect(server: MailServer) -> Connection:
    """A logged-in connection, to be closed by its `hang_up`.

    Raises SourceError kinds only: Unreachable, UntrustedServer (before any credential is sent),
    AuthenticationFailed, Throttled, ServerFault.
    """
    with in_plain_words(server.where):
        connection = Connection(server, None if server.security == "none" else _trust(server))
        try:
            if server.security == "starttls":
                _start_tls(connection, server)
            _log_in(connection, server)
        except BaseException:
            connection.hang_up()
            raise
    return connection


@contextlib.contextmanager
def connected(server: MailServer) -> Iterator[Connection]:
    """A logged-in connection, closed at the end whatever happened; raises what `connect` does."""
    connection = connect(server)
    try:
        with in_plain_words(server.where):
            yield connection
    finally:
        connection.hang_up()


def _start_tls(connection: Connection, server: MailServer) -> None:
    if connection._imap.state != "NONAUTH":
        raise UntrustedServer(f"{server.host} skips the login, so STARTTLS cannot protect it", 'use security = "tls"')
    if not connection.has_capability("STARTTLS"):
        raise UntrustedServer(
            f"{server.where} does not offer STARTTLS; nothing was sent",
            'use security = "tls" (port 993); if it used to work, somebody may be tampering with the network',
        )
    connection.starttls(connection.ssl_context)
    connection._imap.untagged_responses.clear()  # whatever was said before TLS was said by anybody


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise UntrustedServer(f"ca_file {server.ca_file} cannot be used: {error.strerror or error}") from None


def _log_in(connection: Connection, server: MailServer) -> None:
    user, password = checked(server.username), checked(server.password())
    try:
        if connection.has_capability("AUTH=PLAIN"):
            connection.plain_login(user, password)
        elif connection.has_capability("LOGINDISABLED"):
            raise UntrustedServer(f"{server.host} allows no password without encryption", 'use security = "tls"')
        elif not (user + password).isascii():
            raise AuthenticationFailed(f"{server.host} takes only user names and passwords in ASCII")
        else:
            connection.login(_quoted(user), password)
    except IMAPClientError as error:
        goodbye = connection._imap.untagged_responses.get("BYE")
        cause = imaplib.IMAP4.abort(goodbye[-1]) if goodbye else error.__context__ or error
        raise _not_let_in(cause, server, user, password) from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError) as error:
        # not handed on: the traceback of such an error may show what was sent
        raise ServerFault(f"{server.where} answered the login with nonsense ({type(error).__name__})") from None


def _not_let_in(error: BaseException, server: MailServer, user: str, password: str) -> SourceError:
    text = said(error, password, base64.b64encode(f"\0{user}\0{password}".encode()).decode())
    if isinstance(error, imaplib.IMAP4.abort):
        return refusal(server.where, imaplib.IMAP4.abort(text))
    if is_throttling(text):
        return Throttled(f"{server.host} does not let us in now: {text}")
    return AuthenticationFailed(
        f"{server.host} refused the user name or password of {server.username}: {text}",
        "check `username` and the password; Gmail, iCloud and others want an app password here",
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
