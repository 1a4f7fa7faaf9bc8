"""What was done to have the system start the daemon, and whether it does."""

from __future__ import annotations

from typing import Any

from lasttouch.service.plan import Installation, Presence


def as_json(found: Installation | Presence) -> dict[str, Any]:
    """The object of `service install --json`, and of its like; see docs/json.md."""
    path = str(found.path)
    match found:
        case Installation(_, None, steps, installed):
            return {"path": path, "steps": list(map(str, steps)), "installed": installed}
        case Installation(_, text, steps, installed):
            return {"path": path, "text": text, "steps": list(map(str, steps)), "installed": installed}
        case Presence(_, installed, pid):
            return {"path": path, "installed": installed, "running": pid is not None, "pid": pid}


def text(found: Presence) -> list[str]:
    """`service status` for people."""
    installed = f"Installed: {found.path}" if found.is_installed else None
    running = f"A daemon is running: process {found.pid}. How far it has read: lasttouch status" if found.pid else None
    return [
        installed or "Not installed. To install it: lasttouch service install",
        running or "No daemon is running.",
    ]
