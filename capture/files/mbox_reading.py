"""One mbox file read from where it was left, in batches that can each be stored."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from activity.batch import Batch
from capture.files.mbox import MboxScan
from capture.files.message import Outcome, is_being_written, judge_header, received
from capture.files.opening import modified, open_regular, unreachable
from capture.files.pacing import Filling
from capture.files.separators import separator_date
from capture.files.structure import Structure, structure_of

_SAMPLE = 4096


@dataclass(frozen=True, slots=True)
class Position:
    """How far an mbox was read: its first `end` bytes, whose beginning and end have `digest`.

    Reading goes on at `offset` (see `MboxScan.resume`). `modified` is the file's time (ns) when it
    was read to its end, 0 when it was not. `since` is the day from which it was first read.
    """

    offset: int
    end: int
    digest: str
    modified: int
    since: str

    def cursor(self) -> str:
        return json.dumps(["mbox", self.offset, self.end, self.digest, self.modified, self.since])

    @staticmethod
    def from_cursor(cursor: str | None) -> Position | None:
        """None for no cursor, or one that is not ours."""
        try:
            kind, offset, end, digest, modified, since = json.loads(cursor or "null")
        except (TypeError, ValueError):
            return None
        return Position(offset, end, digest, modified, since) if kind == "mbox" else None


def read_mbox(
    path: str, place: str, cursor: str | None, since: date, now: datetime, names_attachments: bool = False
) -> Iterator[Batch]:
    """New messages of the file at `path`, and the new position; nothing if nothing was added.

    A file that no longer begins and ends, as far as it was read, with the same bytes was rewritten
    or compacted, and is read again from its start. A last message whose header is not ended waits
    for the next pass if the file was written to within the last minute.
    """
    try:
        with open_regular(path) as file:
            yield from _read(file, place, cursor, since, now, names_attachments)
    except OSError as error:
        yield Batch(place, error=unreachable(path, error))


def _read(
    file: io.FileIO, place: str, cursor: str | None, since: date, now: datetime, names_attachments: bool
) -> Iterator[Batch]:
    status = os.fstat(file.fileno())
    start = _start(file, Position.from_cursor(cursor), since.isoformat())
    if (start.end, start.modified) == (status.st_size, status.st_mtime_ns):
        return
    first_day = date.fromisoformat(start.since)
    scan = MboxScan(file, start.offset)
    filling = Filling(Batch(place))
    any_message, whole = start.end > 0, True
    for message in scan:
        any_message = True
        if not message.finished and is_being_written(modified(status), now):
            whole = False
            break
        structure = Structure()
        if message.header:
            structure = structure_of(file, message.header, message.start, scan.end, names_attachments)
        taken_in = separator_date(message.separator) or received(message.header)
        outcome = judge_header(message.header, taken_in, first_day, structure)
        filling.add(f"message at byte {message.start}", outcome, len(message.header or b""))
        if filling.full:
            filling.batch.cursor = _moved(start, scan, file, 0).cursor()
            yield filling.batch
            filling = Filling(Batch(place))
    if not any_message and scan.end:
        filling.add(place.rpartition("/")[2], Outcome(reason="there is no message in it"), 0)
    text = _moved(start, scan, file, status.st_mtime_ns if whole else 0).cursor()
    filling.batch.cursor = text if text != cursor else None
    if filling.says_something:
        yield filling.batch


def _start(file: io.FileIO, position: Position | None, since: str) -> Position:
    """Where to read on: at the start, if it was never read, not from as early a day, or is another
    file now."""
    if position and position.since <= since and position.digest == _digest(file, position.end):
        return position
    return Position(0, 0, _digest(file, 0), 0, since)


def _moved(position: Position, scan: MboxScan, file: io.FileIO, modified_ns: int) -> Position:
    return replace(position, offset=scan.resume, end=scan.end, digest=_digest(file, scan.end), modified=modified_ns)


def _digest(file: io.FileIO, end: int) -> str:
    first = os.pread(file.fileno(), min(_SAMPLE, end), 0)
    last_at = max(0, end - _SAMPLE)
    last = os.pread(file.fileno(), end - last_at, last_at)
    return hashlib.blake2b(first + b"|" + last, digest_size=16).hexdigest()
