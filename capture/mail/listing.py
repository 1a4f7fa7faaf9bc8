"""Asking a server which mailboxes it has and how they stand, in as few round trips as it allows."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_response

from activity.errors import ServerFault
from capture.mail.connection import Connection
from capture.mail.mailboxes import Mailbox, MailboxState, mailbox_name, name_octets
from capture.mail.namespaces import namespaces, placed
from capture.mail.plain_words import refusal

LONGEST_NAME = 2000
LAST_UID = (1 << 32) - 1  # RFC 3501 §2.3.1.1
_STATUS_ITEMS = "MESSAGES UIDNEXT UIDVALIDITY"
_UNSENDABLE = re.compile(rb"[\r\n\0]")

_log = logging.getLogger(__name__)


class MailboxRefused(ServerFault):
    """The server will not show this mailbox; the connection is as good as before."""


def list_mailboxes(connection: Connection, with_modseq: bool = False) -> list[Mailbox]:
    """All mailboxes, and whose they are; with their state in the same answer where LIST-STATUS is
    offered (RFC 5819).

    NAMESPACE is not waited for by itself: its answer comes with that to LIST.

    `with_modseq` where somebody needs to know whether flags have changed: to ask for it makes the
    server tell of it in every answer from then on (RFC 7162 §3.1).
    """
    imap = connection._imap
    if connection.has_capability("NAMESPACE"):
        connection.send_aside(b"NAMESPACE")
    extended = connection.has_capability("LIST-STATUS")
    if extended:
        special = "SPECIAL-USE " if connection.has_capability("SPECIAL-USE") else ""
        status, data = imap._simple_command(
            "LIST", '""', '"*"', "RETURN", f"({special}STATUS ({_items(connection, with_modseq)}))"
        )
    else:
        status, data = imap._simple_command("LIST", '""', '"*"')
    connection._checkok("list", status, data)
    _, lines = imap._untagged_response(status, data, "LIST")
    known = namespaces(imap.untagged_responses.pop("NAMESPACE", ()))
    listing = {mailbox.name: placed(mailbox, known) for mailbox in _mailboxes(lines)}
    _, answers = imap._untagged_response(status, data, "STATUS")
    for name, state in _states(answers) if extended else ():
        if name in listing:
            listing[name] = listing[name]._replace(state=state)
    return list(listing.values())


def mailbox_state(connection: Connection, mailbox: Mailbox, with_modseq: bool = False) -> MailboxState:
    """The state of one mailbox by STATUS; raises MailboxRefused where the server does not give it."""
    with _refusable(connection, mailbox):
        return _state(connection.folder_status(mailbox.wire, _items(connection, with_modseq).split()))


def _items(connection: Connection, with_modseq: bool) -> str:
    return _STATUS_ITEMS + (" HIGHESTMODSEQ" if with_modseq and connection.has_capability("CONDSTORE") else "")


def open_mailbox(connection: Connection, mailbox: Mailbox) -> MailboxState:
    """Open a mailbox with EXAMINE, so that nothing in it can change by our reading (RFC 3501
    §6.3.2).

    Raises MailboxRefused where the server does not open it.
    """
    with _refusable(connection, mailbox):
        return _state(connection.select_folder(mailbox.wire, readonly=True), messages=b"EXISTS")


@contextlib.contextmanager
def _refusable(connection: Connection, mailbox: Mailbox) -> Iterator[None]:
    if _UNSENDABLE.search(mailbox.wire):
        raise MailboxRefused(f"the mailbox name {mailbox.name!r} cannot be sent")
    try:
        yield
    except IMAPClientError as error:
        refused = refusal(f"{connection.host}:{connection.port}", error)
        raise (MailboxRefused(refused.message) if isinstance(refused, ServerFault) else refused) from None


def _mailboxes(answers: Iterable[Any]) -> Iterator[Mailbox]:
    for answer in _parsed(answers):
        match answer:
            case (tuple() as flags, bytes() | None as delimiter, bytes() | int() | None as wire, *_) if (
                len(raw := name_octets(wire)) <= LONGEST_NAME
            ):
                yield Mailbox(
                    wire=raw,
                    name=mailbox_name(raw),
                    delimiter=(delimiter or b"").decode("ascii", "replace"),
                    flags=frozenset(f.decode("ascii", "replace").lower() for f in flags if isinstance(f, bytes)),
                )
            case _:
                _log.warning("a line of the mail server's listing cannot be read: %.200r", answer)


def _states(answers: Iterable[Any]) -> Iterator[tuple[str, MailboxState]]:
    for answer in _parsed(answers):
        match answer:
            case (bytes() | int() as wire, tuple() as items, *_):
                yield mailbox_name(name_octets(wire)), _state(dict(zip(items[::2], items[1::2], strict=False)))


def _parsed(answers: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Each untagged response parsed by itself, so that a broken one stays alone; imaplib cuts them
    at literals."""
    pieces: list[Any] = []
    for answer in answers:
        if answer is None:
            continue
        pieces.append(answer)
        if isinstance(answer, tuple):  # a literal; the rest of the response is the next piece
            continue
        try:
            yield parse_response(pieces)
        except (ValueError, TypeError, AssertionError, IMAPClientError):
            yield (pieces,)
        pieces = []


def _state(items: dict[Any, Any], messages: bytes = b"MESSAGES") -> MailboxState:
    told = {name.upper(): value for name, value in items.items() if isinstance(name, bytes)}

    def number(name: bytes) -> int | None:
        value = told.get(name)
        return value if isinstance(value, int) else None

    uidnext, count = number(b"UIDNEXT"), number(messages)
    if uidnext is not None and not (count or 0) < uidnext <= LAST_UID:
        uidnext = None  # no number at all is better than one that cannot be: too low hides mail, too high has no end
    return MailboxState(number(b"UIDVALIDITY"), uidnext, count, number(b"HIGHESTMODSEQ"))
