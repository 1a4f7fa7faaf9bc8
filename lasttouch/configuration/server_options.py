"""What a configuration may say of a server: where it is, who logs in, and the one way to the
secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from capture.credentials import Secret, from_command, from_environment, from_file, from_keyring
from capture.dav.origins import is_loopback
from lasttouch.configuration.option_types import FilePath, Port, Text
from lasttouch.configuration.sections import Check, Section, field, section

PASSWORD_WAYS = ("password_command", "password_env", "password_file", "password_keyring")
LOGIN_WAYS = (*PASSWORD_WAYS, "token_command")
"""The options of which a login has one, or none where the account's sign-in gives the token."""


def named_secret(options: object, name: str, base: Path, what: str = "") -> Secret | None:
    """Fetches, when it is needed, the secret that one of the options NAME_command, NAME_env and NAME_file leads to;
    None where none of them is given.

    A relative file counts from `base`; `what` is in it, where that is not the option's name.
    """
    if (command := getattr(options, f"{name}_command")) is not None:
        return from_command(command, f"{name}_command")
    if (variable := getattr(options, f"{name}_env")) is not None:
        return from_environment(variable)
    if (path := getattr(options, f"{name}_file")) is not None:
        return from_file(base / Path(path).expanduser(), what or name.replace("_", " "))
    return None


def one_way_to(name: str) -> Check:
    """For NAME_file, which comes last: of the options that named_secret knows one is given."""

    def check(file: str | None, before: Mapping[str, Any]) -> str | None:
        if sum(way is not None for way in (before.get(f"{name}_command"), before.get(f"{name}_env"), file)) > 1:
            raise ValueError(f"give one of {name}_command, {name}_env, {name}_file")
        return file

    return check


def _one_credential(command: str | None, before: Mapping[str, Any]) -> str | None:
    if sum(way is not None for way in (*map(before.get, PASSWORD_WAYS), command)) > 1:
        raise ValueError(f"give exactly one of {', '.join(LOGIN_WAYS)}")
    return command


def _plain_text_stays_on_this_machine(security: str, before: Mapping[str, Any]) -> str:
    if security == "none" and not is_loopback(before.get("host", "localhost").strip("[]")):
        raise ValueError('"none" sends the password in the clear; it is for loopback hosts only')
    return security


def _encrypted_or_local(url: str, _: Mapping[str, Any]) -> str:
    parts = urlsplit(url if "://" in url else f"//{url}")
    if parts.scheme not in ("", "http", "https") or not (parts.hostname or "@" in url):
        raise ValueError("give an https:// address, or an e-mail address or domain to discover it from")
    if ("://" in url and parts.username) or parts.password:
        raise ValueError("the address holds a user name or password; use username and password_command")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("plain http sends the password in the clear; use https (http is for loopback hosts only)")
    return url


def _public_and_encrypted(url: str | None, before: Mapping[str, Any]) -> str | None:
    ways = (url, *(before.get(f"url_{way}") for way in ("command", "env", "file")))
    if sum(way is not None for way in ways) != 1:
        raise ValueError("give exactly one of url, url_command, url_env or url_file")
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("https", "webcal", "webcals", "http") or not parts.hostname:
        raise ValueError("give the https:// or webcal:// address of a calendar")
    if parts.username or parts.password:
        raise ValueError("the address holds a user name or password; read such a calendar with [accounts.caldav]")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("use https (http is for loopback hosts only)")
    if parts.hostname.startswith("outlook.") or "/private-" in parts.path:
        raise ValueError(
            "whoever knows this address can read the calendar, so it is kept like a password:"
            " use url_command, url_env or url_file"
        )
    return url


@section
class Login(Section):
    """Who logs in, and the one way to the password; the password itself is never in the file.

    `token_command` prints an OAuth access token, for servers that take no password.
    """

    username: Text
    password_command: Text | None = None
    password_env: Text | None = None
    password_file: FilePath | None = None
    password_keyring: Text | None = None
    token_command: Text | None = None

    checks: ClassVar[Mapping[str, Check]] = {"token_command": _one_credential}

    @property
    def by_token(self) -> bool:
        """Is the secret an access token?"""
        return self.token_command is not None or self.signs_in

    @property
    def signs_in(self) -> bool:
        """Is it the account's sign-in that gives the token?"""
        return all(getattr(self, way) is None for way in LOGIN_WAYS)

    def secret(self, base: Path) -> Secret:
        """Fetches the password or token when it is needed; a relative password_file counts from `base`."""
        if self.token_command is not None:
            return from_command(self.token_command, "token_command")
        return named_secret(self, "password", base) or from_keyring(self.password_keyring or "", self.username)


def default_port(security: str) -> int:
    """RFC 8314 §3.2, RFC 9051 §2.1."""
    return 993 if security == "tls" else 143


@section
class Imap(Login):
    """An account's mail on a server that speaks IMAP."""

    host: Text
    port: Port | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: FilePath | None = None

    checks: ClassVar[Mapping[str, Check]] = {**Login.checks, "security": _plain_text_stays_on_this_machine}

    @property
    def effective_port(self) -> int:
        return self.port or default_port(self.security)


@section
class Dav(Login):
    """A server that speaks WebDAV, or where to discover it from."""

    url: str
    ca_file: FilePath | None = None

    checks: ClassVar[Mapping[str, Check]] = {**Login.checks, "url": _encrypted_or_local}


@section
class Caldav(Dav):
    """An account's calendars (RFC 4791)."""


@section
class Carddav(Dav):
    """An account's address books (RFC 6352)."""

    address_books: list[str] = field(default_factory=list)
    exclude_address_books: list[str] = field(default_factory=list)


@section
class CalendarUrl(Section):
    """A published calendar, and the one way to its address: where that is a secret, it is not in
    the file either."""

    name: Text
    ca_file: FilePath | None = None
    url_command: str | None = None
    url_env: str | None = None
    url_file: FilePath | None = None
    url: str | None = None

    checks: ClassVar[Mapping[str, Check]] = {"url": _public_and_encrypted}

    def address(self, base: Path) -> Secret:
        """Fetches the address when it is needed; a relative url_file counts from `base`."""
        return named_secret(self, "url", base, "address") or (lambda: self.url or "")
