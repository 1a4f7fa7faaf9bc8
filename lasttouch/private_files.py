"""Files that only their owner may read, whatever the umask; each is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from activity.errors import DatabaseError, UsageError
from store.database import create_private
from store.file_owner import as_owner_of


class NewFile(NamedTuple):
    """An empty file of mode 0600 to be filled, by its descriptor wherever that will do."""

    path: Path
    descriptor: int

    def text(self) -> TextIO:
        """To write UTF-8 to; line ends stay as they are. To be closed by the caller."""
        return os.fdopen(os.dup(self.descriptor), "w", encoding="utf-8", newline="")


@contextlib.contextmanager
def replacement(path: Path) -> Iterator[NewFile]:
    """A new file that becomes `path` once it is filled and on the disk; root acts as the folder's
    owner meanwhile.

    Where the block fails, `path` stays as it was. Raises OSError.
    """
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    with as_owner_of(path):
        new.unlink(missing_ok=True)
        descriptor = create_private(new)
        try:
            yield NewFile(new, descriptor)
            os.fsync(descriptor)
            new.replace(path)
        finally:
            os.close(descriptor)
            new.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Raises OSError."""
    with replacement(path) as new, new.text() as output:
        output.write(text)


@contextlib.contextmanager
def private_output(path: Path, force: bool) -> Iterator[NewFile]:
    """As `replacement`, of a file that the user named; what killed processes left of it goes first.

    Raises UsageError where `path` exists and `force` is not given or it is no file, DatabaseError
    where it cannot be written.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no regular file", "give the name of a file")
    if path.exists() and not force:
        raise UsageError(f"{path} exists", "give another name, or --force to replace it")
    try:
        _sweep(path)
        with replacement(path) as new:
            yield new
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise DatabaseError(f"{path} cannot be written: {error.strerror}", "check the folder and the disk") from None


def _sweep(path: Path) -> None:
    """Files that began to become `path` in processes which are no more, and what stood beside them."""
    begun = f"{path.name}.new-"
    for name in os.listdir(path.parent):
        number = name.removeprefix(begun).partition(".")[0]
        if name.startswith(begun) and number.isdigit() and not _runs(int(number)):
            with as_owner_of(path):
                path.with_name(name).unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's
    return True
