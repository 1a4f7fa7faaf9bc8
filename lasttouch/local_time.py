"""Where this machine, and its user, are in time."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def machine_zone() -> ZoneInfo:
    """The zone of this machine: $TZ, else what /etc/localtime points to, else UTC."""
    names = [os.environ.get("TZ", "").lstrip(":")]
    resolved = str(Path("/etc/localtime").resolve())
    names.append(resolved.partition("/zoneinfo/")[2])
    for name in names:
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")
