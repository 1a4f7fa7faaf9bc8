"""Folders in which every message is a file: Maildir, .eml, .emlx, MH."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

from activity.batch import Batch, Skip
from activity.mark import ANSWERED, FLAGGED, Mark
from capture.files.contents import MESSAGE_SUFFIXES
from capture.files.emlx import Span, message_span
from capture.files.known_files import KnownFiles, cursor_for, digest
from capture.files.message import is_being_written, judge_header, read_header, received
from capture.files.names import readable
from capture.files.opening import modified, open_regular, unreachable, why
from capture.files.pacing import Filling
from capture.files.structure import Structure, structure_of

_SUFFIXES = tuple(MESSAGE_SUFFIXES)
# What stands behind the unique name: flags of the standard form, with the marks used where ":" may not be.
_FLAGS = re.compile(r"[:;!]2,([^:;!]*)\Z")


class MessageFile(NamedTuple):
    """A message, and the digest of what identifies it; `error` where not even that can be had."""

    path: str
    digest: int = 0
    error: OSError | None = None


def maildir_files(folder: str) -> Iterator[MessageFile]:
    """The messages of a Maildir by their unique names, which flags and a move from new to cur leave
    as they are.

    Drafts (D) and trashed ones (T) are passed over and stay unknown: the flag may be taken away.
    Raises OSError.
    """
    for part in ("new", "cur"):
        try:
            entries = os.scandir(os.path.join(folder, part))
        except FileNotFoundError:
            continue
        with entries:
            for entry in entries:
                flags = _FLAGS.search(entry.name)
                if entry.name.startswith(".") or (flags and set(flags[1]) & {"D", "T"}):
                    continue
                if (error := _if_no_file(entry)) is not None:
                    yield from error
                else:
                    yield MessageFile(entry.path, digest(entry.name[: flags.start()] if flags else entry.name))


def message_files(folder: str, unnamed: Collection[str] = ()) -> Iterator[MessageFile]:
    """The .eml and .emlx files of a folder, and those `unnamed` so, by name, time and size: another
    message may come to have the same name.

    Raises OSError.
    """
    others = frozenset(unnamed)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not (entry.name.lower().endswith(_SUFFIXES) or entry.name in others):
                continue
            if (error := _if_no_file(entry)) is not None:
                yield from error
            else:
                yield from message_file(entry.path)


def message_file(path: str) -> Iterator[MessageFile]:
    """A single file, if it is still there."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        yield MessageFile(path, error=error)
        return
    yield MessageFile(path, digest(os.path.basename(path), status.st_mtime_ns, status.st_size))


def _if_no_file(entry: os.DirEntry[str]) -> list[MessageFile] | None:
    """None for a regular file or a link to one; else what to say of it, which is nothing of a
    folder or device."""
    try:
        return None if entry.is_file() else []
    except OSError as error:
        return [MessageFile(entry.path, error=error)]


def read_message_files(
    folder: str,
    files: Iterator[MessageFile],
    place: str,
    cursor: str | None,
    since: date,
    now: datetime,
    names_attachments: bool = False,
) -> Iterator[Batch]:
    """The messages among `files` that are not known yet, in batches, and which are known now.

    All files are listed each time, as neither their times nor the folder's tell of one that was
    moved here. The last cursor forgets files that are gone; earlier ones carry how far this pass
    has come, but not each batch does, since that of a large folder is large itself.
    """
    known = KnownFiles.from_cursor(cursor, since.isoformat())
    listed, new = array("Q"), array("Q")
    filling, unstored = Filling(Batch(place)), 0
    try:
        for file in files:
            if file.error is None and file.digest in known:
                listed.append(file.digest)
                continue
            if _read_into(filling, file, date.fromisoformat(known.since), now, names_attachments):
                new.append(file.digest)
            if filling.full:
                unstored += filling.messages
                if unstored > (len(known) + len(new)) // 8:
                    filling.batch.cursor, unstored = known.cursor_with(new), 0
                yield filling.batch
                filling = Filling(Batch(place))
    except OSError as error:
        filling.batch.error = unreachable(folder, error)
        yield filling.batch
        return
    if new or len(listed) != len(known) or cursor is None:
        filling.batch.cursor = cursor_for(known.since, listed + new)
    if filling.says_something:
        yield filling.batch


def _read_into(filling: Filling, file: MessageFile, since: date, now: datetime, names_attachments: bool) -> bool:
    """Read one file; is it dealt with, so that it need not be read again?"""
    name = readable(os.path.basename(file.path))
    try:
        if file.error is not None:
            raise file.error
        with open_regular(file.path) as opened:
            status = os.fstat(opened.fileno())
            arrived = modified(status)
            is_emlx = file.path.lower().endswith(".emlx")
            span = message_span(opened, status.st_size) if is_emlx else Span(0, status.st_size, True)
            opened.seek(span.start)
            header = read_header(opened)
            structure = Structure()
            if header.block:
                structure = structure_of(opened, header.block, span.start, span.end, names_attachments)
    except FileNotFoundError:
        return False  # moved or deleted since it was listed
    except OSError as error:
        filling.batch.skipped.append(Skip(name, why(error)))
        return False
    if header.cut and is_being_written(arrived, now):
        return False
    if not span.wanted:
        return True
    outcome = judge_header(header.block, received(header.block), since, structure)
    if outcome.envelope is not None and (bits := _bits(file.path)):
        outcome.envelope.mark = Mark(0, bits)
    filling.add(name, outcome, len(header.block or b""))
    return True


def _bits(path: str) -> int:
    """What a Maildir's name says: R for answered, F for flagged (see `_FLAGS`)."""
    flags = _FLAGS.search(os.path.basename(path))
    return ANSWERED * ("R" in flags[1]) | FLAGGED * ("F" in flags[1]) if flags else 0
