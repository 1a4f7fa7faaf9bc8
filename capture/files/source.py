"""A user's own files and folders as a source: mbox, Maildir, .eml and .ics."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from activity.batch import Batch, Skip
from activity.errors import SourceError
from capture.files.calendar_files import CalendarFile, read_calendar_files
from capture.files.exclusions import left_out
from capture.files.listing import Found, look_at_file, look_into
from capture.files.mbox_reading import read_mbox
from capture.files.message_files import eml_files, maildir_files, message_file, read_message_files
from capture.files.names import distinct, folder_parts, readable
from capture.files.opening import unreachable, why


class FileSource:
    """Yields what is new in files and folders; an `activity.batch.Source`. Nothing is changed in them.

    A path may be an mbox, a .eml, a .ics, a Maildir, or a folder with any of these at any depth. A place is
    the last component of its path with, behind it, the way to the mailbox below ("Mail/All mail.mbox"); two
    paths with the same last component are told apart by a number. All .ics files below a folder are one
    place ("Mail/*.ics"). `since` is the day from which the first pass reads messages; `exclude` are names
    or globs of mailboxes to leave out.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        since: date,
        private_events: str = "drop",
        exclude: Sequence[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._paths = paths
        self._since = since
        self._private_events = private_events
        self._exclude = exclude
        self._now = now

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """See `activity.batch.Source`. A path that cannot be read is a batch with its error."""
        labels: dict[str, str] = {}
        for path in dict.fromkeys(os.path.abspath(path) for path in self._paths):
            labels[distinct(readable(os.path.basename(path)) or "/", labels)] = path
        for label, path in labels.items():
            try:
                found = self._found(path)
            except (OSError, ValueError) as error:  # a path with a NUL is a ValueError
                failed = error if isinstance(error, OSError) else OSError(0, "it is no path")
                yield Batch(label, error=unreachable(path, failed))
            except SourceError as error:
                yield Batch(label, error=error)
            else:
                yield from self._read(label, found, cursors)

    def _found(self, path: str) -> Iterator[Found]:
        """What there is to be read. Raises OSError, ValueError, or SourceError where that is nothing."""
        mode = os.stat(path).st_mode
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            raise SourceError(
                f"{readable(path)} is neither a file nor a folder", "check the path in [[accounts.files]]"
            )
        name = os.path.basename(path)
        reason = left_out(folder_parts(name), self._exclude)
        if stat.S_ISDIR(mode):
            ...
        raise NotImplementedError
