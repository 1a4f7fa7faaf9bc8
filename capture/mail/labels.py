"""Gmail's labels (X-GM-EXT-1): All Mail without drafts, and without what bears a label that is left
out."""

from __future__ import annotations

import imaplib
import logging
from collections.abc import Iterator, Sequence

from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_fetch_response

from capture.mail.connection import Connection
from capture.mail.mailboxes import mailbox_name, name_octets
from capture.mail.plain_words import is_throttling, said
from capture.mail.position import uid_sets

LABELS_AT_ONCE = 5000
DRAFT = "\\Draft"

_log = logging.getLogger(__name__)


def readable(connection: Connection, uids: Sequence[int], unwanted: frozenset[str]) -> list[int]:
    """Those of `uids` in All Mail, which is open, that are no drafts and bear none of the
    `unwanted` labels.

    A message whose labels the server does not give is left out where some are unwanted.
    """
    drafts = _drafts(connection) if uids else frozenset()
    wanted = [uid for uid in uids if uid not in drafts]
    return list(_without(connection, wanted, unwanted)) if unwanted else wanted


def _drafts(connection: Connection) -> frozenset[int]:
    """Drafts by their label.

    Their flag tells as well, so a server that does not search labels is no trouble.
    """
    try:
        return frozenset(connection.search(["X-GM-LABELS", DRAFT]))
    except IMAPClientError as error:
        if isinstance(error, imaplib.IMAP4.abort) or is_throttling(said(error)):
            raise
        _log.debug("drafts cannot be searched by their label: %s", said(error))
        return frozenset()


def _without(connection: Connection, uids: Sequence[int], unwanted: frozenset[str]) -> Iterator[int]:
    for uid_set in uid_sets(uids, LABELS_AT_ONCE):
        status, data = connection._imap.uid("FETCH", uid_set.text, "(X-GM-LABELS)")  # imapclient's takes no ranges
        connection._checkok("fetch", status, data)
        for uid, items in sorted(parse_fetch_response(data).items()):
            labels = items.get(b"X-GM-LABELS")
            if isinstance(labels, tuple) and unwanted.isdisjoint(mailbox_name(name_octets(one)) for one in labels):
                yield uid
