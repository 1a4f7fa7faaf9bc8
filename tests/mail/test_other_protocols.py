"""A port that speaks something else than IMAP is named by what it speaks, and gets no password."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from mail_log import Log

from activity.errors import ServerFault
from capture.mail import guarded_imap
from capture.mail.server import MailServer
from dovecot_server import DovecotServer
from radicale_server import RadicaleServer
from tls_listener import tls_listener


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_imap, "GREETING_SECONDS", 0.3)


def _secret() -> str:
    pytest.fail("a password was asked for")


def _refused(port: int, security: str, ca_file: Path | str | None = None) -> ServerFault:
    server = MailServer("127.0.0.1", port, security, "ana", _secret, None if ca_file is None else str(ca_file))
    error = Log(server).try_sync()
    assert isinstance(error, ServerFault), error
    return error


@pytest.mark.parametrize("security", ["none", "starttls"])
def test_a_port_that_speaks_tls_from_the_start_is_named(dovecot: DovecotServer, security: str) -> None:
    error = _refused(dovecot.tls_port, security)
    assert error.message == f"127.0.0.1:{dovecot.tls_port} speaks TLS from the start"
    assert "tls" in error.hint


@pytest.mark.parametrize("security", ["none", "starttls"])
def test_a_web_server_is_named(radicale: RadicaleServer, security: str) -> None:
    assert "speaks HTTP, not IMAP" in _refused(int(radicale.url.rsplit(":", 1)[1].strip("/")), security).message


def test_a_web_server_behind_tls_is_named() -> None:
    authority, told = trustme.CA(), []
    listener = tls_listener(authority.issue_cert("127.0.0.1"), told, answer=b"HTTP/1.1 200 OK\r\n\r\n")
    with authority.cert_pem.tempfile() as ca_file:
        error = _refused(listener.getsockname()[1], "tls", ca_file)
    listener.close()
    assert "speaks HTTP, not IMAP" in error.message
    assert "993" in error.hint


@pytest.fixture
def greeting() -> Iterator[list[bytes]]:
    """What the server at the port that is its first element says to whoever comes."""
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.sendall(said[-1])

        threading.Thread(target=serve, daemon=True).start()
        said.append(str(listener.getsockname()[1]).encode())
        yield said


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"220 mail.acme.example ESMTP\r\n", "SMTP"),
        (b"+OK POP3 ready\r\n", "POP3"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
    ],
)
def test_another_greeting_is_named(greeting: list[bytes], line: bytes, name: str) -> None:
    port = int(greeting[0])
    greeting.append(line)
    assert f"speaks {name}, not IMAP" in _refused(port, "none").message
