"""How to reach one mailbox owner's mail."""

from __future__ import annotations

from typing import NamedTuple

from capture.credentials import Secret

STALL_SECONDS = 40.0


class MailServer(NamedTuple):
    """`security` is "tls", "starttls" or "none" (loopback only).

    `password` gives an access token (RFC 6750) instead where `by_token`; `sign_in` is the command that
    brings another, where its user has signed in for it. A server that is silent
    for `stall_seconds` is given up. `names_attachments`: what documents hang on messages is told, too.
    """

    host: str
    port: int
    security: str
    username: str
    password: Secret
    ca_file: str | None = None
    stall_seconds: float = STALL_SECONDS
    by_token: bool = False
    sign_in: str = ""
    names_attachments: bool = False

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"
