"""One address book read from where it was left, in batches that can each be stored."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from activity.batch import Skip
from capture.address_books.batch import AddressBookBatch
from capture.address_books.card import BrokenCard, CardContents, read_card
from capture.address_books.position import BookPosition, Keys
from capture.address_books.reports import CARDDAV, addressbook_multiget
from capture.calendar.changes import find_changes
from capture.calendar.discovery import Collection, member_name
from capture.calendar.multistatus import DAV, Member
from capture.calendar.refusals import TooLarge
from capture.calendar.transport import Transport

AT_ONCE = 100
_DATA = CARDDAV + "address-data"
_TOO_LARGE = 413


def read_address_book(
    transport: Transport, book: Collection, place: str, cursor: str | None
) -> Iterator[AddressBookBatch]:
    """New and changed contacts in batches; the last one names those gone and carries the new position.

    Earlier ones carry how far this pass has come, so that the next goes on there; not each of them,
    as the position of a large book is large itself. Raises SourceError or UnexpectedAnswer.
    """
    position = BookPosition.from_text(cursor)
    changes = find_changes(transport, book, position)
    keys = Keys(position.keys, set(changes.gone))
    names = sorted(changes.changed)  # of two cards with one UID, the same one has it whenever a book is read anew
    unstored, complete = 0, True
    for first in range(0, len(names), AT_ONCE) or [0]:
        group = names[first : first + AT_ONCE]
        batch = AddressBookBatch(place)
        for name, member in _fetched(transport, book, group):
            complete &= _take(batch, position, keys, name, member, changes.changed[name])
        if first + AT_ONCE < len(names):
            unstored += len(group)
            if unstored > len(position.etags) // 8:
                batch.cursor, unstored = position.to_text(), 0
        else:
            for name in changes.gone:
                _remove(batch, position, keys, name)
            if complete:
                position.token, position.ctag = changes.token, changes.ctag
            text = position.to_text()
            batch.cursor = text if text != cursor else None
        yield batch


def _take(
    batch: AddressBookBatch, position: BookPosition, keys: Keys, name: str, member: Member | None, etag: str
) -> bool:
    """Put one card into the batch and the position; False if it must be asked for again next time.

    What cannot be read stays in the position, so that it is not fetched before it changes.
    """
    if member is None or member.status >= 500:
        batch.skipped.append(Skip(name, "listed by the server, but not given out"))
        return False
    if member.status in (404, 410):
        _remove(batch, position, keys, name)
        return True
    try:
        contents = _contents(member)
    except BrokenCard as error:
        batch.skipped.append(Skip(name, str(error)))
    else:
        batch.skipped += [Skip(name, problem) for problem in contents.problems]
        if contents.entry:
            contents.entry.key = keys.give(name, contents.entry.key)
            batch.entries.append((name, contents.entry))
        elif keys.take_back(name):
            batch.removed.append(name)
    position.etags[name] = member.text(DAV + "getetag").strip() or etag
    return True


def _contents(member: Member) -> CardContents:
    if member.status == _TOO_LARGE:
        raise BrokenCard("too large to be read")
    if _DATA not in member.properties:
        raise BrokenCard(f"not given out by the server ({member.status})")
    return read_card(member.text(_DATA))


def _remove(batch: AddressBookBatch, position: BookPosition, keys: Keys, name: str) -> None:
    position.etags.pop(name, None)
    if keys.take_back(name):
        batch.removed.append(name)


def _fetched(transport: Transport, book: Collection, names: list[str]) -> Iterator[tuple[str, Member | None]]:
    """The cards of these names, None where the server is silent; where all are too much for one answer, by halves.

    One answer at a time is in memory: the pictures of a hundred cards can be a gigabyte.
    """
    members = _asked(transport, book, names) if names else []
    if members is None:
        half = len(names) // 2
        yield from _fetched(transport, book, names[:half])
        yield from _fetched(transport, book, names[half:])
        return
    given = {member_name(book, urlsplit(member.href).path): member for member in members}
    for name in names:
        yield name, given.get(name)


def _asked(transport: Transport, book: Collection, names: list[str]) -> list[Member] | None:
    """None where the answer is too large and a smaller question can be asked."""
    hrefs = [name if name.startswith("/") else book.path + name for name in names]
    try:
        return addressbook_multiget(transport, book.url, hrefs).members
    except TooLarge:  # not passed on, as what was read until then hangs on it
        return None if len(names) > 1 else [Member(hrefs[0], _TOO_LARGE, {})]
