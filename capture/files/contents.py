"""What a file is that may hold mail: by its name where that is certain, else by how it begins."""

from __future__ import annotations

import os
import re
from typing import Literal, NamedTuple

from capture.files.opening import open_regular

Content = Literal["mbox", "message", "calendar", "foreign", "nothing"]

MBOX_SUFFIXES = frozenset({".mbox", ".mbx", ".mboxo", ".mboxrd", ".mboxcl", ".mboxcl2"})
MESSAGE_SUFFIXES = frozenset({".eml", ".emlx"})
_EXPORT = "export them as mbox or .eml"
_UNPACK = "if there is mail in it, unpack it"
_FOREIGN: dict[str, tuple[str, str]] = {
    ".msg": ("an Outlook message", _EXPORT),
    ".pst": ("an Outlook data file", _EXPORT),
    ".ost": ("an Outlook data file", _EXPORT),
    ".olm": ("an archive of Outlook for Mac", _EXPORT),
    ".dbx": ("a mailbox of Outlook Express", _EXPORT),
    ".pmm": ("a mailbox of Pegasus Mail", _EXPORT),
    ".cnm": ("a message of Pegasus Mail", _EXPORT),
    ".tbb": ("a mailbox of The Bat!", _EXPORT),
    ".nsf": ("a Notes database", _EXPORT),
    **dict.fromkeys(
        (".zip", ".tar", ".tgz", ".tbz", ".txz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"), ("an archive", _UNPACK)
    ),
}
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"*mbx*", "a mailbox in the MBX format", _EXPORT),
    (b"!BDN", "an Outlook data file", _EXPORT),
    (b"\x01\x01\x01\x01", "a mailbox in the MMDF format", _EXPORT),
    (b"BABYL OPTIONS", "a mailbox in the Babyl format", _EXPORT),
)
# Of mail programs, systems and people, and certainly no mailboxes: not even opened.
_OTHER = frozenset({
    ".css", ".csv", ".dat",
    ".db", ".doc", ".docx", ".emlxpart", ".gif", ".htm", ".html", ".ini", ".jpeg", ".jpg", ".js",
    ".json", ".lock", ".log", ".md", ".mov", ".mp3", ".mp4", ".msf", ".ods", ".odt", ".pdf", ".plist", ".png", ".ppt",
    ".pptx", ".py", ".sh", ".sqlite", ".svg", ".vcf", ".webp", ".xls", ".xlsx", ".xml",
})  # fmt: skip
_SNIFFED = 2048
_BLANK = b"\xef\xbb\xbf\r\n\t "
_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
_MAIL_FIELD = re.compile(
    rb"^(?:From|Date|Message-ID|Received|Return-Path|Subject|To|MIME-Version)[ \t]*:", re.IGNORECASE | re.MULTILINE
)


class Looked(NamedTuple):
    """What a file is; of a "foreign" one, which holds mail that cannot be read, its kind and what
    to do about it."""

    content: Content
    kind: str = ""
    advice: str = ""


def look(path: str, asked_for: bool = False) -> Looked:
    """What the file at `path` is; more is taken for mail where the user `asked_for` this very file.

    Raises OSError, of files whose name alone does not tell.
    """
    suffix = os.path.splitext(path)[1].lower()
    if suffix in MESSAGE_SUFFIXES:
        return Looked("message")
    if suffix == ".ics":
        return Looked("calendar")
    if suffix in _FOREIGN:
        return Looked("foreign", *_FOREIGN[suffix])
    if suffix in _OTHER and not asked_for:
        return Looked("nothing")
    with open_regular(path) as file:
        start = file.read(_SNIFFED).lstrip(_BLANK)
    for beginning, kind, advice in _BEGINNINGS:
        if start.startswith(beginning):
            return Looked("foreign", kind, advice)
    if suffix in MBOX_SUFFIXES or start.startswith(b"From "):
        return Looked("mbox")
    if asked_for and start[:15].upper() == b"BEGIN:VCALENDAR":
        return Looked("calendar")
    fields = {found.lower() for found in _MAIL_FIELD.findall(start)}
    return Looked("message" if _FIELD.match(start) and (asked_for or len(fields) > 1) else "nothing")
