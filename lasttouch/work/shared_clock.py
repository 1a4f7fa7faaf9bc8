"""One clock for all hosts."""

from __future__ import annotations

from datetime import datetime, timedelta

from lasttouch.local_time import utc_now

UNNOTICED = timedelta(seconds=2)


class SharedClock:
    """The server's, so that hosts whose clocks differ plan, and date, by the same one."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def set_by(self, server: datetime) -> None:
        ahead = server - utc_now()
        self._ahead = ahead if abs(ahead - self._ahead) > UNNOTICED else self._ahead
