"""A process of the daemon's own beside it: a program of ours that ends with the daemon, whatever becomes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import lasttouch
from lasttouch.daemon.journal import Format

_NOT_FOR_IT = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class KeptProcess:
    """`program` is a module of ours, that writes its journal as the daemon does. Used by one thread.

    It is given the words of `start`, a pipe that it ends with, which is held open here, and how to
    write its journal.
    """

    def __init__(self, program: str, form: Format, level: str, leave_seconds: float) -> None:
        self._program = program
        self._journal = (form, level)
        self._leave_seconds = leave_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: int | None = None

    @property
    def pid(self) -> int | None:
        """None where it was never started, or was stopped."""
        return None if self._process is None else self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ended_with(self) -> int | None:
        """Its exit code, where it has ended by itself."""
        return None if self._process is None else self._process.poll()

    def start(self, words: Sequence[str], descriptors: Sequence[int] = ()) -> None:
        """Start it, or start it anew; it has these `descriptors` as well."""
        self._let_go_of_the_pipe()
        ended, self._alive = os.pipe2(os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT}
        found = [str(Path(lasttouch.__file__).parents[1]), *filter(None, [environment.get("PYTHONPATH")])]
        command = [sys.executable, "-P", "-m", self._program, *words, str(ended), *self._journal]
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            command, env=environment | {"PYTHONPATH": os.pathsep.join(found)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[*descriptors, ended], cwd="/",
        )  # fmt: skip
        os.close(ended)

    def stop(self) -> None:
        """It ends what it is at, and is ended where it takes too long."""
        self._let_go_of_the_pipe()
        if self._process is not None:
            try:
                self._process.wait(self._leave_seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process = None

    def _let_go_of_the_pipe(self) -> None:
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None
