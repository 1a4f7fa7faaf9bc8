"""The contacts of a mailbox at Microsoft 365 as a synced source of contacts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from activity.address import normalise
from activity.batch import Skip
from activity.contact import ContactEntry
from activity.errors import SourceError
from activity.mistakes import mistake
from capture.address_books.batch import AddressBookBatch
from capture.graph.account import GraphAccount
from capture.graph.calendar_position import key_of
from capture.graph.client import GraphClient, Json, rows
from capture.graph.refusals import ENDS_THE_PASS, Refused
from capture.graph.writing_down import Unwritten

PERMISSION = "Contacts.Read"
FIELDS = "displayName,givenName,surname,companyName,emailAddresses,categories"
DEFAULT = "Contacts"
_MOST_PAGES = 10_000
_NO_END = ("the contacts before their end", "contacts without end")


@dataclass(slots=True)
class _Position:
    """`link` is Graph's, to go on by; `held` are the keys of the contacts that were taken in, `seen`
    those that a round from the start has shown, None in one that tells changes only."""

    link: str = ""
    held: set[str] = field(default_factory=set)
    seen: set[str] | None = field(default_factory=set)

    def to_text(self) -> str:
        return json.dumps([self.link, sorted(self.held), None if self.seen is None else sorted(self.seen)])

    @staticmethod
    def from_text(text: str | None) -> _Position:
        try:
            link, held, seen = json.loads(text or "null")
            return _Position(str(link), set(held), None if seen is None else set(seen))
        except (TypeError, ValueError, RecursionError):
            return _Position()


class GraphContacts:
    """Yields the changes of each folder of contacts."""

    def __init__(self, account: GraphAccount) -> None:
        self._account = account

    def batches(self, cursors: Mapping[str, str]) -> Iterator[AddressBookBatch]:
        """What is new since `cursors`. Raises SourceError where nothing can be read at all."""
        with GraphClient(self._account, "contacts", PERMISSION, ["odata.maxpagesize=200"]) as client:
            for folder_id, place in _folders(client):
                try:
                    yield from _read(client, folder_id, place, cursors.get(place))
                except SourceError as error:
                    if isinstance(error, ENDS_THE_PASS):
                        raise
                    yield AddressBookBatch(place, error=error)


def _folders(client: GraphClient) -> list[tuple[str, str]]:
    """Those there are, by id, with the place each is. The default one is not among those listed, so
    it is known by what lies in it."""
    first = rows(client.get(client.path("/contacts?$select=parentFolderId&$top=1")))
    default = first[0].get("parentFolderId") if first else None
    found = {default: DEFAULT} if isinstance(default, str) else {}
    for page in client.pages(client.path("/contactFolders?$select=id,displayName&$top=100")):
        for row in page:
            folder_id, name = row.get("id"), row.get("displayName")
            if isinstance(folder_id, str) and folder_id not in found:
                named = name if isinstance(name, str) and name.strip() else folder_id[-8:]
                found[folder_id] = named if named not in found.values() else f"{named} ({key_of(folder_id)[:6]})"
    return list(found.items())


def _read(client: GraphClient, folder_id: str, place: str, cursor: str | None) -> Iterator[AddressBookBatch]:
    position = _Position.from_text(cursor)
    for attempt in (1, 2):
        try:
            yield from _round(client, folder_id, place, position, cursor)
        except Refused as refused:
            if not refused.has_lost_its_place or attempt == 2:
                raise refused.error from None
            position = _Position(held=position.held)
            continue
        return


def _round(
    client: GraphClient, folder_id: str, place: str, position: _Position, cursor: str | None
) -> Iterator[AddressBookBatch]:
    start = f"/contactFolders/{quote(folder_id, safe='')}/contacts/delta?$select={FIELDS}"
    url = position.link or client.path(start)
    shown: set[str] = set()
    unwritten = Unwritten()
    for changed, following, is_last in client.changes(url, _MOST_PAGES, *_NO_END):
        batch = AddressBookBatch(place)
        for row in changed:
            _take(row, position, batch)
        client.earn(len({key for key, _ in batch.entries} - shown))
        shown.update(key for key, _ in batch.entries)
        position.link = following
        if is_last and position.seen is not None:
            gone = sorted(position.held - position.seen)
            batch.removed += gone
            position.held.difference_update(gone)
            position.seen = None
        is_due = unwritten.is_due(len(changed), len(position.held), is_last)
        if is_due and (text := position.to_text()) != cursor:
            batch.cursor = cursor = text
        yield batch


def _take(row: Json, position: _Position, batch: AddressBookBatch) -> None:
    if not isinstance(row.get("id"), str):
        return
    key = key_of(row["id"])
    batch.settled.append(key)
    if position.seen is not None:
        position.seen.add(key)
    try:
        entry = None if "@removed" in row else _entry(row, key)
    except Exception as error:  # noqa: BLE001 - one contact must not keep the others from being read
        batch.skipped.append(Skip(key, mistake(error)))
        return
    if entry is not None:
        position.held.add(key)
        batch.entries.append((key, entry))
    elif key in position.held:
        position.held.discard(key)
        batch.removed.append(key)


def _entry(row: Json, key: str) -> ContactEntry | None:
    """None for one without an address: nothing can be matched to it."""
    emails: dict[str, None] = {}
    for one in _list(row.get("emailAddresses")):
        told = one.get("address") if isinstance(one, dict) else None
        if isinstance(told, str) and (email := normalise(told)):
            emails[email] = None
    if not emails:
        return None
    parts = [row.get("givenName"), row.get("surname")]
    name = row.get("displayName") or " ".join(one for one in parts if isinstance(one, str))
    company = row.get("companyName")
    return ContactEntry(
        name=" ".join(str(name).split()) or next(iter(emails)),
        emails=list(emails),
        company=company.strip() if isinstance(company, str) else "",
        key=key,
        tags=[one for one in _list(row.get("categories")) if isinstance(one, str)],
    )


def _list(told: object) -> Sequence[object]:
    return told if isinstance(told, list) else ()
