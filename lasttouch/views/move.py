"""What was moved."""

from __future__ import annotations

from typing import Any

from lasttouch.keeping.moving import Moved


def as_json(moved: Moved) -> dict[str, Any]:
    """The object of `move --json`; see docs/json.md."""
    return {
        "from": f"{moved.source}",
        "to": f"{moved.to}",
        "rows": sum(moved.rows.values()),
        "tables": dict(moved.rows),
        "differences": moved.differences,
    }


def text(moved: Moved, database: str) -> list[str]:
    """The same for people."""
    what = f"{sum(moved.rows.values()):,} rows of {len(moved.rows)} tables"
    return [
        f"{what} are in {moved.to}, compared row by row; {moved.differences} differences found by check.",
        f'The log at {moved.source} is still in force. To use the new one: database = "{database}"',
    ]
