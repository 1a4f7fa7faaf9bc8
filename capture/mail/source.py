"""A person's mail on an IMAP server as a source of envelopes."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from activity.batch import Batch
from activity.errors import SourceError, Throttled, Unreachable
from capture.mail.budget import Budget, Exhausted
from capture.mail.connection import Connection, connected
from capture.mail.guarded_stream import Stalled
from capture.mail.listing import MailboxRefused, list_mailboxes, mailbox_state
from capture.mail.mailboxes import Choice, Mailbox, choose, worth_watching
from capture.mail.plain_words import in_plain_words
from capture.mail.position import Position, unchanged
from capture.mail.server import MailServer

if TYPE_CHECKING:
    from activity.rights import PlaceRights
    from capture.mail.idle import Watch

LOST_CONNECTIONS = 2
PATIENCE_SHRINKS = 4  # times, with each stall: all of a pass's waiting for a silent server ends within a minute

_log = logging.getLogger(__name__)


class MailSource:
    """Reads new messages of every mailbox worth reading, oldest first, without changing anything.

    `since` is the day from which the first pass reads (by INTERNALDATE); `exclude` names
    mailboxes or globs to leave out, `shared` those of other users, or everybody's, to read.
    `asks_rights`: who may read each mailbox is told as well.
    """

    def __init__(
        self,
        server: MailServer,
        since: date,
        exclude: Sequence[str] = (),
        shared: Sequence[str] = (),
        asks_rights: bool = False,
    ) -> None:
        self._server = server
        self._since = since
        self._exclude = exclude
        self._shared = shared
        self._asks_rights = asks_rights

    @property
    def host(self) -> str:
        return self._server.host

    def choice(self) -> Choice:
        """Which mailboxes are read, and which are not and why."""
        with connected(self._server) as connection:
            return self._choose(connection)

    def rights(self) -> dict[str, PlaceRights]:
        """Who may read each mailbox that is read. Raises SourceError."""
        with connected(self._server) as connection:
            return dict(self._rights(connection, self._choose(connection).read))

    def worth_watching(self) -> list[Mailbox]:
        """The mailboxes to keep a `Watch` on. Raises SourceError."""
        return worth_watching(self.choice())

    def watch(self, mailbox: Mailbox) -> Watch:
        """A connection on which the server tells of new mail in this mailbox; see `Watch` for what
        it raises."""
        from capture.mail.idle import Watch  # noqa: PLC0415 - for the daemon only

        return Watch(self._server, mailbox)

    def _choose(self, connection: Connection, with_modseq: bool = False) -> Choice:
        listing = list_mailboxes(connection, with_modseq)
        return choose(listing, self._exclude, connection.has_capability("X-GM-EXT-1"), self._shared)

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Batches of bounded size, mailbox by mailbox; see `Source`.

        A mailbox that fails becomes a batch with its error, and the next one is read over a new
        connection; after LOST_CONNECTIONS lost ones, or when none can be made, the pass ends.
        """
        budget = Budget()
        waiting: deque[Mailbox] | None = None
        positions = {name: Position.from_cursor(cursor) for name, cursor in cursors.items()}
        followed = any(position.needs_modseq for position in positions.values() if position is not None)
        lost = 0
        server = self._server
        while waiting is None or waiting:
            with connected(server, budget) as connection:
                if waiting is None:
                    choice = self._choose(connection, followed)
                    waiting = deque(choice.read)
                    if self._asks_rights:  # first: what somebody may not see any more is closed to them
                        for place, told in self._rights(connection, choice.read):
                            yield Batch(place, rights=told)
                while waiting:
                    mailbox = waiting.popleft()
                    try:
                        with in_plain_words(server.where):
                            yield from self._mailbox(connection, mailbox, positions.get(mailbox.name), choice)
                        budget.earn()
                    except MailboxRefused as error:
                        _log.warning("mailbox %r was not read: %s", mailbox.name, error.message)
                        yield Batch(mailbox.name, error=error)
                    except Exhausted as error:
                        raise Exhausted(f"{error.message}; that was in mailbox {mailbox.name}", error.hint) from None
                    except SourceError as error:
                        lost += isinstance(error, Unreachable)
                        if lost > LOST_CONNECTIONS or isinstance(error, Throttled):
                            raise
                        _log.warning("mailbox %r was not read: %s", mailbox.name, error.message)
                        yield Batch(mailbox.name, error=error)
                        if isinstance(error, Stalled):
                            server = server._replace(stall_seconds=server.stall_seconds / PATIENCE_SHRINKS)
                        break  # answers to commands already sent may still be on their way

    def _rights(self, connection: Connection, mailboxes: Sequence[Mailbox]) -> Iterator[tuple[str, PlaceRights]]:
        from capture.mail.rights import rights_of  # noqa: PLC0415 - few accounts inherit their readers

        for mailbox in mailboxes:
            with in_plain_words(self._server.where):
                told = rights_of(connection, mailbox)
            yield mailbox.name, told

    def _mailbox(
        self, connection: Connection, mailbox: Mailbox, position: Position | None, choice: Choice
    ) -> Iterator[Batch]:
        since = self._since.isoformat()
        state = mailbox.state
        if state is None and position is not None:
            with contextlib.suppress(MailboxRefused):  # it may still be opened, which tells as much
                state = mailbox_state(connection, mailbox, with_modseq=position.needs_modseq)
        if unchanged(position, state, since):
            return
        from capture.mail.reading import read_mailbox  # noqa: PLC0415 - a poll that finds nothing new does without

        yield from read_mailbox(connection, mailbox, position, choice, since)
