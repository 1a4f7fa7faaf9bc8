"""A user's calendars on a CalDAV server (RFC 4791) as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from activity.batch import Batch
from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from capture.calendar.discovery import (
    Collection,
    Listed,
    canonical_path,
    find_home,
    list_collections,
    name_places,
)
from capture.calendar.lookup import look_up
from capture.calendar.position import Home
from capture.calendar.reading import read_collection
from capture.calendar.reports import UnexpectedAnswer
from capture.calendar.transport import Transport

# After these, the other calendars of the same server would only fare the same, or make it worse.
_ENDS_THE_PASS = (Unreachable, UntrustedServer, Throttled)
_GONE = "look at it on the server; if it was deleted on purpose, name it in exclude_calendars"


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """How to reach an account's calendars.

    `url` may be a URL of the server, the user, the calendars or one calendar, or an e-mail address or
    domain to look the server up from (RFC 6764). `calendars` names those to read (display name, last
    part of the path, or path), none for all; `exclude_calendars` those to leave out. `private_events`
    is "drop" or "time-only" (see `objects.strip`).
    """

    url: str
    username: str
    password: Callable[[], str]
    ca_file: str | None = None
    calendars: tuple[str, ...] = ()
    exclude_calendars: tuple[str, ...] = ()
    private_events: str = "drop"


class CalendarSource:
    """Yields the changes of each calendar; an `activity.batch.Source`.

    The place name "" holds where the calendars are. A calendar's place is the name it had when
    first seen.
    """

    def __init__(self, settings: CalendarSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._now = now
        self._configured = f"{settings.username} {settings.url}"

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """See `activity.batch.Source`. Raises a SourceError where it cannot log in or find the calendars."""
        settings = self._settings
        remembered = Home.from_text(cursors.get(""), self._configured)
        url = remembered.url if remembered else self._start()
        transport = Transport(url, settings.username, settings.password(), ca_file=settings.ca_file, now=self._now)
        try:
            home, collections = self._calendars(transport, remembered, url)
            home.places = name_places(self._selected(collections, home.places), home.places)
            if home.to_text() != cursors.get(""):
                yield Batch("", cursor=home.to_text())
            yield from self._missing(collections, home)
            yield from self._read(transport, self._selected(collections, home.places), home, cursors)
        finally:
            transport.close()

    def listing(self) -> list[Listed]:
        """All calendars there are, read or not; nothing of them is fetched. Raises SourceError."""
        settings = self._settings
        url = self._start()
        transport = Transport(url, settings.username, settings.password(), ca_file=settings.ca_file, now=self._now)
        try:
            _, collections = self._calendars(transport, None, url)
        finally:
            transport.close()
        places = name_places(collections, {})
        return [Listed(places[one.path], self._is_wanted(_names(one, places)), one.syncs) for one in collections]

    def _start(self) -> str:
        url = self._settings.url.strip()
        if "://" not in url:
            return look_up(url, self._settings.ca_file)
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()

    def _calendars(self, transport: Transport, remembered: Home | None, url: str) -> tuple[Home, list[Collection]]:
        """The listing at the remembered home; where it has moved, at the one found anew."""
        if remembered:
            try:
                return remembered, list_collections(transport, remembered)
            except UnexpectedAnswer as refused:
                if refused.status not in (404, 405, 410):
                    raise refused.error from None
        home = find_home(transport, self._start() if remembered else url, self._configured)
        home.places = remembered.places if remembered else {}
        try:
            return home, list_collections(transport, home)
        except UnexpectedAnswer as refused:
            raise refused.error from None

    def _selected(self, collections: list[Collection], places: Mapping[str, str]) -> list[Collection]:
        return [collection for collection in collections if self._is_wanted(_names(collection, places))]

    def _is_wanted(self, names: set[str]) -> bool:
        wanted = {_key(name) for name in self._settings.calendars}
        unwanted = {_key(name) for name in self._settings.exclude_calendars}
        return (not wanted or bool(wanted & names)) and not unwanted & names

    def _missing(self, collections: list[Collection], home: Home) -> Iterator[Batch]:
        """Calendars that were read before, or are asked for, and are not listed."""
        listed = {collection.path for collection in collections}
        for path, place in home.places.items():
            if path not in listed and self._is_wanted({_key(place), path}):
                error = ServerFault(f"the calendar {place!r} is no longer listed; its meetings were kept", _GONE)
                yield Batch(place, error=error)
        found = {key for collection in collections for key in _names(collection, home.places)}
        found |= {_key(place) for place in home.places.values()}
        for name in self._settings.calendars:
            if _key(name) not in found:
                yield Batch(name, error=ServerFault(f"there is no calendar {name!r}", "check the list of calendars"))

    def _read(
        self, transport: Transport, collections: list[Collection], home: Home, cursors: Mapping[str, str]
    ) -> Iterator[Batch]:
        ended: SourceError | None = None
        for collection in collections:
            place = home.places[collection.path]
            try:
                if ended:
                    raise ended
                transport.admit(collection.url)
                yield from read_collection(
                    transport, collection, place, cursors.get(place), self._settings.private_events
                )
            except UnexpectedAnswer as refused:
                if refused.status == 401:
                    raise refused.error from None
                if isinstance(refused.error, _ENDS_THE_PASS):
                    ended = refused.error
                yield Batch(place, error=_of_calendar(refused, place))
            except SourceError as error:
                if isinstance(error, _ENDS_THE_PASS):
                    ended = error
                yield Batch(place, error=error)


def _of_calendar(refused: UnexpectedAnswer, place: str) -> SourceError:
    if refused.status in (404, 410):
        return ServerFault(f"the calendar {place!r} is gone ({refused.status}); its meetings were kept", _GONE)
    if refused.status == 403:
        return AuthenticationFailed(f"the server does not let this user read the calendar {place!r} (403)", _GONE)
    return refused.error


def _names(collection: Collection, places: Mapping[str, str]) -> set[str]:
    """What a calendar may be called in the configuration."""
    place = places.get(collection.path, collection.name)
    return {_key(collection.name), _key(place), _key(collection.segment), collection.path}


def _key(name: str) -> str:
    """A path for what looks like one or like a URL, else the name without regard to case."""
    if "/" in name:
        return canonical_path(urlsplit(name).path).rstrip("/") + "/"
    return name.casefold()
