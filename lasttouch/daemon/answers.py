"""The process that answers what others ask, where the configuration names users: started, and started again."""

from __future__ import annotations

import logging
import socket
import sys
from pathlib import Path

from lasttouch.answering.place import listening, place_of
from lasttouch.configuration.config import LoadedConfig
from lasttouch.daemon.journal import Format
from lasttouch.daemon.kept_process import KeptProcess

_PROGRAM = "lasttouch.daemon.answering_process"
_LEAVE_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Answers:
    """Used by one thread. The socket is ours, so that whoever asks while the process starts anew waits for it."""

    def __init__(self, form: Format, level: str) -> None:
        self._process = KeptProcess(_PROGRAM, form, level, _LEAVE_SECONDS)
        self._config: Path | None = None
        self._listener: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that answers, where there is one."""
        return self._process.pid

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
        if self._listener is None or self._process.is_running:
            return
        if (code := self._process.ended_with) is not None:
            _log.error("the process that answers commands has ended with %d; it is started again", code)
        listener = self._listener.fileno()
        self._process.start([str(self._config), str(listener)], [listener])

    def stop(self) -> None:
        """End it, and the commands that are being answered; who asks later is refused by the system."""
        self._process.stop()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
