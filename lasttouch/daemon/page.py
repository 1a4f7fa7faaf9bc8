"""The process that serves the page, where the configuration says where: started, and started again."""

from __future__ import annotations

import importlib.util
import logging
import time
from dataclasses import asdict
from pathlib import Path

from activity.errors import UsageError
from lasttouch.configuration.config import LoadedConfig
from lasttouch.daemon.journal import Format
from lasttouch.daemon.kept_process import KeptProcess

_PROGRAM = "lasttouch.web.process"
_NEEDS = ("starlette", "uvicorn", "jinja2")
_LEAVE_SECONDS = 4.0
_PAUSE_SECONDS = 2.0  # doubled each time it ends at once, so that it is not begun again without end
_LONGEST_PAUSE_SECONDS = 300.0
_AT_ONCE_SECONDS = 30.0

_log = logging.getLogger(__name__)


class Page:
    """Used by one thread. The process listens by itself."""

    def __init__(self, form: Format, level: str) -> None:
        self._process = KeptProcess(_PROGRAM, form, level, _LEAVE_SECONDS)
        self._config: Path | None = None
        self._follows: object = None
        self._began = self._not_before = 0.0
        self._pause = _PAUSE_SECONDS

    @property
    def pid(self) -> int | None:
        """Of the process that serves it, where there is one."""
        return self._process.pid

    def follow(self, loaded: LoadedConfig) -> None:
        """Serve it where the configuration says where, else do not. Raises UsageError where packages are missing."""
        web = loaded.config.web
        follows = None if web.listen is None else asdict(web)
        if follows == self._follows:
            return
        self.stop()
        if follows is None:
            return
        if missing := [name for name in _NEEDS if importlib.util.find_spec(name) is None]:
            raise UsageError(
                f"the page needs packages that are not installed: {', '.join(missing)}",
                "install them beside lasttouch: pipx install '.[web]'; or take `listen` out of [web]",
            )
        self._follows, self._config = follows, loaded.path.absolute()
        self.look()

    def look(self) -> None:
        """Start the process anew if it has ended."""
        if self._config is None or self._process.is_running:
            return
        now = time.monotonic()
        if (code := self._process.ended_with) is not None:
            _log.error("the process that serves the page has ended with %d", code)
            self._process.stop()
            self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS) if now - self._began < _AT_ONCE_SECONDS else 0.0
            self._pause = max(self._pause, _PAUSE_SECONDS)
            self._not_before = now + self._pause
        if now >= self._not_before:
            self._began = now
            self._process.start([str(self._config)])

    def stop(self) -> None:
        self._config = self._follows = None
        self._process.stop()
