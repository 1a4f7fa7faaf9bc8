"""What a recomputation found."""

from __future__ import annotations

from typing import Any

from lasttouch.keeping.checking import Checked


def as_json(found: Checked) -> dict[str, Any]:
    """The object of `check --json`; see docs/json.md."""
    return found._asdict()


def text(found: Checked) -> str:
    """The same for people."""
    what = f"{found.activities:,} activities, {found.contacts:,} contacts recomputed"
    return f"{what}: {found.differences} differences; {found.integrity}."
