"""Asking a server which mailboxes it has and how they stand, in as few round trips as it allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_response

from capture.mail.connection import Connection
from capture.mail.mailboxes import Mailbox, MailboxState, mailbox_name

_STATUS_ITEMS = "(MESSAGES UIDNEXT UIDVALIDITY)"


def list_mailboxes(connection: Connection) -> list[Mailbox]:
    """All mailboxes; with their state in the same answer where LIST-STATUS is offered (RFC 5819)."""
    imap = connection._imap
    extended = connection.has_capability("LIST-STATUS")
    if extended:
        special = "SPECIAL-USE " if connection.has_capability("SPECIAL-USE") else ""
        status, data = imap._simple_command("LIST", '""', '"*"', "RETURN", f"({special}STATUS {_STATUS_ITEMS})")
    else:
        status, data = imap._simple_command("LIST", '""', '"*"')
    connection._checkok("list", status, data)
    _, lines = imap._untagged_response(status, data, "LIST")
    listing = [_mailbox(flags, delimiter, wire) for flags, delimiter, wire in connection._proc_folder_list(lines)]
    if not extended:
        return listing
    _, answers = imap._untagged_response(status, data, "STATUS")
    states = dict(_states(answers))
    return [mailbox._replace(state=states.get(mailbox.wire)) for mailbox in listing]


def mailbox_state(connection: Connection, mailbox: Mailbox) -> MailboxState:
    """The state of one mailbox by STATUS; raises IMAPClientError where the server refuses."""
    answer = connection.folder_status(mailbox.wire, ["MESSAGES", "UIDNEXT", "UIDVALIDITY"])
    return _state(answer)


def open_mailbox(connection: Connection, mailbox: Mailbox) -> MailboxState:
    """Open a mailbox with EXAMINE, so that nothing in it can change by our reading (RFC 3501 §6.3.2)."""
    return _state(connection.select_folder(mailbox.wire, readonly=True), messages=b"EXISTS")


def _mailbox(flags: tuple[bytes, ...], delimiter: bytes | None, wire: bytes | str | int) -> Mailbox:
    raw = wire if isinstance(wire, bytes) else str(wire).encode("ascii", "replace")
    return Mailbox(
        wire=raw,
        name=mailbox_name(raw),
        delimiter=(delimiter or b"").decode("ascii", "replace"),
        flags=frozenset(flag.decode("ascii", "replace").lower() for flag in flags),
    )


def _states(answers: Iterable[Any]) -> Iterable[tuple[bytes, MailboxState]]:
    pieces: list[Any] = []
    for answer in answers:
        if answer is None:
            continue
        pieces.append(answer)
        if isinstance(answer, tuple):  # the name came as a literal; the rest is the next piece
            continue
        try:
            name, items = parse_response(pieces)
            pairs = dict(zip(items[::2], items[1::2], strict=False))
        except (ValueError, TypeError, IMAPClientError):
            pairs = {}
            name = b""
        pieces = []
        yield name if isinstance(name, bytes) else str(name).encode("ascii", "replace"), _state(pairs)


def _state(items: dict[bytes, Any], messages: bytes = b"MESSAGES") -> MailboxState:
    def number(name: bytes) -> int | None:
        value = items.get(name)
        value = value[0] if isinstance(value, list) and value else value
        return value if isinstance(value, int) else None

    return MailboxState(number(b"UIDVALIDITY"), number(b"UIDNEXT"), number(messages))
