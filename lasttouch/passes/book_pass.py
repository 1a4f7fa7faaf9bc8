"""One CardDAV server's address books, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from activity.batch import Skip
from activity.contact import ContactEntry
from lasttouch.keeping import address_book
from lasttouch.keeping.by_halves import ByHalves
from lasttouch.keeping.whose import of_account
from lasttouch.passes.source_pass import SourcePass
from lasttouch.passes.sources import address_books_of, graph_contacts_of
from store import places

if TYPE_CHECKING:
    # imported when there is one to read
    from capture.address_books.batch import AddressBookBatch
    from capture.address_books.source import AddressBookSource
    from capture.graph.contacts import GraphContacts


class AddressBookPass(SourcePass):
    """Takes in new and changed contacts. Those that vanish go too, unless they have touches: then they are marked."""

    def read(self) -> None:
        contacts = graph_contacts_of if self.row.kind == "microsoft_contacts" else address_books_of
        source: AddressBookSource | GraphContacts = contacts(self.agent.loaded, self.account)
        by_halves = ByHalves(f"{self.row.account} {self.row.kind}")
        for batch in source.batches(self.cursors()):
            by_halves(batch.entries, partial(self._store, batch), lambda one: one[0])
            self.visited(batch.place, batch.error)

    def _store(
        self,
        batch: AddressBookBatch,
        cards: Sequence[tuple[str, ContactEntry]],
        left_out: Sequence[Skip],
        is_last: bool,
    ) -> None:
        """Some cards of a batch, and with the last of them what else it says."""
        connection = self.agent.connection
        entries = [self._keyed(batch.place, href, entry) for href, entry in cards]
        with self.storing():
            if not self.agent.is_current():
                self.agent.catch_up()
            place = places.place_id(connection, self.row.id, batch.place)
            of = of_account(self.agent.log, self.account.name)
            change = address_book.import_cards(self.agent, entries, of)
            if is_last:
                address_book.remove_cards(self.agent, [self._key(batch.place, href) for href in batch.removed], of)
                places.forget_skipped(connection, place, batch.settled, batch.holds)
                places.note_skipped(connection, place, [*batch.skipped, *left_out], self.agent.clock())
                if batch.cursor is not None:
                    places.move_cursor(connection, place, batch.cursor)
        self.report.read += len(cards)
        self.report.new += change.imported.added
        if is_last:
            self.report.read += len(left_out)
            self.report.removed += len(batch.removed)
            self.report.skipped += len(batch.skipped) + len(left_out)

    def _keyed(self, place: str, href: str, entry: ContactEntry) -> tuple[str, ContactEntry]:
        key = self._key(place, href)
        if entry.key == href or entry.key.startswith(f"{href} ("):  # no UID of its own: another book may have it too
            entry = replace(entry, key=key)
        return key, entry

    def _key(self, place: str, href: str) -> str:
        """What names a card in the whole log: its href is unique in its book only."""
        return f"carddav:{self.row.id}:{place}:{href}"
