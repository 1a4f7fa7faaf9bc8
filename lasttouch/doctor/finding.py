"""What a check found."""

from __future__ import annotations

from typing import Literal, NamedTuple

from activity.errors import AuthenticationFailed, LasttouchError, Throttled, Unreachable, UntrustedServer

Status = Literal["ok", "warning", "failure"]


class Finding(NamedTuple):
    """`check` is a stable name, `account` None for what concerns all; `hint` says what to do, ""
    for nothing."""

    check: str
    status: Status
    message: str
    hint: str = ""
    account: str | None = None


def failed(kind: str, error: Exception, account: str) -> Finding:
    """The finding that an error of a source amounts to; `kind` is mail, calendar or address-book."""
    steps: tuple[tuple[type[Exception], str], ...] = (
        (UntrustedServer, "tls"),
        (AuthenticationFailed, "login"),
        (Throttled, "login"),
        (Unreachable, "connection"),
        (TimeoutError, "connection"),
    )
    step = next((name for which, name in steps if isinstance(error, which)), "answers")
    if isinstance(error, LasttouchError):
        return Finding(f"{kind}-{step}", "failure", error.message, error.hint, account)
    if isinstance(error, TimeoutError):
        return Finding(f"{kind}-{step}", "failure", str(error), "check the network, and that the server runs", account)
    return Finding(
        f"{kind}-{step}", "failure", "this check itself failed", "this is a mistake of ours; please report it", account
    )
