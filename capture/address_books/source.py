"""A user's address books on a CardDAV server (RFC 6352) as a source of contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from capture.address_books.batch import AddressBookBatch
from capture.address_books.discovery import find_home, list_address_books
from capture.address_books.lookup import look_up
from capture.address_books.reading import read_address_book
from capture.address_books.reports import error_of
from capture.calendar.discovery import Collection, Listed, canonical_path, name_places
from capture.calendar.position import Home
from capture.calendar.reports import UnexpectedAnswer
from capture.calendar.transport import Transport

__all__ = ["AddressBookBatch", "AddressBookSettings", "AddressBookSource"]

# After these, the other address books of the same server would only fare the same, or make it worse.
_ENDS_THE_PASS = (Unreachable, UntrustedServer, Throttled)
_GONE = "look at it on the server; if it was deleted on purpose, exclude it"


@dataclass(frozen=True, slots=True)
class AddressBookSettings:
    """How to reach an account's address books.

    `url` may be a URL of the server, the user, the address books or one of them, or an e-mail address
    or domain to look the server up from (RFC 6764). `address_books` names those to read (display name,
    last part of the path, or path), none for all; `exclude` those to leave out.
    """

    url: str
    username: str
    password: Callable[[], str]
    ca_file: str | None = None
    address_books: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class AddressBookSource:
    """Yields the changes of each address book.

    The place name "" holds where the address books are; its batches bear a cursor only. A book's
    place is the name it had when first seen.
    """

    def __init__(self, settings: AddressBookSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._now = now
        self._configured = f"{settings.username} {settings.url}"

    def changes(self, cursors: Mapping[str, str]) -> Iterator[AddressBookBatch]:
        """What is new since `cursors` (place name → the cursor last stored for it).

        Raises a SourceError where it cannot log in or find the address books; a single book that
        fails is a batch with its `error`, and the pass goes on with the next.
        """
        settings = self._settings
        remembered = Home.from_text(cursors.get(""), self._configured)
        url = remembered.url if remembered else self._start()
        transport = Transport(url, settings.username, settings.password(), ca_file=settings.ca_file, now=self._now)
        try:
            home, books = self._address_books(transport, remembered, url)
            home.places = name_places(self._selected(books, home.places), home.places)
            if home.to_text() != cursors.get(""):
                yield AddressBookBatch("", cursor=home.to_text())
            yield from self._missing(books, home)
            yield from self._read(transport, self._selected(books, home.places), home, cursors)
        finally:
            transport.close()

    def listing(self) -> list[Listed]:
        """All address books there are, read or not; nothing of them is fetched. Raises SourceError."""
        settings = self._settings
        url = self._start()
        transport = Transport(url, settings.username, settings.password(), ca_file=settings.ca_file, now=self._now)
        try:
            _, books = self._address_books(transport, None, url)
        finally:
            transport.close()
        places = name_places(books, {})
        return [Listed(places[one.path], self._is_wanted(_names(one, places)), one.syncs) for one in books]

    def _start(self) -> str:
        url = self._settings.url.strip()
        if "://" not in url:
            return look_up(url, self._settings.ca_file)
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()

    def _address_books(self, transport: Transport, remembered: Home | None, url: str) -> tuple[Home, list[Collection]]:
        """The listing at the remembered home; where it has moved, at the one found anew."""
        if remembered:
            try:
                return remembered, list_address_books(transport, remembered)
            except UnexpectedAnswer as refused:
                if refused.status not in (404, 405, 410):
                    raise error_of(refused, transport.host) from None
        home = find_home(transport, self._start() if remembered else url, self._configured)
        home.places = remembered.places if remembered else {}
        try:
            books = list_address_books(transport, home)
        except UnexpectedAnswer as refused:
            raise error_of(refused, transport.host) from None
        if not books and not home.places:
            raise ServerFault(f"{transport.host} lists no address book there", "check the URL of [carddav]")
        return home, books

    def _selected(self, books: list[Collection], places: Mapping[str, str]) -> list[Collection]:
        return [book for book in books if self._is_wanted(_names(book, places))]

    def _is_wanted(self, names: set[str]) -> bool:
        wanted = {_key(name) for name in self._settings.address_books}
        unwanted = {_key(name) for name in self._settings.exclude}
        return (not wanted or bool(wanted & names)) and not unwanted & names

    def _missing(self, books: list[Collection], home: Home) -> Iterator[AddressBookBatch]:
        """Address books that were read before, or are asked for, and are not listed."""
        listed = {book.path for book in books}
        for path, place in home.places.items():
            if path not in listed and self._is_wanted({_key(place), path}):
                error = ServerFault(f"the address book {place!r} is no longer listed; its contacts were kept", _GONE)
                yield AddressBookBatch(place, error=error)
        found = {key for book in books for key in _names(book, home.places)}
        found |= {_key(place) for place in home.places.values()}
        for name in self._settings.address_books:
            if _key(name) not in found:
                error = ServerFault(f"there is no address book {name!r}", "check the names of the address books")
                yield AddressBookBatch(name, error=error)

    def _read(
        self, transport: Transport, books: list[Collection], home: Home, cursors: Mapping[str, str]
    ) -> Iterator[AddressBookBatch]:
        ended: SourceError | None = None
        for book in books:
            place = home.places[book.path]
            try:
                if ended:
                    raise ended
                transport.admit(book.url)
                yield from read_address_book(transport, book, place, cursors.get(place))
            except UnexpectedAnswer as refused:
                if refused.status == 401:
                    raise refused.error from None
                if isinstance(refused.error, _ENDS_THE_PASS):
                    ended = refused.error
                yield AddressBookBatch(place, error=_of_book(refused, place, transport.host))
            except SourceError as error:
                if isinstance(error, _ENDS_THE_PASS):
                    ended = error
                yield AddressBookBatch(place, error=error)


def _of_book(refused: UnexpectedAnswer, place: str, host: str) -> SourceError:
    if refused.status in (404, 410):
        return ServerFault(f"the address book {place!r} is gone ({refused.status}); its contacts were kept", _GONE)
    if refused.status == 403:
        return AuthenticationFailed(f"the server does not let this user read the address book {place!r} (403)", _GONE)
    return error_of(refused, host)


def _names(book: Collection, places: Mapping[str, str]) -> set[str]:
    """What an address book may be called in the configuration."""
    place = places.get(book.path, book.name)
    return {_key(book.name), _key(place), _key(book.segment), book.path}


def _key(name: str) -> str:
    """A path for what looks like one or like a URL, else the name without regard to case."""
    if "/" in name:
        return canonical_path(urlsplit(name).path).rstrip("/") + "/"
    return name.casefold()
