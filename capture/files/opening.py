"""Opening files that anything may have put there."""

from __future__ import annotations

import errno
import io
import os
import stat
from datetime import UTC, datetime

from activity.errors import Unreachable, in_words
from capture.files.names import readable


def open_regular(path: str) -> io.FileIO:
    """A regular file, unbuffered, for reading.

    Raises OSError; never waits for the writer of a FIFO.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return io.FileIO(descriptor, "rb")


def modified(status: os.stat_result) -> datetime | None:
    """When the file was last written to; None where that is no date."""
    try:
        return datetime.fromtimestamp(status.st_mtime, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def why(error: OSError) -> str:
    """What is wrong, without the path."""
    return f"cannot be read: {in_words(error, 'the system does not say why')}"


def unreachable(path: str, error: OSError) -> Unreachable:
    if isinstance(error, FileNotFoundError):
        hint = "check the path in [[accounts.files]], and that the disk it lies on is mounted"
        return Unreachable(f"{readable(path)} does not exist", hint)
    return Unreachable(f"{readable(path)} {why(error)}", "the user that runs lasttouch must be able to read it")
