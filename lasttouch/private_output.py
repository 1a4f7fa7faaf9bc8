"""A file that only its owner may read, whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from activity.errors import DatabaseError, UsageError


@contextlib.contextmanager
def private_file(path: Path, force: bool) -> Iterator[Path]:
    """The path of an empty file of mode 0600 to be filled; it becomes `path` when the block ends well.

    Raises UsageError where `path` exists and `force` is not given or it is no file, DatabaseError where it cannot be
    written.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no regular file", "give the name of a file")
    if path.exists() and not force:
        raise UsageError(f"{path} exists", "give another name, or --force to replace it")
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        new.chmod(0o600)
        yield new
        new.replace(path)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise DatabaseError(f"{path} cannot be written: {error.strerror}", "check the folder and the disk") from None
    finally:
        new.unlink(missing_ok=True)
