"""What is remembered of calendar files between two passes, as the opaque text of a cursor."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from capture.calendar.objects import rules

Stamp = list[int | str]


@dataclass(slots=True)
class KnownFile:
    """A file as it was read: its `stamp`, empty if it was not read to its end, and by key what is
    remembered of its objects (see `other_uids`)."""

    stamp: Stamp = field(default_factory=list)
    objects: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Position:
    """The files of a place by name."""

    files: dict[str, KnownFile] = field(default_factory=dict)

    @property
    def objects(self) -> int:
        return sum(len(file.objects) for file in self.files.values())

    def cursor(self) -> str:
        files = {name: [file.stamp, file.objects] for name, file in self.files.items()}
        return json.dumps({"calendar files": files}, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_cursor(cursor: str | None) -> Position:
        """A cursor that is not ours begins anew."""
        try:
            files = json.loads(cursor or "{}")["calendar files"]
        except (KeyError, TypeError, ValueError):
            return Position()
        return Position({name: KnownFile(stamp, objects) for name, (stamp, objects) in files.items()})


def stamp_of(status: os.stat_result, private_events: str) -> Stamp:
    """Differs whenever a file may read differently; the change time tells of one put in its place."""
    return [status.st_mtime_ns, status.st_ctime_ns, status.st_size, rules(private_events)]
