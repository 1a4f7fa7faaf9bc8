"""The mail folders of a mailbox: listed, named as they lie in each other, and chosen as mailboxes are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from capture.files.names import Names
from capture.graph.client import GraphClient, Json, link, rows
from capture.graph.messages import type_of
from capture.graph.refusals import Refused
from capture.mail.mailboxes import Choice, Mailbox, choose

_FLAGS = {
    "inbox": "\\inbox", "sentitems": "\\sent", "drafts": "\\drafts", "junkemail": "\\junk", "deleteditems": "\\trash",
    "outbox": "\\scheduled", "archive": "\\archive", "clutter": "\\clutter",
}  # fmt: skip
_NO_MAIL = (
    "recoverableitemsdeletions", "conversationhistory", "conflicts", "syncissues", "localfailures", "serverfailures",
    "searchfolders",
)  # fmt: skip
WELL_KNOWN = (*_FLAGS, *_NO_MAIL)
_MOST_PAGES = 1000
_DEEPEST = 100  # Exchange allows 300 folders in each other; nobody has that
_NOWHERE = "holds no mail"


class Folder(NamedTuple):
    """A folder as it is remembered: its id, that of the one it lies in, what it is called there, and
    by which well-known name it goes, "" for none."""

    id: str
    parent: str
    name: str
    known_as: str = ""


class FolderTree:
    """The folders as they were last told, and the link by which Graph tells what has changed.

    `places` are the names they had when first seen, by their ids: what the log knows them by.
    """

    def __init__(self, text: str | None = None) -> None:
        self.folders: dict[str, Folder] = {}
        self.places: dict[str, str] = {}
        self.link = ""
        try:
            link, folders, places = json.loads(text or "null")
            self.link = str(link)
            self.folders = {one[0]: Folder(*map(str, one)) for one in folders}
            self.places = dict(places)
        except (TypeError, ValueError, IndexError, RecursionError):
            self.__dict__.update(folders={}, places={}, link="")

    def to_text(self) -> str:
        return json.dumps([self.link, [list(one) for one in self.folders.values()], self.places])

    def follow(self, client: GraphClient, page: Json | Refused | None = None) -> None:
        """Take in what has changed; `page` is the answer to `link`, where that was asked for already.

        Raises Refused, or another SourceError.
        """
        if isinstance(page, Refused):
            if not page.has_lost_its_place:
                raise page
            self.link, page = "", None
        if not self.link:
            self.folders.clear()
        url = self.link or client.path("/mailFolders/delta?$select=id,displayName,parentFolderId")
        before = set(self.folders)
        names: Sequence[Json | Refused] = ()
        if page is None and not self.link:  # all will be new, and so are the names they go by
            page, *names = client.batch([url, *_well_known(client)])
            if isinstance(page, Refused):
                raise page
        for _ in range(_MOST_PAGES):
            page = client.get(url) if page is None else page
            for row in rows(page):
                self._take(row)
            url = link(page, "@odata.nextLink")
            self.link = link(page, "@odata.deltaLink") or self.link
            page = None
            if not url:
                break
        if self.folders.keys() - before:
            self._name_well_known(names or client.batch(_well_known(client)))

    def _take(self, row: Json) -> None:
        folder_id, name, parent = row.get("id"), row.get("displayName"), row.get("parentFolderId")
        if not isinstance(folder_id, str):
            return
        if "@removed" in row:
            self.folders.pop(folder_id, None)
            return
        known = self.folders.get(folder_id, Folder(folder_id, "", "(no name)"))
        known_as = "searchfolders" if type_of(row) == "mailSearchFolder" else known.known_as
        named = name if isinstance(name, str) and name.strip() else known.name
        self.folders[folder_id] = Folder(
            folder_id, parent if isinstance(parent, str) else known.parent, named, known_as
        )

    def _name_well_known(self, answers: Sequence[Json | Refused]) -> None:
        for name, answer in zip(WELL_KNOWN, answers, strict=True):
            if isinstance(answer, Refused):
                if not (answer.is_gone or answer.status == 400):
                    raise answer
            elif (known := self.folders.get(str(answer.get("id")))) is not None:
                self.folders[known.id] = known._replace(known_as=name)


def _well_known(client: GraphClient) -> list[str]:
    """`wellKnownName` is no property of v1.0, so each such name is asked for, in one batch."""
    return [client.path(f"/mailFolders/{name}?$select=id") for name in WELL_KNOWN]


def chosen(folders: Iterable[Folder], exclude: Sequence[str]) -> Choice:
    """Which are read; the mailboxes of the choice bear the id as their name on the wire."""
    by_id = {one.id: one for one in folders}
    listing: list[Mailbox] = []
    beside: list[tuple[Mailbox, str]] = []
    given = Names(key=str.casefold)
    for one in by_id.values():
        line = _line(one, by_id)
        name = "/".join("INBOX" if each.known_as == "inbox" else each.name.replace("/", "_") for each in line)
        flag = _FLAGS.get(one.known_as)
        mailbox = Mailbox(one.id.encode(), given.distinct(name), "/", frozenset((flag,) if flag else ()))
        if any(each.known_as in _NO_MAIL for each in line):
            beside.append((mailbox, _NOWHERE))
        else:
            listing.append(mailbox)
    choice = choose(listing, exclude)
    return Choice(choice.read, choice.left_out + beside)


def messages_of(client: GraphClient, mailbox: Mailbox) -> str:
    """The URL of a folder's messages. Ids are case-sensitive."""
    return client.path(f"/mailFolders/{quote(mailbox.wire.decode(), safe='')}/messages")


def _line(folder: Folder, by_id: dict[str, Folder]) -> list[Folder]:
    """The folder behind those it lies in, from the top; Graph tells no folder for the top itself."""
    line = [folder]
    while len(line) < _DEEPEST and (parent := by_id.get(line[0].parent)) is not None and parent not in line:
        line.insert(0, parent)
    return line
