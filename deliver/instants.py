"""Instants as web services write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")


def text_of(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with seconds."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def instant(value: Any) -> datetime | None:
    """Of ISO 8601, a day alone being its midnight in UTC, or of milliseconds since 1970; None for anything else."""
    text = str(value or "").strip()
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) // 1000, UTC)
        found = datetime.fromisoformat(_ZONE.sub(r"\1:\2", text.replace("Z", "+00:00")))
    except (ValueError, OverflowError, OSError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
