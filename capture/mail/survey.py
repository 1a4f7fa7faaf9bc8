"""What a mail server offers and what its mailboxes show of their owner, read without changing
anything."""

from __future__ import annotations

import contextlib
import ssl
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from activity.envelope import Envelope
from activity.errors import SourceError
from capture.mail.connection import Connection, connected
from capture.mail.fetch import fetch_headers
from capture.mail.listing import list_mailboxes, open_mailbox
from capture.mail.mailboxes import Choice, Mailbox, choose
from capture.mail.plain_words import in_plain_words
from capture.mail.position import uid_sets
from capture.mail.server import MailServer
from capture.mail.well_known_names import SENT_NAMES, comparable

SAMPLE = 200


@dataclass(frozen=True, slots=True)
class MailSurvey:
    """`special` are the kinds of special mailboxes the server marks (RFC 6154), without backslash.

    `certificate_ends` is None without TLS. Of the newest SAMPLE messages: `senders`, the From
    addresses in the mailbox of sent mail with how often each, `authserv_ids`, who signs the topmost
    Authentication-Results of the inbox (RFC 8601 §2.2), lower case; the most frequent first.
    """

    capabilities: frozenset[str]
    certificate_ends: datetime | None
    choice: Choice
    special: frozenset[str]
    sent: str | None
    senders: tuple[tuple[str, int], ...]
    authserv_ids: tuple[tuple[str, int], ...]


def survey(server: MailServer, exclude: Sequence[str] = (), shared: Sequence[str] = ()) -> MailSurvey:
    """Raises SourceError where nothing can be read; a mailbox that cannot be sampled shows nothing."""
    with connected(server) as connection:
        listing = list_mailboxes(connection)
        ends = _certificate_ends(connection)
        capabilities = frozenset(one.decode("ascii", "replace").upper() for one in connection.capabilities())
        sent = _sent(listing)
        inbox = next((one for one in listing if one.name == "INBOX"), None)
        senders = Counter(address.email for one in _newest(connection, sent, server) for address in one.from_)
        ids = Counter(name for one in _newest(connection, inbox, server) if (name := _authserv_id(one)))
    return MailSurvey(
        capabilities=capabilities,
        certificate_ends=ends,
        choice=choose(listing, exclude, "X-GM-EXT-1" in capabilities, shared),
        special=frozenset(flag.removeprefix("\\") for one in listing for flag in one.flags),
        sent=sent.name if sent else None,
        senders=tuple(senders.most_common()),
        authserv_ids=tuple(ids.most_common()),
    )


def _certificate_ends(connection: Connection) -> datetime | None:
    sock = connection.socket()
    certificate = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _sent(listing: Iterable[Mailbox]) -> Mailbox | None:
    listing = [mailbox for mailbox in listing if not mailbox.foreign]
    for mailbox in listing:
        if "\\sent" in mailbox.flags:
            return mailbox
    return next(
        (one for one in listing if comparable(one.name.rpartition(one.delimiter or "/")[2]) in SENT_NAMES), None
    )


def _newest(connection: Connection, mailbox: Mailbox | None, server: MailServer) -> Iterator[Envelope]:
    if mailbox is None:
        return
    with contextlib.suppress(SourceError), in_plain_words(server.where):
        state = open_mailbox(connection, mailbox)
        first = max(1, (state.messages or 0) - SAMPLE + 1)
        if not state.messages:
            return
        uids = sorted(connection.search([f"{first}:*"]))[-SAMPLE:]
        for part in fetch_headers(connection, list(uid_sets(uids, SAMPLE))):
            yield from (one.envelope for one in part.messages if one.envelope is not None)


def _authserv_id(envelope: Envelope) -> str:
    """The name before the first semicolon, without comment or version."""
    topmost = envelope.signs.get("authentication-results", "").partition("\n")[0]
    words = topmost.partition(";")[0].split()
    return words[0].lower() if words and "=" not in words[0] and len(words[0]) < 256 else ""
