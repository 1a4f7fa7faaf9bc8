"""An account on its way into the configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from activity.errors import AuthenticationFailed, LasttouchError, ServerFault, Unreachable, UntrustedServer, UsageError
from capture.autoconfig.providers import Provider

_OPTION = re.compile(r"\b(?:ca_file|password_(?:command|env|file|keyring)|token_command)\b")
_CHOICES = {"ca_file": "ca-file", "password_command": "command", "password_file": "file"}


@dataclass(frozen=True, slots=True)
class Way:
    """Where a secret comes from: an option such as password_command with its value, as in the
    configuration.

    `typed` gives a password that was typed and is not stored anywhere yet.
    """

    option: str
    value: str
    typed: Callable[[], str] | None = None


class Keeper(NamedTuple):
    """Where a password that is typed may be kept: under this entry of the keyring, or in this file."""

    entry: str
    file: Path


@dataclass(frozen=True, slots=True)
class MailDraft:
    """`found_by` says for people how the server was found."""

    host: str
    port: int
    security: str
    username: str
    way: Way
    ca_file: str | None = None
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """`url` may be an address to discover it from."""

    url: str
    username: str
    way: Way
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class SignInDraft:
    """`provider` is "microsoft" or "google"; `secret` is the way to the client's secret, None for none.

    `url` and `service_url` stand instead of the provider's own servers.
    """

    provider: str
    client_id: str
    tenant: str | None = None
    secret: Way | None = None
    url: str | None = None
    service_url: str | None = None
    ca_file: str | None = None


SIGNS_IN = Way("sign_in", "")
"""The account's sign-in gives the token; nothing is written down for it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One account; `addresses` are normalised. The rest goes to the head of a new configuration."""

    name: str
    owner: str
    addresses: tuple[str, ...]
    mail: MailDraft | None = None
    calendar: CalendarDraft | None = None
    sign_in: SignInDraft | None = None
    exclude_mailboxes: tuple[str, ...] = ()
    exclude_calendars: tuple[str, ...] = ()
    authserv_id: str | None = None
    internal_domains: tuple[str, ...] = ()
    contacts_from: str = "lists"


def absolute(path: str) -> str:
    """A path as typed here, for a configuration that may stand elsewhere. Raises UsageError."""
    try:
        return str(Path(path).expanduser().absolute())
    except RuntimeError:  # "~nobody/mail", or there is no home directory at all
        raise UsageError(f"{path!r}: there is no such home directory", "write the whole path") from None


def account_name(address: str, taken: Collection[str]) -> str:
    """A short name from an address that no other account has."""
    local = re.sub(r"[^\w.-]+", "-", address.partition("@")[0]).partition(".")[0] or "account"
    number = 1
    name = local
    while name in taken:
        number += 1
        name = f"{local}{number}"
    return name


def owner_name(address: str) -> str:
    """ "Ana Kim" for ana.kim@acme.example: what to offer where nobody said a name."""
    return " ".join(part.capitalize() for part in re.split(r"[._-]+", address.partition("@")[0]) if part)


def as_flags(text: str) -> str:
    """With options by the names they have on the command line of `init`: ca_file is --ca-file
    there."""
    return _OPTION.sub(lambda found: "--" + found[0].replace("_", "-"), text)


def as_choices(text: str) -> str:
    """With options by the names they have among the answers that can be given."""
    return _OPTION.sub(lambda found: _CHOICES.get(found[0], found[0]), text)


def advice(error: LasttouchError, provider: Provider | None) -> list[str]:
    """What went wrong while trying, in plain words, and what to do about it."""
    lines = [error.message]
    if isinstance(error, AuthenticationFailed) and provider is not None and provider.advice:
        lines.append(provider.advice)
    elif error.hint:
        lines.append(error.hint)
    return list(map(as_choices, lines))


def likely_cause(error: LasttouchError) -> str:
    """What to change first before another try: password, server or ca-file."""
    if isinstance(error, AuthenticationFailed):
        return "password"
    if isinstance(error, UntrustedServer) and any(word in error.message for word in ("certificate", "ca_file")):
        return "ca-file"
    return "server" if isinstance(error, Unreachable | UntrustedServer | ServerFault) else "password"
