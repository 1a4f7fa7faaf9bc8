"""The process that answers what others ask, where the configuration names users: started, and started again."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import lasttouch
from lasttouch.answering.place import listening, place_of
from lasttouch.configuration.config import LoadedConfig
from lasttouch.daemon.journal import Format

_NOT_FOR_IT = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
_PROGRAM = "lasttouch.daemon.answering_process"
_LEAVE_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Answers:
    """Used by one thread. The socket is ours, so that whoever asks while the process starts anew waits for it."""

    def __init__(self, form: Format, level: str) -> None:
        self._journal = (form, level)
        self._config: Path | None = None
        self._listener: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: int | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that answers, where there is one."""
        return None if self._process is None else self._process.pid

    def follow(self, loaded: LoadedConfig) -> None:
        """Answer where there are users, else do not. Raises LasttouchError where it cannot be listened."""
        if not loaded.config.users:
            self.stop()
            return
        if not sys.platform.startswith("linux"):  # where the kernel says who asks (unix(7), SO_PEERCRED)
            _log.warning("commands of others are answered on Linux alone")
            return
        self._config = loaded.path.absolute()
        if self._listener is None:
            place = place_of(loaded.database)
            self._listener = listening(place)
            _log.info("commands are answered at %s", place)
        self.look()

    def look(self) -> None:
        """Start the process anew if it has ended."""
        if self._listener is None or (self._process is not None and self._process.poll() is None):
            return
        if self._process is not None:
            _log.error(
                "the process that answers commands has ended with %d; it is started again", self._process.returncode
            )
        self._start(self._listener.fileno())

    def stop(self) -> None:
        """End it, and the commands that are being answered; who asks later is refused by the system."""
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None
        if self._process is not None:
            try:
                self._process.wait(_LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _start(self, listener: int) -> None:
        if self._alive is not None:
            os.close(self._alive)
        ended, self._alive = os.pipe2(os.O_CLOEXEC)
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT}
        found = [str(Path(lasttouch.__file__).parents[1]), *filter(None, [environment.get("PYTHONPATH")])]
        words = [
            sys.executable,
            "-P",
            "-m",
            "lasttouch.daemon.answering_process",
            self._config,
            listener,
            ended,
            *self._journal,
        ]
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [str(word) for word in words], env=environment | {"PYTHONPATH": os.pathsep.join(found)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(listener, ended), cwd="/",
        )  # fmt: skip
        os.close(ended)
