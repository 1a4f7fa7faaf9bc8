"""A user's calendars on a CalDAV server (RFC 4791) as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from activity.batch import Batch
from activity.errors import SourceError
from capture.calendar.reading import read_collection
from capture.calendar.service import CALENDARS
from capture.dav.listing import Collection
from capture.dav.source import DavAccount, DavSource
from capture.dav.transport import Transport


class CalendarSource(DavSource[Batch]):
    """Yields the changes of each calendar; an `activity.batch.Source`.

    `private_events` is "drop" or "time-only" (see `objects.strip`).
    """

    def __init__(
        self,
        account: DavAccount,
        private_events: str = "drop",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(CALENDARS, account, now)
        self._private_events = private_events

    def read(self, transport: Transport, collection: Collection, place: str, cursor: str | None) -> Iterator[Batch]:
        return read_collection(transport, collection, place, cursor, self._private_events)

    def note(self, place: str, cursor: str | None = None, error: SourceError | None = None) -> Batch:
        return Batch(place, cursor=cursor, error=error)
