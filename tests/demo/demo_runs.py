"""The demo as its user runs it: a process of its own, real servers, the ordinary import and
sync."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cli

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


class Kept(NamedTuple):
    """A demo that was kept, and what it printed."""

    folder: Path
    printed: str

    def ask(self, *words: str) -> Any:
        return ask(*words, "--json", "--config", str(self.folder / "config.toml"))[1]

    def contact(self, name: str) -> dict[str, Any]:
        (one,) = self.ask("last", name)
        return dict(one)

    def meetings(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.ask("log", name) if one["kind"] == "meeting"]


def demo(
    *words: str, umask: int = -1, seconds: float = SECONDS, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "demo", *words],
        cwd=ROOT, env={**os.environ, "TZ": "UTC", **environment},
        capture_output=True, text=True, timeout=seconds, umask=umask, check=False,
    )  # fmt: skip


def ask(*words: str) -> tuple[int, Any]:
    """Exit code and answer (or error) of a command, run here to save time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main(words)
    text = out.getvalue() or err.getvalue()
    return int(ended.value.code or 0), json.loads(text) if "--json" in words else text


def servers_in(folder: Path) -> list[str]:
    """The command lines of processes that serve what lies in `folder`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().decode(errors="replace")
            if "bound_server.py" in line and str(folder) in line:
                found.append(line)
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
