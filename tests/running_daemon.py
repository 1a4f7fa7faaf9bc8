"""`lasttouch run` as a process of its own, as a user or a service manager starts it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

HANG_GUARD = 60.0
ROOT = Path(__file__).parents[1]
T = TypeVar("T")


def until(look: Callable[[], T], seconds: float = HANG_GUARD) -> T:
    """What `look` sees as soon as that is something; fails after so long."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)
    return seen


def lasttouch(clock: Path | None = None, pause: float | None = None) -> list[str]:
    """The words that start it as a process of its own."""
    if clock is not None:
        return [sys.executable, str(ROOT / "tests" / "shifted_clock.py"), str(clock)]
    if pause is not None:
        return [sys.executable, str(ROOT / "tests" / "impatient.py"), str(pause)]
    return [sys.executable, str(ROOT / "cli.py")]


class RunningDaemon:
    """A daemon whose log is in `log_file`; killed at the end of the `with`, if it still runs.

    `clock`: a file for shifted_clock.py, with the seconds its clock is ahead; `pause`: the seconds
    for impatient.py; `words` may make a worker of it.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
        umask: int = -1,
        clock: Path | None = None,
        pause: float | None = None,
        words: tuple[str, ...] = ("run",),
        told_in: str = "daemon.log",
    ) -> None:
        self.log_file = folder / told_in
        command = [*lasttouch(clock, pause), *words, "--log-level", "debug", *options]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **(environment or {})}, stdout=log, stderr=log, umask=umask
            )

    def __enter__(self) -> RunningDaemon:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def has_said(self, text: str, times: int = 1) -> None:
        """Wait until the log holds this text so many times."""
        until(lambda: self.log.count(text) >= times or self._ended(text))

    def _ended(self, text: str) -> bool:
        assert self.process.poll() is None or text in self.log, f"the daemon ended; its log:\n{self.log}"
        return False

    def told(self, number: int) -> None:
        self.process.send_signal(number)

    def stopped(self, seconds: float = 5.0) -> int:
        """The exit code after SIGTERM."""
        self.told(signal.SIGTERM)
        return self.process.wait(seconds)
