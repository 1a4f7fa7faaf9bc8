"""One CardDAV server's address books, read once."""

from __future__ import annotations

from dataclasses import replace

from activity.contact import ContactEntry
from lasttouch.keeping import address_book
from lasttouch.passes.source_pass import SourcePass
from lasttouch.passes.sources import address_books_of
from store import places
from store.database import writing


class AddressBookPass(SourcePass):
    """Takes in new and changed contacts. Those that vanish go too, unless they have touches: then they are marked."""

    def read(self) -> None:
        connection = self.agent.connection
        source = address_books_of(self.agent.loaded, self.account)
        for batch in source.batches(self.cursors()):
            entries = [self._keyed(batch.place, href, entry) for href, entry in batch.entries]
            with self.agent.turn, writing(connection):
                if not self.agent.is_current():
                    self.agent.catch_up()
                place = places.place_id(connection, self.row.id, batch.place)
                change = address_book.take_in_from_book(self.agent, entries)
                address_book.let_go(self.agent, [self._key(batch.place, href) for href in batch.removed])
                places.forget_skipped(connection, place, batch.settled, batch.holds)
                places.note_skipped(connection, place, batch.skipped, self.agent.clock())
                if batch.cursor is not None:
                    places.move_cursor(connection, place, batch.cursor)
            self.report.read += len(batch.entries)
            self.report.new += change.imported.added
            self.report.removed += len(batch.removed)
            self.report.skipped += len(batch.skipped)
            self.visited(batch.place, batch.error)

    def _keyed(self, place: str, href: str, entry: ContactEntry) -> tuple[str, ContactEntry]:
        key = self._key(place, href)
        if entry.key == href or entry.key.startswith(f"{href} ("):  # no UID of its own: another book may have it too
            entry = replace(entry, key=key)
        return key, entry

    def _key(self, place: str, href: str) -> str:
        """What names a card in the whole log: its href is unique in its book only."""
        return f"carddav:{self.row.id}:{place}:{href}"
