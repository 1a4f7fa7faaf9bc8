"""What a source of calendars or address books gave, kept as the pipeline keeps it."""

from __future__ import annotations

from typing import Any

from activity.batch import Batch
from activity.meeting import CalendarObject
from capture.address_books.batch import AddressBookBatch
from capture.dav.source import DavSource


def contents(batch: Batch | AddressBookBatch) -> list[tuple[str, Any]]:
    """(href, calendar object) or (href, contact) for everything in it."""
    if isinstance(batch, AddressBookBatch):
        return list(batch.entries)
    return [(item.href, item) for item in batch.items if isinstance(item, CalendarObject)]


def hrefs(*batches: Batch | AddressBookBatch) -> list[str]:
    return [href for batch in batches for href, _ in contents(batch)]


def cursors_of(*batches: Any) -> dict[str, str]:
    return {batch.place: batch.cursor for batch in batches if batch.cursor is not None}


class DavLog:
    """Takes the batches of a source, and hands the cursors back; `items` are known by place and
    href."""

    def __init__(self, source: DavSource[Any]) -> None:
        self.source = source
        self.cursors: dict[str, str] = {}
        self.items: dict[tuple[str, str], Any] = {}

    def sync(self) -> list[Any]:
        batches = []
        for batch in self.source.batches(dict(self.cursors)):
            self.store(batch)
            batches.append(batch)
        return batches

    def store(self, batch: Any) -> None:
        for href, item in contents(batch):
            self.items[batch.place, href] = item
        for href in batch.removed:
            del self.items[batch.place, href]
        self.cursors |= cursors_of(batch)

    def held(self, place: str) -> set[str]:
        return {href for where, href in self.items if where == place}
