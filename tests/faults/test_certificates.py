"""Fault 7: a certificate that has expired, for mail and calendars."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from pathlib import Path

import pytest
import trustme

from config_lines import table
from household import Household


@pytest.mark.parametrize("kind", ["imap", "caldav"])
def test_an_expired_certificate_is_refused_before_any_credential(
    household: Household, tmp_path: Path, kind: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    authority.issue_cert("127.0.0.1", not_after=yesterday).configure_cert(context)
    told: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, context, told), daemon=True).start()
        port = listener.getsockname()[1]
        where = {"host": "127.0.0.1", "port": port} if kind == "imap" else {"url": f"https://127.0.0.1:{port}/"}
        login = {"username": "ana", "password_env": "MAIL_PASSWORD", "ca_file": f"{tmp_path}/ca.pem"}
        household.set_account("ana", table(f"[accounts.{kind}]", **where, **login))
        outcome = household.run("sync", "--json")
    assert outcome.json["accounts"][0]["error_code"] == "untrusted"
    assert "certificate" in outcome.json["accounts"][0]["error"]
    assert told == []


def _serve(listener: socket.socket, context: ssl.SSLContext, told: list[bytes]) -> None:
    """Whatever comes within TLS is kept."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.sendall(b"* OK ready\r\n")
                told.append(secured.recv(65536))
        except OSError:
            connection.close()
