"""What a server's refusal, or its silence, means to the user."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime

from activity.errors import (
    AuthenticationFailed,
    ServerFault,
    SourceError,
    Throttled,
    Unreachable,
    UntrustedServer,
)
from activity.retry_after import seconds_asked


class TooLarge(ServerFault):
    """An answer beyond our bounds; a smaller question may have a smaller one."""


def refusal(noun: str, host: str, status: int, retry_after: str, now: datetime) -> SourceError:
    """The error for an unexpected HTTP status where a `noun` is sought (RFC 9110 §15, RFC 6585 §4)."""
    if status == 401:
        return AuthenticationFailed(
            f"{host} refused the user name or password (401)",
            "check both; many providers want a password made for this app",
        )
    if status == 403:
        return AuthenticationFailed(f"{host} does not let this user read that (403)", "check the URL and the user name")
    wait = seconds_to_wait(retry_after, now)
    if status == 429 or (status == 503 and wait is not None):
        return Throttled(f"{host} asks to come back later ({status})", "nothing to do; it is tried again", wait)
    if status in (404, 405, 410):
        return ServerFault(f"{host} has no {noun} at this URL ({status})", f"check the URL of the {noun}s")
    if status == 200:
        return ServerFault(
            f"{host} answered with a page instead of a list of {noun}s (200)",
            "check the URL; a login page of a network or proxy may stand in between",
        )
    return ServerFault(f"{host} answered with status {status}", "if this lasts, ask who runs the server")


def seconds_to_wait(retry_after: str, now: datetime) -> float | None:
    """Of Retry-After, an hour at most; None if unreadable."""
    asked = seconds_asked(retry_after, now)
    return None if asked is None else min(asked, Throttled.longest_wait)


def trouble(error: BaseException, host: str) -> SourceError:
    """The error for a connection that failed.

    Of the exception, only its kind is told: its text may hold a URL.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError) or "certificate" in str(cause).lower():
            return UntrustedServer(
                f"{host} shows a certificate that is not trusted",
                "no password was sent; for a private authority, name its certificate with ca_file",
            )
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return UntrustedServer(f"{host} does not speak TLS as it should", "check the port; no password was sent")
    if any(isinstance(cause, TimeoutError) or "timeout" in type(cause).__name__.lower() for cause in _causes(error)):
        return Unreachable(f"{host} did not answer in time", "it is tried again; check the network if this lasts")
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror) or "NameResolution" in type(cause).__name__:
            return Unreachable(f"the host name {host} cannot be found", "check the URL, and the network")
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(f"{host} refuses connections", "check the URL; is the server running?")
    return Unreachable(f"the connection to {host} broke off", "it is tried again; check the network if this lasts")


def too_slow(host: str, seconds: float) -> SourceError:
    return Unreachable(f"{host} took longer than {seconds:g} s for one answer", "it is tried again")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, and those it was made of: as cause, context, argument or reason."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < 50:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
