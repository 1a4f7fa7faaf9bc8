"""This machine: the versions that matter, its clock, and the keeper of secrets."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

from capture.credentials import find_keyring
from lasttouch.configuration.config import LoadedConfig
from lasttouch.doctor.finding import Finding

_STRICT_TABLES = (3, 37, 0)
SKEW = timedelta(seconds=90)


def versions() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    message = f"Python {python}, SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < _STRICT_TABLES:
        return Finding("versions", "failure", message, "SQLite 3.37 or newer is needed; update Python or the system")
    return Finding("versions", "ok", message)


def clock(server: str, told: datetime, now: datetime) -> Finding:
    """This machine's clock against a server's."""
    skew = abs(told - now)
    if skew <= SKEW:
        return Finding("clock", "ok", f"the clock agrees with {server}")
    return Finding(
        "clock",
        "warning",
        f"the clock is {int(skew.total_seconds())} s {'behind' if told > now else 'ahead of'} that of {server}",
        "set it by NTP: what is in the future does not count as a touch",
    )


def keyring(loaded: LoadedConfig) -> Iterator[Finding]:
    """Only where some account keeps its password there."""
    logins = [login for one in loaded.config.accounts for login in (one.imap, one.caldav, one.carddav) if login]
    if not any(login.password_keyring for login in logins):
        return
    found = find_keyring()
    if found.refused:
        yield Finding("keyring", "failure", found.refused, found.hint)
    else:
        yield Finding("keyring", "ok", f"the keyring is {found.name}")
