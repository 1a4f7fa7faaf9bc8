"""Files that only their owner may read, whatever the umask; each is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from activity.errors import DatabaseError, UsageError
from store.database import create_private


@contextlib.contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """The path of an empty file of mode 0600 to be filled; once it is on the disk, it becomes `path`.

    Where the block fails, `path` stays as it was. Raises OSError.
    """
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    new.unlink(missing_ok=True)
    try:
        os.close(create_private(new))
        yield new
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Raises OSError."""
    with replacement(path) as new:
        new.write_text(text, encoding="utf-8", newline="")


@contextlib.contextmanager
def private_output(path: Path, force: bool) -> Iterator[Path]:
    """As `replacement`, of a file that the user named.

    Raises UsageError where `path` exists and `force` is not given or it is no file, DatabaseError where it cannot be
    written.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no regular file", "give the name of a file")
    if path.exists() and not force:
        raise UsageError(f"{path} exists", "give another name, or --force to replace it")
    try:
        with replacement(path) as new:
            yield new
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise DatabaseError(f"{path} cannot be written: {error.strerror}", "check the folder and the disk") from None
