"""One address book read from where it was left, in batches that can each be stored."""

from __future__ import annotations

from collections.abc import Iterator

from activity.batch import Skip
from activity.mistakes import mistake
from capture.address_books.batch import AddressBookBatch
from capture.address_books.card import BrokenCard, CardContents, read_card
from capture.address_books.position import BookPosition, Keys
from capture.address_books.service import ADDRESS_BOOKS
from capture.dav.changes import find_changes
from capture.dav.fetching import AT_ONCE, TOO_LARGE, fetched, is_withheld, why_withheld
from capture.dav.listing import Collection
from capture.dav.multistatus import DAV, Member
from capture.dav.transport import Transport


def read_address_book(
    transport: Transport, book: Collection, place: str, cursor: str | None
) -> Iterator[AddressBookBatch]:
    """New and changed contacts in batches; the last one names those gone and carries the new
    position.

    Earlier ones carry how far this pass has come, so that the next goes on there; not each of them,
    as the position of a large book is large itself. Raises SourceError or UnexpectedAnswer.
    """
    position = BookPosition(cursor)
    changes = find_changes(transport, book, position)
    has_news = bool(changes.changed or changes.gone)
    keys = Keys(position.keys if has_news else {}, set(changes.gone))
    names = sorted(changes.changed)  # of two cards with one UID, the same one has it whenever a book is read anew
    unstored, complete = 0, True
    for first in range(0, len(names), AT_ONCE) or [0]:
        group = names[first : first + AT_ONCE]
        batch = AddressBookBatch(place)
        for name, member in fetched(transport, ADDRESS_BOOKS, book, group, changes.hrefs):
            complete &= _take(batch, position, keys, name, member, changes.changed[name])
        if first + AT_ONCE < len(names):
            unstored += len(group)
            if unstored > len(position.etags) // 4:
                batch.cursor, unstored = position.to_text(), 0
        else:
            for name in changes.gone:
                position.etags.pop(name, None)
                if keys.take_back(name):
                    batch.removed.append(name)
            batch.settled += changes.gone + changes.unknown
            batch.holds = changes.listed
            if complete:
                position.reach(changes.token, changes.ctag, quiet=not (changes.changed or changes.gone))
            text = position.to_text()
            batch.cursor = text if text != cursor else None
        yield batch


def _take(
    batch: AddressBookBatch, position: BookPosition, keys: Keys, name: str, member: Member | None, etag: str
) -> bool:
    """Put one card into the batch and the position; False if it must be asked for again next time.

    What cannot be read stays in the position, so that it is not fetched before it changes.
    """
    if member is None or is_withheld(member):
        batch.skipped.append(Skip(name, why_withheld(member)))
        return False
    batch.settled.append(name)
    try:
        contents = _contents(member)
    except BrokenCard as error:
        batch.skipped.append(Skip(name, str(error)))
    except Exception as error:  # noqa: BLE001 - one card must not keep the others from being read
        batch.skipped.append(Skip(name, mistake(error)))
    else:
        batch.skipped += [Skip(name, problem) for problem in contents.problems]
        if contents.entry:
            contents.entry.key = keys.give(name, contents.entry.key)
            batch.entries.append((name, contents.entry))
        elif not contents.problems and keys.take_back(name):
            batch.removed.append(name)
    position.etags[name] = member.tag(DAV + "getetag") or etag
    return True


def _contents(member: Member) -> CardContents:
    if member.status == TOO_LARGE:
        raise BrokenCard("too large to be read")
    if ADDRESS_BOOKS.data not in member.properties:
        raise BrokenCard(f"not given out by the server ({member.status})")
    return read_card(member.text(ADDRESS_BOOKS.data))
