"""A user's calendars on a CalDAV server (RFC 4791) as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from activity.batch import Batch
from activity.errors import SourceError
from capture.calendar.reading import read_collection
from capture.calendar.service import CALENDARS
from capture.dav.choice import Choice
from capture.dav.listing import Collection
from capture.dav.source import DavSource, Login
from capture.dav.transport import Transport


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """How to reach an account's calendars (see `capture.dav.source.Login`), and which to read (see `Choice`).

    `private_events` is "drop" or "time-only" (see `objects.strip`).
    """

    url: str
    username: str
    password: Callable[[], str]
    ca_file: str | None = None
    calendars: tuple[str, ...] = ()
    exclude_calendars: tuple[str, ...] = ()
    private_events: str = "drop"


class CalendarSource(DavSource[Batch]):
    """Yields the changes of each calendar; an `activity.batch.Source`."""

    def __init__(self, settings: CalendarSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        login = Login(settings.url, settings.username, settings.password, settings.ca_file)
        super().__init__(CALENDARS, login, Choice(settings.calendars, settings.exclude_calendars), now)
        self._private_events = settings.private_events

    def read(self, transport: Transport, collection: Collection, place: str, cursor: str | None) -> Iterator[Batch]:
        return read_collection(transport, collection, place, cursor, self._private_events)

    def note(self, place: str, cursor: str | None = None, error: SourceError | None = None) -> Batch:
        return Batch(place, cursor=cursor, error=error)
