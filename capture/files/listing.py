"""What a file or folder holds that can be read: mailboxes, messages, calendars."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from capture.files.contents import MBOX_SUFFIXES, MESSAGE_SUFFIXES, look
from capture.files.exclusions import left_out
from capture.files.names import folder_parts, readable
from capture.files.opening import open_regular

Kind = Literal["mbox", "maildir", "messages", "message", "calendar", "unreadable", "doubtful", "foreign", "unknown"]

_MAILDIR = frozenset({"cur", "new", "tmp"})


class Found(NamedTuple):
    """Something below a configured path; `parts` are the readable names on the way to it.

    "unreadable" is a folder, mailbox or calendar that cannot be read because of `error`; "doubtful"
    a file of which that keeps us from telling what it is. "foreign" are files that hold mail in a
    form we do not read, all of one kind in their folder. `names` are those of its files, and of
    `messages` those whose names do not tell that they are one; `kind_of_file` and `advice` say in
    words what they are.
    """

    kind: Kind
    path: str
    parts: tuple[str, ...]
    error: OSError | None = None
    names: tuple[str, ...] = ()
    kind_of_file: str = ""
    advice: str = ""


def look_at_file(path: str) -> Found:
    """What a single file is, by its suffix or else by how it begins. Raises OSError."""
    with open_regular(path) as file:
        is_empty = not file.read(1)
    looked = look(path, asked_for=True)
    if looked.content == "nothing":
        return Found("mbox" if is_empty else "unknown", path, ())
    return Found(looked.content, path, (), kind_of_file=looked.kind, advice=looked.advice)


def look_into(folder: str, exclude: Sequence[str]) -> Iterator[Found]:
    """Everything that can be read in a folder and those below it; mailboxes that are left out are
    not among it.

    Folders are listed one at a time, links to folders are not followed, hidden files not looked at,
    and hidden folders only if they are Maildirs (Maildir++ keeps its subfolders so).
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
            yield Found("messages", path, parts, names=tuple(contents.unnamed))
        for (kind_of_file, advice), names in sorted(contents.foreign.items()):
            yield Found("foreign", path, parts, None, tuple(names), kind_of_file, advice)
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
    unnamed: list[str] = field(default_factory=list)  # messages whose names do not tell
    numbered: bool = False  # MH: they are named by numbers
    foreign: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    is_maildir: bool = False


def _contents(folder: str) -> _Contents:
    contents = _Contents()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                contents.folders.append(entry.name)
            elif not entry.name.startswith("."):
                _take(contents, entry)
    present = _MAILDIR & set(contents.folders)
    if present & {"cur", "new"} and (len(present) > 1 or len(contents.folders) == 1):
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
    try:
        if suffix not in MESSAGE_SUFFIXES and not entry.is_file():
            return
        if contents.numbered and entry.name.isdecimal():
            contents.unnamed.append(entry.name)
            return
        looked = look(entry.path)
    except FileNotFoundError:
        return
    except OSError as error:
        kind: Kind = "unreadable" if suffix in MBOX_SUFFIXES or suffix == ".ics" else "doubtful"
        contents.files.append((kind, entry.name, error))
        return
    match looked.content:
        case "message":
            contents.messages = True
            if suffix not in MESSAGE_SUFFIXES:
                contents.unnamed.append(entry.name)
                contents.numbered = contents.numbered or entry.name.isdecimal()
        case "foreign":
            contents.foreign.setdefault((looked.kind, looked.advice), []).append(entry.name)
        case "mbox" | "calendar":
            contents.files.append((looked.content, entry.name, None))
