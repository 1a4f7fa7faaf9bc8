"""Where the log is: a file, or a schema of a PostgreSQL, with the one way to its password."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from capture.credentials import from_keyring
from lasttouch.configuration.server_options import PASSWORD_WAYS, named_secret
from store.server_place import is_server, place_on_server, stays_here

_KNOWN = (
    "schema", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs", "passfile",
)  # fmt: skip
_FOLDER = "~/.local/share/lasttouch"
_ENCRYPTED = ("require", "verify-ca", "verify-full")


def database_place(named: str, options: Mapping[str, Any], folder: Path) -> Path:
    """Of a log on a server. `folder` is what relative paths count from. What lies beside the log lies where logs lie by
    default."""
    return place_on_server(named, Path(os.path.expanduser(_FOLDER)), _Password(options, folder).fetch)


class _Password:
    """Fetched when a connection is made, and once."""

    def __init__(self, options: Mapping[str, Any], folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._fetched: str | None = None

    def fetch(self) -> str | None:
        """None where the configuration leads to none: the server may let us in by who we are, or by ~/.pgpass."""
        if self._fetched is None:
            given = SimpleNamespace(**{way: self._options.get(way) for way in PASSWORD_WAYS})
            secret = named_secret(given, "password", self._folder)
            if secret is None and given.password_keyring is not None:
                secret = from_keyring(given.password_keyring, "lasttouch")
            self._fetched = None if secret is None else secret()
        return self._fetched


def a_place(database: str, _: Mapping[str, Any]) -> str:
    """Raises ValueError for what is neither a path nor the address of a PostgreSQL."""
    if "://" not in database:
        return database
    if not is_server(database):
        raise ValueError("the log is an SQLite file or a PostgreSQL; give a path, or postgresql://USER@HOST/DATABASE")
    try:
        parts = urlsplit(database)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ValueError("write it as postgresql://USER@HOST/DATABASE?schema=NAME") from None
    if parts.password is not None or "password" in options:
        raise ValueError("the address holds a password; use password_command, password_env or password_file beside it")
    if unknown := sorted(set(options) - set(_KNOWN)):
        raise ValueError(f"{unknown[0]!r} is no option of it; there are: {', '.join(_KNOWN)}")
    if not stays_here(parts) and options.get("sslmode", "verify-full") not in _ENCRYPTED:
        raise ValueError("what is read would cross the network in the clear; use sslmode=verify-full")
    return database


def problems_of_database(data: Mapping[str, Any]) -> list[str]:
    """What no single option shows."""
    named = data.get("database")
    on_server = isinstance(named, str) and is_server(named)
    given = [way for way in PASSWORD_WAYS if data.get(way) is not None]
    problems = []
    if given and not on_server:
        problems.append(f"{given[0]}: it is the password of a PostgreSQL; `database` is a file")
    if len(given) > 1:
        problems.append(f"{given[1]}: give exactly one of {', '.join(PASSWORD_WAYS)}")
    return problems
