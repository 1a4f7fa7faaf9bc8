"""A configuration for a server on loopback, as lines of TOML."""

from __future__ import annotations

import json
from pathlib import Path


def table(heading: str, /, **options: object) -> str:
    """A table with these options, but for those that are None."""
    return f"{heading}\n" + _lines(options)


def account(name: str, /, *sections: str, **options: object) -> str:
    """The account of somebody at acme.example, with the sections (see below) that say where it is
    read."""
    own = {"name": name, "addresses": [f"{name}@acme.example"], **options}
    return table("[[accounts]]", **own) + "".join(sections)


def imap(
    port: int, user: str, password_env: str | None = "MAIL_PASSWORD", ca_file: Path | None = None, **more: object
) -> str:
    """With TLS where there is a certificate to trust."""
    security = "tls" if ca_file else "none"
    return table(
        "[accounts.imap]", host="127.0.0.1", port=port, security=security, ca_file=ca_file and str(ca_file),
        username=user, password_env=password_env, **more,
    )  # fmt: skip


def caldav(url: str, user: str = "ana", password_env: str = "CALENDAR_PASSWORD") -> str:
    return table("[accounts.caldav]", url=url, username=user, password_env=password_env)


def carddav(url: str, user: str = "ana", password_env: str = "CALENDAR_PASSWORD") -> str:
    return table("[accounts.carddav]", url=url, username=user, password_env=password_env)


def files(*paths: str) -> str:
    return "".join(table("[[accounts.files]]", path=path) for path in paths)


def head(database: str = "lasttouch.db", **options: object) -> str:
    """What stands before the accounts."""
    return _lines({"database": database, "internal_domains": ["acme.example"], **options})


def _lines(options: dict[str, object]) -> str:
    """JSON's strings, numbers and arrays are TOML's, too."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items() if value is not None)
