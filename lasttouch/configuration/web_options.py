"""Options of the page: where it listens, and whose word it takes for who somebody is."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from capture.credentials import Secret
from capture.dav import origins
from lasttouch.configuration.cloud_options import encrypted_origin
from lasttouch.configuration.option_types import FilePath, Text
from lasttouch.configuration.sections import Check, Section, section
from lasttouch.configuration.server_options import named_secret, one_way_to

SOCKET = "unix:"


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of "127.0.0.1:9464" or "[::1]:9464". Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f'{text!r} is no place to listen; write a host and a port, such as "127.0.0.1:9464"')
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    return host == "ip6-localhost" or origins.is_loopback(host)


def _a_place(listen: str | None, before: Mapping[str, Any]) -> str | None:
    if listen is None:
        return None
    if listen.startswith(SOCKET):
        if not listen.removeprefix(SOCKET).startswith("/"):
            raise ValueError(f'{listen!r} names no socket; write a whole path, such as "unix:/run/lasttouch/web.sock"')
        return listen
    host, _ = listen_address(listen)
    if not is_loopback(host) and not before.get("certificate") and not before.get("trusted_proxies"):
        raise ValueError(
            f"{listen!r} can be reached from elsewhere, and what is sent there could be read on the way: listen on"
            ' 127.0.0.1, or name a certificate with its key, or the proxies in front ("trusted_proxies")'
        )
    return listen


def _proxies(listed: list[str] | None, _: Mapping[str, Any]) -> list[str] | None:
    if listed is None:
        return None
    if not listed:
        raise ValueError("an empty list trusts nobody; leave it out, or write the addresses of the proxies in front")
    for one in listed:
        try:
            network = ipaddress.ip_network(one)
        except ValueError:
            raise ValueError(f'{one!r} is no address; write those of the proxies, such as "10.0.0.5"') from None
        if network.prefixlen == 0:
            raise ValueError(f"{one!r} is everybody; write the addresses of the proxies alone")
    return listed


def _both(key: str | None, before: Mapping[str, Any]) -> str | None:
    if (key is None) != (before.get("certificate") is None):
        raise ValueError("a certificate and its key go together; write both")
    return key


def _an_issuer(issuer: str, before: Mapping[str, Any]) -> str:
    """As the provider spells it: it is compared to the letter (OpenID Connect Discovery 1.0, 4.3)."""
    encrypted_origin(issuer, before)
    return issuer


def _an_origin(url: str | None, _: Mapping[str, Any]) -> str | None:
    if url is not None:
        scheme, colon, rest = url.partition("://")
        if scheme not in ("http", "https") or not colon or not rest.rstrip("/") or "/" in rest.rstrip("/"):
            raise ValueError(f'{url!r} is no address of the page; write such as "https://touch.acme.example"')
    return url


@section
class Provider(Section):
    """Who says who somebody is, by OpenID Connect; `name` is what the page calls it.

    `client_id` is what the page was registered as there. With `unverified_email` an address is
    believed of which the provider does not say whether it has verified it.
    """

    issuer: Text
    client_id: Text
    client_secret_command: Text | None = None
    client_secret_env: Text | None = None
    client_secret_file: FilePath | None = None
    name: Text = "your organisation"
    unverified_email: bool = False
    ca_file: FilePath | None = None

    checks: ClassVar[Mapping[str, Check]] = {"issuer": _an_issuer, "client_secret_file": one_way_to("client_secret")}

    def client_secret(self, base: Path) -> Secret | None:
        """Fetches the page's secret when it is needed; None where it has none."""
        return named_secret(self, "client_secret", base)


def _is_reached_by_a_name(provider: Provider | None, before: Mapping[str, Any]) -> Provider | None:
    if provider is not None and not before.get("url"):
        raise ValueError("the provider has to know where to send whoever signed in: write `url` as well")
    return provider


@section
class Web(Section):
    """`listen`: where the daemon serves the page, nowhere unless told. `url` is how it is reached through a proxy.

    `user_header` is in which header a proxy says who asks; None for the usual one, and for none at a socket where
    people sign in at a `provider`. It is believed of `trusted_proxies` (addresses or networks; None: of none), and at
    a socket of the system's user `proxy_user`, beside root and whom the daemon runs as.
    """

    certificate: FilePath | None = None
    key: FilePath | None = None
    trusted_proxies: list[str] | None = None
    proxy_user: Text | None = None
    user_header: Text | None = None
    url: str | None = None
    provider: Provider | None = None
    listen: str | None = None

    checks: ClassVar[Mapping[str, Check]] = {
        "key": _both, "trusted_proxies": _proxies, "url": _an_origin,
        "provider": _is_reached_by_a_name, "listen": _a_place,
    }  # fmt: skip


def problems_of_web(data: Mapping[str, Any]) -> list[str]:
    """What no single option shows: somebody must be known by the address that the provider says."""
    web, users = data.get("web"), data.get("users", [])
    if not isinstance(web, dict) or "provider" not in web or not isinstance(users, list):
        return []
    known = any(isinstance(user, dict) and user.get("email") for user in users)
    return [] if known else ["web.provider: nobody could sign in: no user has an `email` by which they are known there"]
