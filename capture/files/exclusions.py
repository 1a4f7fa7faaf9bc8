"""What never holds an exchange: drafts, junk and trash, by folder, by Gmail label, by flag."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Sequence

from capture.mail.encoded_words import decode_words
from capture.mail.well_known_names import KIND_BY_NAME, comparable

_UNWANTED = frozenset(("drafts", "junk", "trash"))
_SUFFIX = re.compile(r"\.(?:mbox\w*|mbx|sbd|maildir)\Z", re.IGNORECASE)
_LABELS = re.compile(rb"^X-Gmail-Labels:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,50})", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^X-Status:[ \t]*([A-Za-z]{0,20})", re.IGNORECASE | re.MULTILINE)


def left_out(parts: Sequence[str], exclude: Sequence[str] = ()) -> str | None:
    """Why the mailbox with this path is not read; None if it is.

    Folders named Drafts, Junk or Trash in the common languages are left out at any depth, with what
    lies below them: where a mailbox's top is cannot be told from files. All Mail is read, since in an
    export nothing else may hold its messages. `exclude` are names or globs of mailboxes, in any case.
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

    `X-Gmail-Labels` of Google Takeout, encoded words and all; `X-Status` of mbox files, T for drafts.
    The topmost counts, which the export wrote.
    """
    lowered = header.lower()
    if b"x-gmail-labels:" in lowered and (labels := _LABELS.search(header)):
        text = decode_words(re.sub(r"[\r\n]+", "", labels[1].decode("utf-8", "replace")))
        return any(_unwanted_kind(label.strip('" ')) for label in text.split(","))
    return b"x-status:" in lowered and bool((status := _STATUS.search(header)) and b"T" in status[1].upper())


def _unwanted_kind(name: str) -> str | None:
    kind = KIND_BY_NAME.get(comparable(_SUFFIX.sub("", name)))
    return kind if kind in _UNWANTED else None


def _comparable(name: str) -> str:
    return " ".join(_SUFFIX.sub("", unicodedata.normalize("NFC", name)).lower().split())
