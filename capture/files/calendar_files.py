"""Calendar files read again when they change: what is new in them, and what is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from activity.batch import Batch, Skip
from activity.errors import SourceError
from activity.meeting import CalendarObject
from activity.mistakes import mistake
from capture.calendar.content_lines import BrokenObject
from capture.calendar.text import decoded
from capture.files.calendar_objects import FileObject, is_whole, objects_of
from capture.files.calendar_position import KnownFile, Position, Stamp, stamp_of
from capture.files.opening import open_regular, unreachable
from capture.files.other_uids import content_of, etag_of, under_first_uids

FILE_BYTES = 32 << 20
MANY = 5  # that many meetings do not vanish at once; a file or folder without any is an error
BATCH_OBJECTS = 2000
BATCH_CHARACTERS = 8 << 20
_EMPTIED = "if it was emptied on purpose, take it out of the configuration"


class Content(NamedTuple):
    """A calendar file's text with the stamp it had; `reason` says why there is none to be had."""

    stamp: Stamp
    text: str = ""
    reason: str = ""


class CalendarFile(NamedTuple):
    """`name` is readable and the same in every pass; the objects' hrefs begin with it.

    `read` gives the content, None if it is as it was at the stamp given. It raises a SourceError
    where the file cannot be read.
    """

    name: str
    read: Callable[[Stamp], Content | None]


def calendar_file(name: str, path: str, private_events: str) -> CalendarFile:
    """One that lies on this machine."""
    return CalendarFile(name, partial(_content, path, private_events))


def _content(path: str, private_events: str, stamp: Stamp) -> Content | None:
    try:
        with open_regular(path) as opened:
            now = stamp_of(os.fstat(opened.fileno()), private_events)
            if now == stamp:
                return None
            raw = opened.read(FILE_BYTES + 1)
    except OSError as error:
        raise unreachable(path, error) from None
    if len(raw) > FILE_BYTES:
        return Content(now, reason=f"it is larger than {FILE_BYTES >> 20} MB")
    return Content(now, decoded(raw))


def read_calendar_files(
    place: str, files: Sequence[CalendarFile], cursor: str | None, private_events: str, listed_all: bool
) -> Iterator[Batch]:
    """New and changed objects, one for each UID of each file (href "name.ics#UID"), in batches; the
    last removes.

    A file that cannot be read, is no calendar, breaks off, or holds nothing where it held many
    takes nothing away; nor does one that is missing from the listing unless `listed_all`.
    """
    reading = _Reading(place, files, cursor, private_events)
    if not files and reading.position.objects >= MANY:
        message = f"there is no calendar file in {place} where there were {reading.position.objects} meetings"
        yield Batch(place, error=SourceError(f"{message}; none was removed", _EMPTIED))
        return
    yield from reading.batches(listed_all)


class _Reading:
    """One pass. Removals, and the stamps of files that something is gone from, wait for its last
    batch.

    Every batch has a cursor: what is in the log and not in the position would never be removed.
    """

    def __init__(self, place: str, files: Sequence[CalendarFile], cursor: str | None, private_events: str) -> None:
        self.position = Position.from_cursor(cursor)
        self._place = place
        self._files = {file.name: file for file in files}
        self._cursor = cursor
        self._private_events = private_events
        self._batch = Batch(place)
        self._characters = 0
        self._failed = False
        self._keys: dict[str, str] | None = None  # of all objects, by content
        self._gone: dict[str, tuple[Stamp, set[str]]] = {}

    def batches(self, listed_all: bool) -> Iterator[Batch]:
        for name, file in self._files.items():
            known = self.position.files.setdefault(name, KnownFile())
            yield from self._read(file, known)
        for name in [name for name in self.position.files if listed_all and name not in self._files]:
            self._gone[name] = ([], set(self.position.files[name].objects))
        for name, keys in self._shown_elsewhere().items():
            yield from self._show_again(self._files[name], keys)
        if not self._failed:
            self._remove()
        text = self.position.cursor()
        self._batch.cursor = text if text != (self._cursor or Position().cursor()) else None
        batch = self._batch
        if batch.items or batch.skipped or batch.removed or batch.error or batch.cursor:
            yield batch

    def _read(self, file: CalendarFile, known: KnownFile) -> Iterator[Batch]:
        content = self._content(file, known.stamp)
        if content is None:
            return
        stamp, text, reason = content
        if reason:
            self._batch.skipped.append(Skip(file.name, reason))
            known.stamp = stamp
            return
        keys: set[str] = set()
        try:
            for one, remembered in self._under_first_uids(text, known):
                if not one.text:  # of what is private now, the log shall keep nothing
                    if known.objects.pop(one.key, None) is not None:
                        yield from self._show(file, one)
                    continue
                keys.add(one.key)
                changed = etag_of(known.objects.get(one.key, "")) != one.etag
                self._remember(known, one.key, remembered)
                if changed:
                    yield from self._show(file, one)
        except (BrokenObject, MemoryError) as error:
            self._batch.skipped.append(Skip(file.name, str(error) or "there is no memory for it"))
            known.stamp = stamp
            return
        except Exception as error:  # noqa: BLE001 - one file must not keep the others from being read
            self._batch.skipped.append(Skip(file.name, mistake(error)))
            known.stamp = stamp
            return
        missing = known.objects.keys() - keys
        if not is_whole(text):
            self._batch.skipped.append(Skip(file.name, "it breaks off before its end"))
        elif missing and not keys and len(missing) >= MANY:
            message = f"{file.name} holds no meeting where there were {len(missing)}; none was removed"
            self._fail(SourceError(message, _EMPTIED))
            return
        elif missing:
            self._gone[file.name] = (stamp, missing)
            return
        known.stamp = stamp

    def _under_first_uids(self, text: str, known: KnownFile) -> Iterator[tuple[FileObject, str]]:
        return under_first_uids(objects_of(text, self._private_events), dict(known.objects), self._shown_as)

    def _shown_as(self, content: str) -> str | None:
        """The key of an object with this content in any file."""
        if self._keys is None:
            files = self.position.files.values()
            self._keys = {content_of(mark): key for file in files for key, mark in file.objects.items()}
        return self._keys.get(content)

    def _remember(self, known: KnownFile, key: str, remembered: str) -> None:
        known.objects[key] = remembered
        if self._keys is not None:
            self._keys.setdefault(content_of(remembered), key)

    def _content(self, file: CalendarFile, stamp: Stamp) -> Content | None:
        """None if it is as it was at `stamp` or cannot be read."""
        try:
            return file.read(stamp)
        except SourceError as error:
            self._fail(error)
            return None

    def _show(self, file: CalendarFile, one: FileObject) -> Iterator[Batch]:
        """Put the object into the batch; yields that batch when it is full."""
        href = f"{file.name}#{one.key}"
        if one.reason:
            self._batch.skipped.append(Skip(href, one.reason))
        else:
            self._batch.items.append(CalendarObject(href, one.etag, one.text))
        self._characters += len(one.text)
        if len(self._batch.items) + len(self._batch.skipped) < BATCH_OBJECTS and self._characters < BATCH_CHARACTERS:
            return
        self._batch.cursor = self.position.cursor()
        full, self._batch, self._characters = self._batch, Batch(self._place), 0
        yield full

    def _shown_elsewhere(self) -> dict[str, set[str]]:
        """Of what is gone from one file, what another still shows: file name → keys."""
        gone = {key for _, keys in self._gone.values() for key in keys}
        shown: dict[str, set[str]] = {}
        for name, known in self.position.files.items() if gone else ():
            keys = (gone & known.objects.keys()) - self._gone.get(name, ([], set()))[1]
            if keys and name in self._files:
                shown[name] = keys
        return shown

    def _show_again(self, file: CalendarFile, keys: set[str]) -> Iterator[Batch]:
        """So that its meetings are seen to be shown there before they are taken away here."""
        content = self._content(file, [])
        if content is None:
            return
        try:
            for one, _ in self._under_first_uids(content.text, self.position.files[file.name]):
                if one.key in keys:
                    yield from self._show(file, one)
        except BrokenObject as error:
            self._fail(SourceError(f"{file.name} cannot be read: {error}", "look at the file in a calendar program"))

    def _fail(self, error: SourceError) -> None:
        """Nothing is removed in this pass."""
        self._batch.error, self._failed = error, True

    def _remove(self) -> None:
        for name, (stamp, keys) in self._gone.items():
            self._batch.removed += [f"{name}#{key}" for key in sorted(keys)]
            known = self.position.files[name]
            known.stamp = stamp
            for key in keys:
                del known.objects[key]
            if name not in self._files:
                del self.position.files[name]
