"""A launch agent for macOS (launchd.plist(5)): runs while the user is logged in, and again after a
crash."""

from __future__ import annotations

import os
import plistlib
from collections.abc import Sequence
from pathlib import Path

from lasttouch.service.plan import Command, Delete, Step, Write

LABEL = "lasttouch"


def agent_path() -> Path:
    return Path("~/Library/LaunchAgents").expanduser().absolute() / f"{LABEL}.plist"


def agent(start: Sequence[str], config: Path) -> str:
    """Logs go to ~/Library/Logs, where Console shows them."""
    values = {
        "Label": LABEL,
        "ProgramArguments": [*start, "--config", str(config.absolute()), "run"],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ProcessType": "Background",
        "Umask": 0o077,
        "EnvironmentVariables": {"PATH": os.environ.get("PATH", os.defpath)},
        "StandardErrorPath": str(Path("~/Library/Logs/lasttouch.log").expanduser().absolute()),
    }
    return plistlib.dumps(values, sort_keys=False).decode()


def install(path: Path, text: str) -> list[Step]:
    return [
        Write(path, text),
        Command(("launchctl", "bootout", _domain(), str(path)), essential=False),
        Command(("launchctl", "bootstrap", _domain(), str(path))),
    ]


def uninstall(path: Path) -> list[Step]:
    return [Command(("launchctl", "bootout", _domain(), str(path)), essential=False), Delete(path)]


def _domain() -> str:
    return f"gui/{os.getuid()}"
