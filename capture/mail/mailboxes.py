"""Which mailboxes of a server are read: pure decisions over its listing."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imapclient.imap_utf7 import decode as decode_utf7

from capture.mail.well_known_names import WELL_KNOWN


class MailboxState(NamedTuple):
    """What STATUS told (RFC 3501 §6.3.10); None where the server kept a number to itself."""

    uidvalidity: int | None
    uidnext: int | None
    messages: int | None


class Mailbox(NamedTuple):
    """One line of a listing. `wire` is the name as sent, `name` as people read it, `flags` in lower case."""

    wire: bytes
    name: str
    delimiter: str
    flags: frozenset[str]
    state: MailboxState | None = None


class Choice(NamedTuple):
    """The mailboxes to read, and those left out with the reason why."""

    read: list[Mailbox]
    left_out: list[tuple[Mailbox, str]]


_SPECIAL = {b: b.removeprefix("\\") for b in ("\\drafts", "\\junk", "\\trash", "\\all", "\\flagged", "\\important")}

_BY_NAME = {" ".join(name.split()): kind for kind, names in WELL_KNOWN.items() for name in names.split(",")}
_SAID = {
    "drafts": "drafts",
    "junk": "junk",
    "trash": "trash",
    "all": "all mail: holds what other mailboxes hold",
    "flagged": "a view of flagged mail in other mailboxes",
    "important": "a view of important mail in other mailboxes",
}
_ROOTS = ("inbox", "[gmail]", "[google mail]")


def mailbox_name(wire: bytes) -> str:
    """The name people read for a mailbox name in modified UTF-7 (RFC 3501 §5.1.3); INBOX in capitals."""
    try:
        name: str = decode_utf7(wire)
    except (ValueError, UnicodeError, IndexError):
        name = wire.decode("utf-8", "replace")
    return "INBOX" if name.upper() == "INBOX" else name


def choose(listing: Iterable[Mailbox], exclude: Sequence[str]) -> Choice:
    """Leave out what never holds an exchange, or holds it twice, and what the user excludes.

    Drafts, Junk, Trash and All Mail go by special use (RFC 6154) or by their well-known names at
    the top (or below INBOX), in the common languages, with all mailboxes below them. `exclude` holds
    names or globs as people read them, in any case; what lies below an excluded mailbox is too.
    """
    read: list[Mailbox] = []
    left_out: list[tuple[Mailbox, str]] = []
    dropped: list[str] = []
    for mailbox in sorted(listing, key=lambda m: (m.name != "INBOX", m.name)):
        reason = _reason(mailbox, exclude)
        if reason is None and any(mailbox.name.startswith(parent) for parent in dropped):
            reason = "lies in a mailbox that is left out"
        if reason is None:
            read.append(mailbox)
            continue
        left_out.append((mailbox, reason))
        if mailbox.delimiter and reason != "cannot be opened":
            dropped.append(mailbox.name + mailbox.delimiter)
    return Choice(read, left_out)


def _reason(mailbox: Mailbox, exclude: Sequence[str]) -> str | None:
    for flag, kind in _SPECIAL.items():
        if flag in mailbox.flags:
            return _SAID[kind]
    if mailbox.name != "INBOX" and (by_name := _BY_NAME.get(_top_name(mailbox))):
        return _SAID[by_name]
    lowered = mailbox.name.lower()
    if any(fnmatch.fnmatchcase(lowered, pattern.lower()) for pattern in exclude):
        return "excluded in the configuration"
    if "\\noselect" in mailbox.flags or "\\nonexistent" in mailbox.flags:
        return "cannot be opened"
    return None


def _top_name(mailbox: Mailbox) -> str:
    lowered = mailbox.name.lower()
    for root in _ROOTS:
        if mailbox.delimiter and lowered.startswith(root + mailbox.delimiter.lower()):
            return lowered[len(root) + len(mailbox.delimiter) :]
    return lowered
