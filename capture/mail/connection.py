"""A connection to an IMAP server: TLS before anything secret, bounded waits, plain-word errors."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator

import imapclient

from activity.errors import SourceError, UntrustedServer
from capture.credentials import Secret
from capture.mail.budget import Budget
from capture.mail.guarded_imap import GuardedIMAP4
from capture.mail.guarded_stream import GuardedStream
from capture.mail.login import TokenRefused, log_in
from capture.mail.plain_words import in_plain_words
from capture.mail.server import MailServer
from capture.trust import trust

CONNECT_SECONDS = 20.0


class Connection(imapclient.IMAPClient):  # type: ignore[misc]
    """An IMAPClient that reads through a GuardedStream and takes mailbox names as wire bytes."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None, budget: Budget | None = None) -> None:
        self._server = server
        self._budget = budget or Budget()
        super().__init__(server.host, server.port, ssl=server.security == "tls", ssl_context=context)
        self._imap.debug = 0
        self.folder_encode = False
        self.normalise_times = False

    def _create_IMAP4(self) -> GuardedIMAP4:  # noqa: N802 - the parent's name
        server = self._server
        context = self.ssl_context if self.ssl else None
        patience = min(CONNECT_SECONDS, server.stall_seconds)
        return GuardedIMAP4(server.host, server.port, context, patience, server.stall_seconds, self._budget)

    def _set_read_timeout(self) -> None:
        """The GuardedStream sets it for each read."""

    def _normalise_folder(self, wire: bytes) -> bytes:
        return b'"' + wire.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    @property
    def names_attachments(self) -> bool:
        """Are the documents wanted that messages come with?"""
        return self._server.names_attachments

    @property
    def wire(self) -> GuardedStream:
        """For answers that are read without imapclient's own parser."""
        return self._imap.stream  # type: ignore[no-any-return]

    def send_command(self, command: str) -> bytes:
        """Send one command line and return its tag; the answer is the caller's to read."""
        tag: bytes = self._imap._new_tag()
        self._imap.tagged_commands.pop(tag, None)
        self.send_line(tag + b" " + command.encode("ascii"))
        return tag

    def send_line(self, line: bytes) -> None:
        self._imap.send(line + b"\r\n")

    def send_aside(self, command: bytes) -> None:
        """Send a command that costs no round trip: its answer is read with the next one's, whatever
        it says.

        The next one must be imaplib's: its tag stays among those that imaplib knows.
        """
        self.send_line(self._imap._new_tag() + b" " + command)

    def introduce(self) -> None:
        """Say which program this is where the server cares (ID, RFC 2971): NetEase opens no mailbox
        before."""
        if self.has_capability("ID"):
            self.send_aside(b'ID ("name" "lasttouch")')

    def hang_up(self) -> None:
        """Close the connection, whatever state it is in."""
        with contextlib.suppress(Exception):
            self.shutdown()


def connect(server: MailServer, budget: Budget | None = None) -> Connection:
    """A logged-in connection, to be closed by its `hang_up`; it spends `budget`, or one of its own.

    Where an access token is refused, another is fetched and tried once: the first may have expired
    just now. Raises SourceError kinds only: Unreachable, UntrustedServer (before any credential is
    sent), AuthenticationFailed, Throttled, ServerFault.
    """
    secrets: list[str] = []

    def secret() -> str:
        secrets.append(server.password())
        return secrets[-1]

    try:
        return _connect(server, secret, budget)
    except TokenRefused:
        another = server.password()
        if another in secrets:
            raise
        return _connect(server, lambda: another, budget)


@contextlib.contextmanager
def connected(server: MailServer, budget: Budget | None = None) -> Iterator[Connection]:
    """A logged-in connection, closed at the end whatever happened; raises what `connect` does."""
    connection = connect(server, budget)
    try:
        with in_plain_words(server.where):
            yield connection
        with contextlib.suppress(SourceError):
            connection.send_command("LOGOUT")  # its answer is nothing to wait for
    finally:
        connection.hang_up()


def _connect(server: MailServer, secret: Secret, budget: Budget | None) -> Connection:
    with in_plain_words(server.where):
        connection = Connection(server, None if server.security == "none" else _trust(server), budget)
        try:
            if server.security == "starttls":
                _start_tls(connection, server)
            if connection._imap.state != "AUTH":  # a tunnel may have logged in for us (PREAUTH)
                log_in(connection._imap, server, secret())
            connection.introduce()
        except BaseException:
            connection.hang_up()
            raise
    return connection


def _start_tls(connection: Connection, server: MailServer) -> None:
    if connection._imap.state != "NONAUTH":
        raise UntrustedServer(f"{server.host} skips the login, so STARTTLS cannot protect it", 'use security = "tls"')
    if "STARTTLS" not in connection._imap.capabilities:
        raise UntrustedServer(
            f"{server.where} does not offer STARTTLS; nothing was sent",
            'use security = "tls" (port 993); if it used to work, somebody may be tampering with the network',
        )
    connection.starttls(connection.ssl_context)
    connection._imap.untagged_responses.clear()  # whatever was said before TLS was said by anybody


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return trust(server.ca_file)
    except OSError as error:
        raise UntrustedServer(
            f"ca_file {server.ca_file} cannot be used: {error.strerror or error}",
            "name the file that holds your authority's certificate (PEM)",
        ) from None
