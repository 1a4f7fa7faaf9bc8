"""A user's address books on a CardDAV server (RFC 6352) as a source of contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from activity.errors import SourceError
from capture.address_books.batch import AddressBookBatch
from capture.address_books.reading import read_address_book
from capture.address_books.service import ADDRESS_BOOKS
from capture.dav.listing import Collection
from capture.dav.source import DavAccount, DavSource
from capture.dav.transport import Transport


class AddressBookSource(DavSource[AddressBookBatch]):
    """Yields the changes of each address book."""

    def __init__(self, account: DavAccount, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(ADDRESS_BOOKS, account, now)

    def read(
        self, transport: Transport, collection: Collection, place: str, cursor: str | None
    ) -> Iterator[AddressBookBatch]:
        return read_address_book(transport, collection, place, cursor)

    def note(self, place: str, cursor: str | None = None, error: SourceError | None = None) -> AddressBookBatch:
        return AddressBookBatch(place, cursor=cursor, error=error)
