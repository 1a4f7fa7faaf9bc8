"""What a configuration may say of Microsoft 365 and Google: what is read there, and how one signs in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from capture.credentials import Secret, from_command
from capture.dav.origins import is_loopback
from lasttouch.configuration.option_types import FilePath, Text
from lasttouch.configuration.sections import Check, Section, section
from lasttouch.configuration.server_options import LOGIN_WAYS, named_secret, one_way_to

Cloud = Literal["global", "us", "us-dod", "china"]


def encrypted_origin(url: str | None, _: Mapping[str, Any]) -> str | None:
    """Raises ValueError for what is not https, nor on this very machine."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise ValueError("give an https:// address")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("use https (http is for loopback hosts only)")
    return url.rstrip("/")


def _anything_at_all(contacts: bool, before: Mapping[str, Any]) -> bool:
    if not (before.get("mail", True) or before.get("calendar", True) or contacts):
        raise ValueError(
            "nothing is left to read; take [accounts.microsoft] out, or one of mail, calendar, contacts in"
        )
    return contacts


@section
class Microsoft(Section):
    """A mailbox at Microsoft 365, read by Graph.

    `user` is whose it is, for an app that signs in by certificate and for a shared mailbox; without
    it, that of who signed in. `url` stands instead of the cloud's own Graph. Without
    `token_command` the account's sign-in gives the tokens.
    """

    user: Text | None = None
    token_command: Text | None = None
    cloud: Cloud = "global"
    url: Text | None = None
    ca_file: FilePath | None = None
    mail: bool = True
    calendar: bool = True
    contacts: bool = True

    checks: ClassVar[Mapping[str, Check]] = {"url": encrypted_origin, "contacts": _anything_at_all}

    def command(self) -> Secret | None:
        """What prints an access token; None where the account signs in."""
        return None if self.token_command is None else from_command(self.token_command, "token_command")


def _whose(certificate: str | None, before: Mapping[str, Any]) -> str | None:
    if certificate is not None and before.get("provider") == "google":
        raise ValueError("apps sign in by certificate at Microsoft only")
    if certificate is not None and before.get("tenant") in (None, "organizations", "common", "consumers"):
        raise ValueError("an app that signs in by certificate needs its own tenant (an id, or a domain)")
    return certificate


@section
class SignIn(Section):
    """How an account signs in, by OAuth; `lasttouch sign-in ACCOUNT` does it.

    `client_id` is that of the app that the organisation has registered. `certificate` is a PEM file
    with a private key and its certificate: the app signs in as itself. Google's desktop apps have a
    client secret, which stands elsewhere. `url` stands instead of the provider's own server.
    """

    provider: Literal["microsoft", "google"]
    client_id: Text
    client_secret_command: Text | None = None
    client_secret_env: Text | None = None
    client_secret_file: FilePath | None = None
    tenant: Text | None = None
    cloud: Cloud = "global"
    certificate: FilePath | None = None
    url: Text | None = None
    ca_file: FilePath | None = None

    checks: ClassVar[Mapping[str, Check]] = {
        "client_secret_file": one_way_to("client_secret"),
        "certificate": _whose,
        "url": encrypted_origin,
    }

    def client_secret(self, base: Path) -> Secret | None:
        """Fetches the app's secret when it is needed; None where it has none."""
        return named_secret(self, "client_secret", base)


LOGINS = ("imap", "caldav", "carddav")


def problems_of_sign_in(account: Mapping[str, Any], where: str) -> list[str]:
    """What no single option shows: who says no other way has to sign in, and somebody must want it."""
    signs_in = account.get("sign_in")
    problems = []
    waiting = []
    for name in LOGINS:
        login = account.get(name)
        if isinstance(login, dict) and not any(login.get(way) is not None for way in LOGIN_WAYS):
            waiting.append(name)
            if not isinstance(signs_in, dict):
                problems.append(f"{where}.{name}: give exactly one of {', '.join(LOGIN_WAYS)}")
    microsoft = account.get("microsoft")
    if isinstance(microsoft, dict) and microsoft.get("token_command") is None:
        waiting.append("microsoft")
        if not isinstance(signs_in, dict):
            problems.append(f"{where}.microsoft: give a token_command, or say in [accounts.sign_in] how it signs in")
        elif signs_in.get("provider") == "google":
            problems.append(f"{where}.microsoft: who signs in at Google gets no token for it")
        elif signs_in.get("cloud", "global") != microsoft.get("cloud", "global"):
            problems.append(
                f"{where}.sign_in.cloud: a token of one cloud is none in another; say the same in both tables"
            )
    as_itself = isinstance(signs_in, dict) and signs_in.get("certificate") is not None
    if as_itself and isinstance(microsoft, dict) and not microsoft.get("user"):
        problems.append(f"{where}.microsoft.user: missing, but needed: an app has no mailbox of its own")
    if isinstance(signs_in, dict) and not waiting:
        problems.append(f"{where}.sign_in: nothing of this account signs in by it; take its passwords and commands out")
    return problems
