"""What never holds an exchange: drafts, unsent mail, junk and trash, by folder, by Gmail label, by
flag."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Sequence

from capture.mail.encoded_words import decode_words
from capture.mail.well_known_names import KIND_BY_NAME, SENT_NAMES, comparable

_UNWANTED = {"drafts": "drafts", "junk": "junk", "trash": "trash", "unsent": "mail yet to be sent"}
_SUFFIX = re.compile(r"\.(?:mbox\w*|mbx|sbd|maildir)\Z", re.IGNORECASE)
_LABELS = re.compile(rb"^X-Gmail-Labels:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,50})", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^X-Status:[ \t]*([A-Za-z]{0,20})", re.IGNORECASE | re.MULTILINE)
_DRAFT = re.compile(rb"^X-Mozilla-Draft-Info[ \t]*:", re.IGNORECASE | re.MULTILINE)
_MOZILLA_STATUS = re.compile(rb"^X-Mozilla-Status[ \t]*:[ \t]*([0-9a-f]{4})\b", re.IGNORECASE | re.MULTILINE)
_MOZILLA_STATUS2 = re.compile(rb"^X-Mozilla-Status2[ \t]*:[ \t]*([0-9a-f]{8})\b", re.IGNORECASE | re.MULTILINE)
_EXPUNGED, _QUEUED, _IMAP_DELETED = 0x0008, 0x0800, 0x00200000  # nsMsgMessageFlags


def left_out(parts: Sequence[str], exclude: Sequence[str] = ()) -> str | None:
    """Why the mailbox with this path is not read; None if it is.

    Folders named Drafts, Outbox, Junk or Trash in the common languages are left out at any depth,
    with what lies below them: where a mailbox's top is cannot be told from files. All Mail is read,
    since in an export nothing else may hold its messages. `exclude` are names or globs of
    mailboxes, in any case.
    """
    for part in parts:
        if kind := _unwanted_kind(part):
            return kind
    names = [_comparable(part) for part in parts]
    paths = ["/".join(names[: depth + 1]) for depth in range(len(names))]
    if any(fnmatch.fnmatchcase(path, _glob(pattern)) for pattern in exclude for path in paths):
        return "excluded in the configuration"
    return None


def _glob(pattern: str) -> str:
    """Only * and ? stand for something, as for mailboxes of a server: [Gmail] is a name."""
    return _comparable(pattern).replace("[", "[[]")


def is_unwanted(header: bytes) -> bool:
    """Does the export say in the header that the message was a draft, spam or deleted?

    `X-Gmail-Labels` of Google Takeout, encoded words and all; `X-Status` of mbox files, T for
    drafts; Thunderbird's `X-Mozilla-Draft-Info`, and `X-Mozilla-Status` with what is deleted and
    not yet compacted, or queued. The topmost counts, which the export wrote.
    """
    lowered = header.lower()
    if b"x-gmail-labels:" in lowered:
        return any(map(_unwanted_kind, _labels(header)))
    if b"x-mozilla-" in lowered and (_DRAFT.search(header) or _is_gone_or_queued(header)):
        return True
    return b"x-status:" in lowered and bool((status := _STATUS.search(header)) and b"T" in status[1].upper())


def _is_gone_or_queued(header: bytes) -> bool:
    low, high = _MOZILLA_STATUS.search(header), _MOZILLA_STATUS2.search(header)
    flags = (int(low[1], 16) if low else 0) | (int(high[1], 16) & 0xFFFF0000 if high else 0)
    return bool(flags & (_EXPUNGED | _QUEUED | _IMAP_DELETED))


def holds_sent_mail(parts: Sequence[str]) -> bool:
    """Is the mailbox with this path one for sent mail, or below one?"""
    return any(comparable(_SUFFIX.sub("", part)) in SENT_NAMES for part in parts)


def is_labelled_sent(header: bytes) -> bool:
    """Does Takeout's label say that the message was sent?"""
    return b"x-gmail-labels:" in header.lower() and any(comparable(one) in SENT_NAMES for one in _labels(header))


def _labels(header: bytes) -> list[str]:
    labels = _LABELS.search(header)
    text = decode_words(re.sub(r"[\r\n]+", "", labels[1].decode("utf-8", "replace"))) if labels else ""
    return [label.strip('" ') for label in text.split(",")]


def _unwanted_kind(name: str) -> str | None:
    return _UNWANTED.get(KIND_BY_NAME.get(comparable(_SUFFIX.sub("", name)), ""))


def _comparable(name: str) -> str:
    return " ".join(_SUFFIX.sub("", unicodedata.normalize("NFC", name)).lower().split())
