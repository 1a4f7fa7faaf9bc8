"""Dates as a file that a spreadsheet opens: written beside, then renamed, so that nobody reads half of it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from activity.errors import ServerFault
from activity.spreadsheet import no_formula

MODE = 0o640
COLUMNS = ("contact", "name", "emails", "company", "lasttouch_at", "lasttouch_how", "lasttouch_by")


def text_of(rows: Sequence[Mapping[str, object]], form: str) -> str:
    """Contacts as CSV (RFC 4180, a cell that is a formula led by an apostrophe) or as JSON."""
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([[_cell(row.get(name)) for name in COLUMNS] for row in rows])
    return out.getvalue()


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    return no_formula(text.replace("\0", ""))


def held(path: Path) -> str | None:
    """What the file says now, None where there is none. Raises ServerFault where it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _fault(path, error) from None


def put(path: Path, text: str) -> None:
    """The file says this now; whoever reads it meanwhile has the old one or the new. Raises ServerFault."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                os.fchmod(descriptor, MODE)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            beside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise _fault(path, error) from None


def writable(path: Path) -> str:
    """Raises ServerFault where the file could not be written."""
    folder = next(one for one in (path, *path.parents) if one.is_dir())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _fault(path, PermissionError(13, "permission denied"))
    return f"{path} can be written"


def _fault(path: Path, error: OSError | ValueError) -> ServerFault:
    reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
    return ServerFault(f"{path} cannot be written: {reason}", "check the path, its permissions and the disk")
