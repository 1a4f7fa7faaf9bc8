"""What a worker does beside reading, in threads of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from activity.errors import LasttouchError
from activity.mistakes import mistake
from store.database import database_errors

_log = logging.getLogger(__name__)


class Background:
    """Of each name one action at once; one that fails is told of and may go well the next time."""

    def __init__(self, threads: Executor, database: Path) -> None:
        self._threads = threads
        self._database = database
        self._guard = threading.Lock()
        self._busy: set[str] = set()

    def begin(self, name: str, action: Callable[[], None]) -> None:
        """Nothing, while the one before is under way."""
        with self._guard:
            if name in self._busy:
                return
            self._busy.add(name)
        self._threads.submit(self._act, name, action)

    def _act(self, name: str, action: Callable[[], None]) -> None:
        try:
            with database_errors(self._database):
                action()
        except LasttouchError as error:
            _log.error("%s. %s", error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - the next time may go well
            _log.error("%s", mistake(error))
        finally:
            with self._guard:
                self._busy.discard(name)
