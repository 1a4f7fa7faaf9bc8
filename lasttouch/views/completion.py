"""The script that makes a shell complete."""

from __future__ import annotations

from typing import Any


def as_json(shell: str, script: str) -> dict[str, Any]:
    """The object of `completion --json`; see docs/json.md."""
    return {"shell": shell, "script": script}
