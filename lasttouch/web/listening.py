"""Where the page listens: on this machine alone, or where the configuration says."""

from __future__ import annotations

import ipaddress
import os
import pwd
import socket
from pathlib import Path
from typing import NamedTuple

from activity.errors import ConfigError, LasttouchError
from lasttouch.answering.place import put_at
from lasttouch.configuration.options import Config
from lasttouch.configuration.web_options import SOCKET, is_loopback, listen_address
from lasttouch.web.site import USUAL_HEADER, Trust

USUAL_PORT = 8470
_HOST = "127.0.0.1"
_ROOT = 0


class Place(NamedTuple):
    """A socket that listens; `url` is where it is reached, `hosts` what it is called there, None for anything."""

    listener: socket.socket
    url: str
    hosts: frozenset[str] | None


def on_this_machine(port: int | None) -> Place:
    """At this port of loopback; at the usual one, or any that is free, where none is given. Raises LasttouchError."""
    try:
        listener = _bound(_HOST, USUAL_PORT if port is None else port)
    except LasttouchError:
        if port is not None:
            raise
        listener = _bound(_HOST, 0)
    return _named(listener, "http", None)


def as_configured(config: Config) -> Place:
    """Where `[web] listen` says. Raises LasttouchError."""
    web = config.web
    assert web.listen is not None
    if web.listen.startswith(SOCKET):
        path = Path(web.listen.removeprefix(SOCKET))
        return Place(_bound_at(path), (web.url or "http://localhost").rstrip("/"), _hosts_of(web.url))
    listener = _bound(*listen_address(web.listen))
    return _named(listener, "https" if web.certificate else "http", web.url)


def trust_of(config: Config) -> Trust:
    """Raises ConfigError."""
    web = config.web
    networks = [ipaddress.ip_network(one) for one in web.trusted_proxies or ()]
    uids = {_uid_of(web.proxy_user)} if web.proxy_user else set()
    if web.provider is None or web.user_header is not None:  # else a proxy may pass on what a browser says
        uids |= {_ROOT, os.geteuid()}  # who read the log as they like
    return Trust(web.user_header or USUAL_HEADER, networks, uids)


def _uid_of(name: str) -> int:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise ConfigError(
            f"there is no user {name!r} on this machine", "write as `proxy_user` whom the proxy runs as: ps -ef"
        ) from None


def _named(listener: socket.socket, scheme: str, url: str | None) -> Place:
    host, port = listener.getsockname()[:2]
    if is_loopback(host):
        names = {f"{name}:{port}" for name in (_HOST, "localhost", "[::1]")}
        ours = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        return Place(listener, (url or ours).rstrip("/"), frozenset(names | (_hosts_of(url) or set())))
    return Place(listener, (url or f"{scheme}://{socket.getfqdn()}:{port}").rstrip("/"), _hosts_of(url))


def _hosts_of(url: str | None) -> frozenset[str] | None:
    return None if url is None else frozenset((url.rstrip("/").partition("://")[2],))


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise LasttouchError(
            f"the page cannot listen at {host}:{port}: {error.strerror}", "give another port, or end what listens there"
        ) from None
    listener.set_inheritable(True)
    return listener


def _bound_at(path: Path) -> socket.socket:
    """In place of what an earlier page has left there; uvicorn's own would be open to everybody.

    A proxy is in its group, as colleagues may be: who says for another who asks is told apart by the kernel.
    """
    try:
        return put_at(path, socket.SOCK_STREAM)
    except OSError as error:
        raise LasttouchError(f"the page cannot listen at {path}: {error.strerror}", "see who may write there") from None
