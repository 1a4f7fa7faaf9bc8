"""How to reach one mailbox owner's mail."""

from __future__ import annotations

from typing import NamedTuple

from capture.credentials import Secret

STALL_SECONDS = 40.0


class MailServer(NamedTuple):
    """`security` is "tls", "starttls" or "none" (loopback only).

    `password` gives an access token (RFC 6750) instead where `by_token`. A server that is silent
    for `stall_seconds` is given up.
    """

    host: str
    port: int
    security: str
    username: str
    password: Secret
    ca_file: str | None = None
    stall_seconds: float = STALL_SECONDS
    by_token: bool = False

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"
