"""What was copied."""

from __future__ import annotations

from typing import Any

from lasttouch.counting import activities, counted
from lasttouch.keeping.backup import Copied


def as_json(copied: Copied) -> dict[str, Any]:
    """The object of `backup --json`; see docs/json.md."""
    return {
        "file": str(copied.file),
        "bytes": copied.size,
        "activities": copied.activities,
        "contacts": copied.contacts,
    }


def text(copied: Copied) -> str:
    """The same for people."""
    what = f"{activities(copied.activities)} and {counted(copied.contacts, 'contact')}"
    return f"{what} in {copied.file} ({copied.size / 1e6:,.1f} MB); checked."
