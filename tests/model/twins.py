"""In-memory twins of a mailbox and of a calendar, which yield what changed since their cursor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from activity.batch import Batch
from activity.envelope import Envelope
from activity.meeting import CalendarObject


class TwinMailbox:
    """Yields the messages behind the number in its cursor, a few at a time."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        start = int(cursors.get("INBOX", "0"))
        for low in range(start, len(self.envelopes), 3):
            items = self.envelopes[low : low + 3]
            yield Batch("INBOX", items=list(items), cursor=str(low + len(items)))


class TwinCalendar:
    """Yields the objects that changed behind the number in its cursor, and those that are gone."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str]] = []

    def put(self, href: str, text: str) -> None:
        self.changes.append((href, text))

    def delete(self, href: str) -> None:
        self.changes.append((href, ""))

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        start = int(cursors.get("Work", "0"))
        if start == len(self.changes):
            return
        changed = dict(self.changes[start:])
        yield Batch(
            "Work",
            items=[CalendarObject(href, f"{len(self.changes)}", text) for href, text in changed.items() if text],
            removed=[href for href, text in changed.items() if not text],
            holds=frozenset(href for href, text in dict(self.changes).items() if text) if not start else None,
            cursor=str(len(self.changes)),
        )
