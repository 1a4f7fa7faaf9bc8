"""A log that takes batches as the pipeline does, and mail to fill files with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from activity.batch import Batch
from activity.envelope import Envelope
from activity.meeting import CalendarObject
from capture.files.source import FileSource

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SINCE = date(2024, 1, 1)
SEPARATOR = b"From tom@widgets.example Mon Mar 02 10:00:00 +0000 2026\n"


class FileLog:
    """Syncs from paths; `messages` are Message-IDs (or subjects) as they came, `objects` what
    calendars hold now."""

    def __init__(
        self,
        *paths: Path,
        since: date = SINCE,
        now: datetime = NOW,
        private_events: str = "drop",
        exclude: Sequence[str] = (),
    ) -> None:
        self.paths = paths
        self.since = since
        self.now = now
        self.private_events = private_events
        self.exclude = exclude
        self.cursors: dict[str, str] = {}
        self.messages: list[str] = []
        self.places: dict[str, set[str]] = {}
        self.objects: dict[str, CalendarObject] = {}

    def sync(self, stop_after: int | None = None) -> list[Batch]:
        """One pass; with `stop_after`, it is interrupted once that many batches are stored."""
        source = FileSource(self.paths, self.since, self.private_events, self.exclude, now=lambda: self.now)
        batches: list[Batch] = []
        for batch in source.batches(dict(self.cursors)):
            if len(batches) == stop_after:
                break
            self._store(batch)
            batches.append(batch)
        return batches

    def new(self) -> list[str]:
        """What a pass finds, in order."""
        before = len(self.messages)
        self.sync()
        return self.messages[before:]

    def _store(self, batch: Batch) -> None:
        for item in batch.items:
            if isinstance(item, Envelope):
                self.messages.append(item.message_id or item.subject)
                self.places.setdefault(batch.place, set()).add(item.message_id or item.subject)
            elif item.text:
                self.objects[item.href] = item
            else:
                del self.objects[item.href]
        for href in batch.removed:
            del self.objects[href]
        if batch.cursor is not None:
            self.cursors[batch.place] = batch.cursor


def mail(number: int, *lines: str, body: str = "Hello\n", day: str = "Mon, 02 Mar 2026") -> bytes:
    head = [
        "From: Tom <tom@widgets.example>",
        "To: ana@acme.example",
        f"Date: {day} 10:00:00 +0000",
        f"Message-ID: <{number}@x>",
        *lines,
    ]
    return ("\n".join(head) + "\n\n" + body).encode()


def in_mbox(*messages: bytes) -> bytes:
    return b"".join(SEPARATOR + message + b"\n" for message in messages)


def ids(*numbers: int) -> list[str]:
    return [f"<{number}@x>" for number in numbers]


def set_time(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def just_written(path: Path) -> None:
    set_time(path, NOW - timedelta(seconds=1))


def skips(batches: Sequence[Batch]) -> list[tuple[str, str]]:
    return [(skip.item, skip.reason) for batch in batches for skip in batch.skipped]
