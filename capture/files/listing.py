"""What a file or folder holds that can be read: mailboxes, messages, calendars."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from capture.files.exclusions import left_out
from capture.files.names import folder_parts, readable
from capture.files.opening import open_regular

Kind = Literal["mbox", "maildir", "messages", "message", "calendar", "unreadable", "doubtful", "unknown"]

_MBOX_SUFFIXES = frozenset({".mbox", ".mbx", ".mboxo", ".mboxrd", ".mboxcl", ".mboxcl2"})
_MAILDIR = frozenset({"cur", "new", "tmp"})
_SNIFFED = 4096
_BLANK = b"\xef\xbb\xbf\r\n\t "
_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")


class Found(NamedTuple):
    """Something below a configured path; `parts` are the readable names on the way to it.

    "unreadable" is a folder, mailbox or calendar that cannot be read because of `error`; "doubtful" a
    file of which that keeps us from telling what it is.
    """

    kind: Kind
    path: str
    parts: tuple[str, ...]
    error: OSError | None = None


def look_at_file(path: str) -> Found:
    """What a single file is, by its suffix or else by how it begins. Raises OSError."""
    suffix = os.path.splitext(path)[1].lower()
    with open_regular(path) as file:
        start = file.read(_SNIFFED).lstrip(_BLANK)
    if suffix == ".ics" or start[:15].upper() == b"BEGIN:VCALENDAR":
        return Found("calendar", path, ())
    if suffix in _MBOX_SUFFIXES or (start.startswith(b"From ") and suffix != ".eml"):
        return Found("mbox", path, ())
    if suffix == ".eml" or _FIELD.match(start):
        return Found("message", path, ())
    return Found("unknown" if start else "mbox", path, ())


def look_into(folder: str, exclude: Sequence[str]) -> Iterator[Found]:
    """Everything that can be read in a folder and those below it; mailboxes that are left out are not among it.

    Folders are listed one at a time, links to folders are not followed, hidden files not looked at, and
    hidden folders only if they are Maildirs (Maildir++ keeps its subfolders so).
    """
    waiting: list[tuple[str, tuple[str, ...]]] = [(folder, ())]
    while waiting:
        path, parts = waiting.pop()
        try:
            contents = _contents(path)
        except OSError as error:
            yield Found("unreadable", path, parts, error)
            continue
        if contents.is_maildir:
            yield Found("maildir", path, parts)
        if contents.messages:
            yield Found("messages", path, parts)
        for kind, name, reason in sorted(contents.files, key=lambda file: file[1]):
            found = Found(kind, os.path.join(path, name), (*parts, readable(name)), reason)
            if kind != "mbox" or not left_out(found.parts, exclude):
                yield found
        for name in sorted(contents.folders, reverse=True):
            below = (*parts, *folder_parts(name))
            if not left_out(below, exclude):
                waiting.append((os.path.join(path, name), below))


@dataclass(slots=True)
class _Contents:
    folders: list[str] = field(default_factory=list)
    files: list[tuple[Kind, str, OSError | None]] = field(default_factory=list)
    messages: bool = False
    is_maildir: bool = False


def _contents(folder: str) -> _Contents:
    contents = _Contents()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                contents.folders.append(entry.name)
            elif not entry.name.startswith("."):
                _take(contents, entry)
    if "cur" in contents.folders and {"new", "tmp"} & set(contents.folders):
        contents.is_maildir = True
        contents.folders = [name for name in contents.folders if name not in _MAILDIR]
    contents.folders = [
        name
        for name in contents.folders
        if not name.startswith(".") or os.path.isdir(os.path.join(folder, name, "cur"))
    ]
    return contents


def _take(contents: _Contents, entry: os.DirEntry[str]) -> None:
    suffix = os.path.splitext(entry.name)[1].lower()
    if suffix == ".eml":
        contents.messages = True
        return
    if suffix and suffix != ".ics" and suffix not in _MBOX_SUFFIXES:
        return
    try:
        if not entry.is_file():
            return
        if suffix == ".ics":
            contents.files.append(("calendar", entry.name, None))
        elif suffix or _begins_as_mbox(entry.path):
            contents.files.append(("mbox", entry.name, None))
    except FileNotFoundError:
        return
    except OSError as error:
        contents.files.append(("unreadable" if suffix else "doubtful", entry.name, error))


def _begins_as_mbox(path: str) -> bool:
    with open_regular(path) as file:
        return file.read(5) == b"From "
