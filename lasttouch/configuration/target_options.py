"""What a configuration may say of a target: where dates are told, by which credential, and what may leave for it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from capture.credentials import Secret
from capture.dav.origins import is_loopback
from lasttouch.configuration.option_types import FilePath, Text
from lasttouch.configuration.sections import Check, Checked, Section, field, section
from lasttouch.configuration.server_options import named_secret

TARGETS = "targets"
"""In `share`: all targets, as the name of one is that one."""
SECRETS = ("password", "token", "secret", "old_secret")
WAYS = ("command", "env", "file")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "webhook": ("url", "secret"),
    "folder": ("path",),
    "hook": ("on_change",),
    "calendar": ("path",),
    "tasks": ("url", "username", "password"),
    "tryton": ("url", "database", "username", "password"),
    "hubspot": ("token",),
    "salesforce": ("url", "client_id", "secret"),
    "pipedrive": ("token",),
}
"""Kind → the options without which there is none; of a secret one of its ways."""


def _a_web_address(url: str | None, _: Mapping[str, Any]) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("give an https:// address")
    if parts.username or parts.password:
        raise ValueError("the address holds a user name or password; use the options for them")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("plain http sends everything in the clear; use https (http is for loopback hosts only)")
    return url


def _networks(given: list[str]) -> list[str]:
    for one in given:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise ValueError(f'{one!r} is no address or network; write for example "10.1.0.0/16"') from None
    return given


@section
class Target(Section):
    """`field_at`, `field_how`, `field_by` are what our fields are called there, where they are called otherwise."""

    name: Text
    kind: Literal["webhook", "folder", "hook", "calendar", "tasks", "tryton", "hubspot", "salesforce", "pipedrive"]
    url: str | None = None
    path: FilePath | None = None
    format: Literal["csv", "json"] = "csv"
    on_change: Text | None = None
    username: Text | None = None
    database: Text | None = None
    client_id: Text | None = None
    password_command: Text | None = None
    password_env: Text | None = None
    password_file: FilePath | None = None
    token_command: Text | None = None
    token_env: Text | None = None
    token_file: FilePath | None = None
    secret_command: Text | None = None
    secret_env: Text | None = None
    secret_file: FilePath | None = None
    old_secret_command: Text | None = None
    old_secret_env: Text | None = None
    old_secret_file: FilePath | None = None
    field_at: Text | None = None
    field_how: Text | None = None
    field_by: Text | None = None
    conflict: Literal["ours", "leave"] = "ours"
    teams: list[Text] = field(default_factory=list)
    allow_addresses: Annotated[list[str], Checked(_networks)] = field(default_factory=list)
    ca_file: FilePath | None = None

    checks: ClassVar[Mapping[str, Check]] = {"url": _a_web_address}

    def secret(self, which: str, base: Path) -> Secret | None:
        """Fetches the "password", "token", "secret" or "old_secret" when it is needed; None where none is named.

        A relative file counts from `base`.
        """
        return named_secret(self, which, base)

    @property
    def place(self) -> str:
        """What tells where it writes from any other place."""
        return "\n".join(str(one or "") for one in (self.kind, self.url, self.path, self.database, self.field_at))


def problems_of_targets(data: Mapping[str, Any]) -> list[str]:
    """What no single option shows, each with its place in the file; only of what is written as it should be."""
    listed = data.get("targets", [])
    problems: list[str] = []
    names: set[object] = set()
    for number, target in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(target, dict):
            continue
        name, kind = target.get("name"), target.get("kind")
        where = f"targets[{number}]" + (f" ({name})" if isinstance(name, str) else "")
        if isinstance(name, str) and name in names:
            problems.append(f"{where}.name: two targets are named {name!r}; every name must be its own")
        names.add(name if isinstance(name, str) else None)
        for which in SECRETS:
            given = [f"{which}_{way}" for way in WAYS if f"{which}_{way}" in target]
            if len(given) > 1:
                problems.append(f"{where}: give only one of {', '.join(given)}")
        for needed in NEEDS.get(kind, ()) if isinstance(kind, str) else ():
            ways = [f"{needed}_{way}" for way in WAYS] if needed in SECRETS else [needed]
            if not any(way in target for way in ways):
                problems.append(f"{where}: a {kind} needs {' or '.join(ways)}")
    return problems
