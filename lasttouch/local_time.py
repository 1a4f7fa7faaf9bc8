"""Where this machine, and its user, are in time."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Clock = Callable[[], datetime]
_LOCALTIME = "/etc/localtime"


def utc_now() -> datetime:
    return datetime.now(UTC)


def machine_zone() -> ZoneInfo:
    """The zone of this machine: $TZ, else what /etc/localtime points to, else UTC."""
    for name in (os.environ.get("TZ", "").lstrip(":"), _named_by_the_link()):
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")


def _named_by_the_link() -> str:
    try:
        named = os.readlink(_LOCALTIME).partition("/zoneinfo/")[2]
    except OSError:
        named = ""
    return named or os.path.realpath(_LOCALTIME).partition("/zoneinfo/")[2]
