"""A user's address books on a CardDAV server (RFC 6352) as a source of contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from activity.errors import SourceError
from capture.address_books.batch import AddressBookBatch
from capture.address_books.reading import read_address_book
from capture.address_books.service import ADDRESS_BOOKS
from capture.dav.choice import Choice
from capture.dav.listing import Collection
from capture.dav.source import DavSource, Login
from capture.dav.transport import Transport

__all__ = ["AddressBookBatch", "AddressBookSettings", "AddressBookSource"]


@dataclass(frozen=True, slots=True)
class AddressBookSettings:
    """How to reach an account's address books (see `capture.dav.source.Login`), and which to read (see `Choice`)."""

    url: str
    username: str
    password: Callable[[], str]
    ca_file: str | None = None
    address_books: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class AddressBookSource(DavSource[AddressBookBatch]):
    """Yields the changes of each address book."""

    def __init__(self, settings: AddressBookSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        login = Login(settings.url, settings.username, settings.password, settings.ca_file)
        super().__init__(ADDRESS_BOOKS, login, Choice(settings.address_books, settings.exclude), now)

    def read(
        self, transport: Transport, collection: Collection, place: str, cursor: str | None
    ) -> Iterator[AddressBookBatch]:
        return read_address_book(transport, collection, place, cursor)

    def note(self, place: str, cursor: str | None = None, error: SourceError | None = None) -> AddressBookBatch:
        return AddressBookBatch(place, cursor=cursor, error=error)
