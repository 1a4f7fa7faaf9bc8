"""What answers at a port that no IMAP server answers at: said within seconds, not after a long
wait."""

from __future__ import annotations

import contextlib
import socket
import ssl

from activity.errors import ServerFault

GREETING_SECONDS = 5.0
"""An IMAP server speaks first (RFC 9051 §7.1.5); one that is silent for so long is looked at again.
"""

_LOOK_SECONDS = 3.0
_GREETINGS = (
    (b"+OK", "POP3"), (b"220", "SMTP"), (b"554", "SMTP"), (b"SSH-", "SSH"), (b"HTTP/", "HTTP"), (b"RFB ", "VNC"),
)  # fmt: skip
_PORTS = 'IMAP is usually at port 993 with `security` "tls", or at 143 with "starttls"'


def refuse_other_greeting(where: str, beginning: bytes) -> None:
    """Raises ServerFault where these first bytes are the greeting of another protocol."""
    for greeting, protocol in _GREETINGS:
        if beginning.startswith(greeting):
            raise ServerFault(f"{where} speaks {protocol}, not IMAP", _PORTS)


def refuse_other_protocol(host: str, port: int, by_tls: bool, seconds: float) -> None:
    """Look at a server that does not greet, over another connection, with nothing secret sent.

    Raises ServerFault where it speaks TLS from the start though it was spoken to without (not
    `by_tls`), or answers as a web server. Says nothing where neither can be told, within some
    `seconds` each.
    """
    seconds = min(seconds, _LOOK_SECONDS)
    where = f"{host}:{port}"
    if not by_tls and _speaks_tls(host, port, seconds):
        raise ServerFault(f"{where} speaks TLS from the start", 'set `security` to "tls"')
    if _answers_http(host, port, by_tls, seconds):
        raise ServerFault(f"{where} speaks HTTP, not IMAP", _PORTS)


def _speaks_tls(host: str, port: int, seconds: float) -> bool:
    with contextlib.suppress(OSError), _connected(host, port, True, seconds):
        return True
    return False


def _answers_http(host: str, port: int, by_tls: bool, seconds: float) -> bool:
    with contextlib.suppress(OSError), _connected(host, port, by_tls, seconds) as sock:
        sock.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
        return sock.recv(5) == b"HTTP/"
    return False


def _connected(host: str, port: int, by_tls: bool, seconds: float) -> socket.socket:
    """Whatever the certificate says: no more is to be known than which language is spoken."""
    sock = socket.create_connection((host, port), seconds)
    if not by_tls:
        return sock
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
