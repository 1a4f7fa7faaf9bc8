"""A user's own files and folders as a source: mbox, Maildir, .eml and .ics."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.errors import SourceError
from capture.files.calendar_files import CalendarFile, calendar_file, read_calendar_files
from capture.files.exclusions import holds_sent_mail, left_out
from capture.files.foreign_files import gone, named
from capture.files.listing import Found, look_at_file, look_into
from capture.files.mbox_reading import read_mbox
from capture.files.message_files import maildir_files, message_file, message_files, read_message_files
from capture.files.names import Names, folder_parts, readable
from capture.files.opening import unreachable, why

_CHECK = "check the path in [[accounts.files]]"


class FileSource:
    """Yields what is new in files and folders; an `activity.batch.Source`. Nothing is changed in
    them.

    A path may be an mbox, a .eml, .emlx or .ics, a Maildir, or a folder with any of these at any
    depth. A place is the last component of its path with, behind it, the way to the mailbox below
    ("Mail/All mail.mbox"); two paths with the same last component are told apart by a number. All
    .ics files below a folder are one place ("Mail/*.ics"). `since` is the day from which the first
    pass reads messages; `exclude` are names or globs of mailboxes to leave out. `names_attachments`:
    the documents that messages come with are told, too.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        since: date,
        private_events: str = "drop",
        exclude: Sequence[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        names_attachments: bool = False,
    ) -> None:
        self._paths = paths
        self._since = since
        self._private_events = private_events
        self._exclude = exclude
        self._now = now
        self._names_attachments = names_attachments

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """See `activity.batch.Source`. A path that cannot be read is a batch with its error."""
        labels: dict[str, str] = {}
        given = Names()
        for path in dict.fromkeys(os.path.abspath(path) for path in self._paths):
            labels[given.distinct(readable(os.path.basename(path)) or "/")] = path
        for label, path in labels.items():
            try:
                found = self._found(path)
            except OSError as error:
                yield Batch(label, error=unreachable(path, error))
            except ValueError:
                yield Batch(label, error=SourceError(f"{readable(path)} is no path", _CHECK))
            except SourceError as error:
                yield Batch(label, error=error)
            else:
                yield from self._read(label, found, cursors)

    def _found(self, path: str) -> Iterable[Found]:
        """What there is to be read.

        Raises OSError, ValueError for what is no path, or SourceError.
        """
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            found = look_into(path, self._exclude)
            is_mailbox = os.path.isdir(os.path.join(path, "cur"))
        elif stat.S_ISREG(mode):
            one = look_at_file(path)
            if one.kind == "unknown":
                raise SourceError(f"{readable(path)} holds neither mail nor a calendar", "unpack archives first")
            if one.kind == "foreign":
                raise SourceError(f"{readable(path)} is {one.kind_of_file}, which cannot be read", one.advice)
            found, is_mailbox = iter((one,)), one.kind == "mbox"
        else:
            raise SourceError(f"{readable(path)} is neither a file nor a folder", _CHECK)
        if is_mailbox and (kind := left_out(folder_parts(os.path.basename(path)))):
            raise SourceError(
                f"{readable(path)} holds {kind}, which is never read", "take it out of [[accounts.files]]"
            )
        return found

    def _read(self, label: str, found: Iterable[Found], cursors: Mapping[str, str]) -> Iterator[Batch]:
        places: set[str] = set()
        given = Names()
        calendars: list[CalendarFile] = []
        listed_all = True
        calendar_place = f"{label}/*.ics"
        for one in found:
            if one.kind == "calendar":
                calendars.append(calendar_file("/".join(one.parts) or label, one.path, self._private_events))
                calendar_place = calendar_place if one.parts else label
                continue
            listed_all = listed_all and one.error is None
            parts = (*one.parts, f"*{os.path.splitext(one.names[0])[1]}") if one.kind == "foreign" else one.parts
            place = given.distinct("/".join((label, *parts)))
            places.add(place)
            sent = holds_sent_mail((label, *one.parts))
            for batch in self._read_mailbox(one, place, cursors.get(place)):
                if sent:
                    _mark_as_sent(batch)
                yield batch
        if listed_all:
            yield from gone(label, places, cursors)
        cursor = cursors.get(calendar_place)
        if calendars or cursor:
            yield from read_calendar_files(calendar_place, calendars, cursor, self._private_events, listed_all)

    def _read_mailbox(self, found: Found, place: str, cursor: str | None) -> Iterator[Batch]:
        path, told = found.path, (place, cursor, self._since, self._now(), self._names_attachments)
        match found.kind:
            case "mbox":
                yield from read_mbox(path, *told)
            case "maildir":
                yield from read_message_files(path, maildir_files(path), *told)
            case "messages":
                yield from read_message_files(path, message_files(path, found.names), *told)
            case "message":
                yield from read_message_files(path, message_file(path), *told)
            case "unreadable":
                assert found.error is not None
                yield Batch(place, error=unreachable(path, found.error))
            case "foreign":
                yield from named(found, place, cursor)
            case "doubtful":
                assert found.error is not None
                yield Batch(place, skipped=[Skip(found.parts[-1], why(found.error))])


def _mark_as_sent(batch: Batch) -> None:
    for item in batch.items:
        if isinstance(item, Envelope):
            item.in_sent = True
