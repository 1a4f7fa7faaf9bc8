"""What a real IMAP server of the tests is to its users, whatever program it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime

import imapclient


class ImapServer(ABC):
    """A server on loopback at `port` without TLS; everybody has the same `password`."""

    port: int
    password: str

    @abstractmethod
    def client(self, user: str) -> imapclient.IMAPClient:
        """A connection, logged in."""

    def append(
        self,
        user: str,
        mailbox: str,
        messages: Iterable[bytes],
        when: datetime | None = None,
        flags: tuple[bytes, ...] = (),
    ) -> None:
        """Put messages into a mailbox, made if it is not there; `when` becomes their
        INTERNALDATE."""
        with self.client(user) as client:
            if not client.folder_exists(mailbox):
                client.create_folder(mailbox)
            for message in messages:
                client.append(mailbox, message, flags, when)
