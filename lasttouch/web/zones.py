"""In which time zone each of a team is, by what their accounts say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from activity.errors import LasttouchError
from lasttouch.keeping import reading
from lasttouch.local_time import machine_zone


class Zones:
    """Read anew where the configuration is another file than it was; safe from several threads."""

    def __init__(self) -> None:
        self._read: tuple[tuple[int, int, int], Mapping[str, ZoneInfo]] | None = None

    def of(self, config: Path, user: str | None) -> tzinfo:
        """That of the machine for one keeper, and for whom no account says another."""
        return machine_zone() if user is None else self._by_user(config).get(user) or machine_zone()

    def _by_user(self, config: Path) -> Mapping[str, ZoneInfo]:
        held = self._read
        try:
            about = config.stat()
            stamp = about.st_mtime_ns, about.st_size, about.st_ino
            if held is None or held[0] != stamp:
                accounts = reading.loaded(config).config.accounts
                said = {one.user: ZoneInfo(one.timezone) for one in reversed(accounts) if one.user and one.timezone}
                held = self._read = stamp, said
        except (OSError, LasttouchError):  # told where the log is asked
            return {} if held is None else held[1]
        return held[1]
