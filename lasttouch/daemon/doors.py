"""The doors of the daemon by which others ask: opened, kept open, and closed together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lasttouch.configuration.config import LoadedConfig


class Door(Protocol):
    """Used by one thread."""

    def follow(self, loaded: LoadedConfig) -> None:
        """Be open as this configuration says, or closed. Raises LasttouchError where it cannot be opened."""

    def look(self) -> None:
        """Open it again, if what stood behind it has ended."""

    def stop(self) -> None:
        """Close it."""


class Doors:
    """All of them as one."""

    def __init__(self, doors: Sequence[Door]) -> None:
        self._doors = doors

    def follow(self, loaded: LoadedConfig) -> None:
        for one in self._doors:
            one.follow(loaded)

    def look(self) -> None:
        for one in self._doors:
            one.look()

    def stop(self) -> None:
        for one in self._doors:
            one.stop()
