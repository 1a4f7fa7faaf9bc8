"""Which mailboxes of a server are read: pure decisions over its listing."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from imapclient.imap_utf7 import decode as decode_utf7

from capture.mail.well_known_names import KIND_BY_NAME, SENT_NAMES, comparable


class MailboxState(NamedTuple):
    """What STATUS told (RFC 3501 §6.3.10); None where the server kept a number to itself.

    `modseq` is HIGHESTMODSEQ (RFC 7162 §3.1.2.1), another whenever a flag has changed.
    """

    uidvalidity: int | None
    uidnext: int | None
    messages: int | None
    modseq: int | None = None


class Mailbox(NamedTuple):
    """One line of a listing. `wire` is the name as sent, `name` as people read it, `flags` in lower
    case.

    `root` is what stands in `name` before the part that says what the mailbox is: a prefix that
    NAMESPACE told, among others' mailboxes with the user ("Other Users/ben/"). `foreign`: it is
    another user's, or everybody's.
    """

    wire: bytes
    name: str
    delimiter: str
    flags: frozenset[str]
    state: MailboxState | None = None
    root: str = ""
    foreign: bool = False


class Choice(NamedTuple):
    """The mailboxes to read, and those left out with the reason why.

    `labels`: mailboxes are labels (Gmail), and what is read shows mail of others as well; mail that
    bears one of `unwanted`, by the labels' own names, is left out of it.
    """

    read: list[Mailbox]
    left_out: list[tuple[Mailbox, str]]
    labels: bool = False
    unwanted: frozenset[str] = frozenset()


_SPECIAL = ("drafts", "junk", "trash", "all", "flagged", "important", "scheduled", "templates")
_SENT = "\\sent"
_SAID = {
    "drafts": "drafts",
    "junk": "junk",
    "trash": "trash",
    "all": "all mail: holds what other mailboxes hold",
    "flagged": "a view of flagged mail in other mailboxes",
    "important": "a view of important mail in other mailboxes",
    "scheduled": "mail yet to be sent",
    "templates": "mail yet to be sent",
    "unsent": "mail yet to be sent",
}
_SYSTEM_LABELS = {"\\sent": "\\Sent", "\\flagged": "\\Starred", "\\important": "\\Important", "\\drafts": "\\Draft"}
_UNOPENED = "cannot be opened"
_UNOPENABLE = frozenset(("\\noselect", "\\nonexistent"))
_EXCLUDED = "excluded in the configuration"
FOREIGN = "another user's, or shared: name it in shared_mailboxes to read it"
_GMAIL = ("[gmail]", "[google mail]")
_SURROGATE = re.compile("[\ud800-\udfff]")

_LABEL = "a label: All Mail holds what it shows"


def mailbox_name(wire: bytes) -> str:
    """The name people read for a mailbox name in modified UTF-7 (RFC 3501 §5.1.3); INBOX in
    capitals."""
    try:
        # octets beyond ASCII are against the standard; where they are found, they are UTF-8
        name: str = decode_utf7(wire) if wire.isascii() else wire.decode("utf-8")
    except (ValueError, UnicodeError, IndexError):
        name = wire.decode("utf-8", "replace")
    return "INBOX" if name.upper() == "INBOX" else _SURROGATE.sub("\ufffd", name)


def name_octets(wire: bytes | int | None) -> bytes:
    """A name as it was before imapclient took it for a number or NIL."""
    return wire if isinstance(wire, bytes) else b"NIL" if wire is None else str(wire).encode("ascii")


def choose(
    listing: Iterable[Mailbox], exclude: Sequence[str], labels: bool = False, shared: Sequence[str] = ()
) -> Choice:
    """Leave out what never holds an exchange, or holds it twice, and what the user excludes.

    Drafts, Junk, Trash, mail yet to be sent and All Mail go by special use (RFC 6154) or by their
    well-known names at the top (or below INBOX) of every namespace, in the common languages, with
    all mailboxes below them; All Mail by its name only where it is Gmail's. `exclude` holds names
    as people read them, in any case, with * and ? for any characters or one; what lies below an
    excluded mailbox is excluded too.

    What is another user's or everybody's is read where `shared`, names like those of `exclude`,
    names it or what it lies in. A login that has nothing of its own and is shown one other user's
    mailboxes was made to read them.

    Where mailboxes are `labels` (Gmail's X-GM-EXT-1), archived mail is in All Mail only, and all
    other mail is there too, but for Spam and Trash: then All Mail alone is read (unless it is
    excluded itself), without what bears an excluded label.
    """
    listing = list(listing)
    unwanted, named = [_folded(pattern) for pattern in exclude], [_folded(pattern) for pattern in shared]
    deputy = _is_deputy(listing)
    everything = next((mailbox for mailbox in listing if "\\all" in mailbox.flags), None)
    if labels and everything is not None and not _excluded(everything, unwanted):
        others = [mailbox for mailbox in listing if mailbox != everything]
        excluded = frozenset(_label(mailbox) for mailbox in others if _excluded(mailbox, unwanted))
        return Choice([everything], [(one, _reason(one, unwanted) or _LABEL) for one in others], True, excluded)
    read: list[Mailbox] = []
    left_out: list[tuple[Mailbox, str]] = []
    dropped: set[str] = set()
    for mailbox in sorted(listing, key=lambda m: (m.name != "INBOX", m.name)):
        reason = _reason(mailbox, unwanted)
        if reason is None and mailbox.foreign and not deputy and not _excluded(mailbox, named):
            reason = FOREIGN
        if reason is None and any(parent in dropped for parent in _parents(mailbox)):
            reason = "lies in a mailbox that is left out"
        if reason is None:
            read.append(mailbox)
            continue
        left_out.append((mailbox, reason))
        if reason not in (_UNOPENED, FOREIGN):
            dropped.add(mailbox.name)
    return Choice(read, left_out)


def worth_watching(choice: Choice) -> list[Mailbox]:
    """Of the mailboxes that are read, those where new mail shows first: INBOX, and the one for sent
    mail.

    That one goes by special use, else by its well-known names. Where All Mail is read, it is All
    Mail alone: what is sent is there as well.
    """
    own = [mailbox for mailbox in choice.read if not mailbox.foreign]
    everything = [mailbox for mailbox in own if "\\all" in mailbox.flags]
    inbox = [mailbox for mailbox in own if mailbox.name == "INBOX"]
    sent = [mailbox for mailbox in own if _SENT in mailbox.flags]
    by_name = [mailbox for mailbox in own if comparable(_top_name(mailbox)) in SENT_NAMES]
    return everything or inbox + (sent or by_name)[:1]


def holds_sent_mail(mailbox: Mailbox) -> bool:
    """By special use, else by name: what is in there was sent, whatever flags it bears."""
    return _SENT in mailbox.flags or comparable(_top_name(mailbox)) in SENT_NAMES


def _is_deputy(listing: Sequence[Mailbox]) -> bool:
    """Is there nothing to open but what is below one root that is not the login's own?"""
    shown = {(mailbox.foreign, mailbox.root) for mailbox in listing if _UNOPENABLE.isdisjoint(mailbox.flags)}
    return len(shown) == 1 and next(iter(shown))[0]


def _reason(mailbox: Mailbox, exclude: Sequence[str]) -> str | None:
    for kind in _SPECIAL:
        if "\\" + kind in mailbox.flags:
            return _SAID[kind]
    if by_name := _kind_by_name(mailbox):
        return _SAID[by_name]
    if _matches(mailbox.name, exclude):
        return _EXCLUDED
    if not _UNOPENABLE.isdisjoint(mailbox.flags):
        return _UNOPENED
    return None


def _excluded(mailbox: Mailbox, patterns: Sequence[str]) -> bool:
    """Is this mailbox, or one it lies in, named by one of the patterns?"""
    return any(_matches(name, patterns) for name in (mailbox.name, *_parents(mailbox)))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    folded = _folded(name)
    # brackets stand for themselves, as in [Gmail]
    return any(folded == one or fnmatch.fnmatchcase(folded, one.replace("[", "[[]")) for one in patterns)


def _label(mailbox: Mailbox) -> str:
    """What Gmail calls this mailbox in X-GM-LABELS."""
    if mailbox.name == "INBOX":
        return "\\Inbox"
    return next((label for flag, label in _SYSTEM_LABELS.items() if flag in mailbox.flags), mailbox.name)


def _kind_by_name(mailbox: Mailbox) -> str | None:
    """What a mailbox at the top, below INBOX or of Gmail's is by its name; "Todos" is All Mail only
    at Gmail.

    What its special use says is true whatever its name: Libero keeps sent mail in "outbox".
    """
    if _SENT in mailbox.flags:
        return None
    kind = KIND_BY_NAME.get(comparable(_top_name(mailbox)))
    return kind if kind != "all" or _folded(mailbox.name).startswith(_GMAIL) else None


def _top_name(mailbox: Mailbox) -> str:
    """The whole name of a mailbox in lower case, without its root, and without INBOX or [Gmail]
    above it."""
    folded = _folded(mailbox.name[len(mailbox.root) :])
    root, _, below = folded.partition(mailbox.delimiter.lower()) if mailbox.delimiter else ("", "", "")
    return below if root in ("inbox", *_GMAIL) and below else folded


def _parents(mailbox: Mailbox) -> Iterator[str]:
    if not mailbox.delimiter:
        return
    end = mailbox.name.find(mailbox.delimiter)
    while end >= 0:
        yield mailbox.name[:end]
        end = mailbox.name.find(mailbox.delimiter, end + 1)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()
