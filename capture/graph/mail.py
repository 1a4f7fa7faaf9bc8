"""A mailbox at Microsoft 365 as a source of envelopes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from activity.batch import Batch
from activity.errors import SourceError
from capture.files.names import Names
from capture.graph.account import GraphAccount
from capture.graph.attachments import Attachments, may_read
from capture.graph.client import GraphClient
from capture.graph.folders import FolderTree, chosen
from capture.graph.mail_position import FolderPosition
from capture.graph.mail_reading import PAGE
from capture.graph.mail_reading import Folder as FolderReader
from capture.graph.refusals import ENDS_THE_PASS
from capture.mail.mailboxes import Choice

PERMISSION = "Mail.ReadBasic"
_log = logging.getLogger(__name__)


class GraphMail:
    """Reads new messages of every folder worth reading, without changing anything.

    The place "" holds the folders; its batches bear a cursor only. `since` is the day from which the
    first pass reads; `exclude` names folders or globs to leave out.
    """

    def __init__(self, account: GraphAccount, since: date, exclude: Sequence[str] = ()) -> None:
        self._account = account
        self._since = since.isoformat()
        self._exclude = exclude

    def choice(self) -> Choice:
        """Which folders are read, and which are not and why. Raises SourceError."""
        with self._client() as client:
            tree = FolderTree()
            tree.follow(client)
            return chosen(tree.folders.values(), self._exclude)

    def may_name_attachments(self) -> bool | None:
        """Is the right there to ask what documents are called? None where nothing shows it. Raises
        SourceError."""
        with self._client() as client:
            return may_read(client)

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Folder by folder; see `Source`. Those that were read before are asked for news together."""
        with self._client() as client:
            yield from self._batches(client, cursors)

    def _client(self) -> GraphClient:
        return GraphClient(self._account, "mail", PERMISSION, [f"odata.maxpagesize={PAGE}"])

    def _batches(self, client: GraphClient, cursors: Mapping[str, str]) -> Iterator[Batch]:
        tree = FolderTree(cursors.get(""))
        links = {
            folder_id: link
            for folder_id, place in tree.places.items()
            if (link := self._position(cursors, place).link) and folder_id in tree.folders
        }
        wanted = [one for one in ([tree.link] if tree.link else []) + [*links.values()] if client.may_batch(one)]
        answers = dict(zip(wanted, client.batch(wanted), strict=True))
        tree.follow(client, answers.get(tree.link))
        choice = chosen(tree.folders.values(), self._exclude)
        places = _placed(tree, choice)
        attachments = Attachments() if self._account.names_attachments else None
        if (text := tree.to_text()) != cursors.get(""):
            yield Batch("", cursor=text)
        for mailbox in choice.read:
            place = places[mailbox.wire.decode()]
            position = self._position(cursors, place)
            try:
                yield from FolderReader(client, mailbox, place, attachments).read(position, answers.get(position.link))
            except SourceError as error:
                if isinstance(error, ENDS_THE_PASS):
                    raise
                _log.warning("folder %r was not read: %s", place, error.message)
                yield Batch(place, error=error)

    def _position(self, cursors: Mapping[str, str], place: str) -> FolderPosition:
        return FolderPosition.from_cursor(cursors.get(place), self._since)


def _placed(tree: FolderTree, choice: Choice) -> dict[str, str]:
    """The place of each folder that is read, by its id: the name it had when first seen, its own."""
    given = Names(tree.places.values())
    for mailbox in choice.read:
        folder_id = mailbox.wire.decode()
        if folder_id not in tree.places:
            tree.places[folder_id] = given.distinct(mailbox.name)
    return tree.places
