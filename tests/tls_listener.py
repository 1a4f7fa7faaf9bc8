"""A listener on loopback that speaks TLS and keeps what it is told."""

from __future__ import annotations

import socket
import ssl
import threading

import trustme


def tls_listener(
    certificate: trustme.LeafCert, told: list[bytes], greeting: bytes = b"", answer: bytes = b""
) -> socket.socket:
    """It greets whoever comes within TLS, keeps what they say first, and answers; close it at the
    end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    def attend(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.sendall(greeting)
                told.append(secured.recv(65536))
                secured.sendall(answer)
        except OSError:
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener
