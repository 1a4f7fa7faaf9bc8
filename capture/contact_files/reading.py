"""Reading a file of contacts, whichever kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from activity.errors import NotFound, UsageError
from capture.contact_files.cards import read_cards
from capture.contact_files.contents import ContactFile, Finding, RowProblem, WithoutEmail
from capture.contact_files.lines import as_utf8
from capture.contact_files.table import read_table

_MAX_BYTES = 200_000_000
_MAX_ENTRIES = 500_000
_MAX_PROBLEMS = 100_000
_VCARD_SUFFIXES = {".vcf", ".vcard"}
_BEGIN_VCARD = b"BEGIN:VCARD"
_WORKBOOK_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls


def read_contacts(path: Path, opened: BinaryIO | None = None) -> ContactFile:
    """The contacts of a CSV, TSV or vCard file and what could not be read of it.

    The content decides what it is, the suffix `.vcf` where that says nothing. Reading the same
    file again gives the same. `opened` is the file where somebody else has opened it. Raises NotFound
    for a missing file, UsageError for one that is no contact file, cannot be read, or is larger than
    200 MB, 500,000 contacts or 100,000 problems.
    """
    data = as_utf8(_read(path) if opened is None else _bounded(path, opened.read(_MAX_BYTES + 1)))
    contents = ContactFile()
    try:
        for finding in _findings(path, data):
            if isinstance(finding, RowProblem):
                contents.problems.append(finding)
            elif isinstance(finding, WithoutEmail):
                contents.without_email += 1
            else:
                contents.entries.append(finding)
            if len(contents.problems) > _MAX_PROBLEMS:
                raise UsageError(f"Over {_MAX_PROBLEMS:,} rows cannot be read.", f"The first: {contents.problems[0]}.")
            if len(contents.entries) > _MAX_ENTRIES:
                raise UsageError(f"There are over {_MAX_ENTRIES:,} contacts.", "Split it into several files.")
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", error.hint) from None
    contents.problems.sort(key=lambda problem: problem.line)
    return contents


def _findings(path: Path, data: bytes) -> Iterator[Finding]:
    if not data.strip():
        raise UsageError("The file is empty.")
    if data.startswith(_WORKBOOK_MAGIC):
        raise UsageError("This is a workbook.", "Save it as CSV and import that.")
    if data[:1000].lstrip().upper().startswith(_BEGIN_VCARD):
        return read_cards(data)
    if path.suffix.lower() in _VCARD_SUFFIXES:
        if _BEGIN_VCARD not in data.upper():
            raise UsageError("There is no BEGIN:VCARD in it.", "Export the contacts again as vCard, or as CSV.")
        return read_cards(data)
    return read_table(data)


def _read(path: Path) -> bytes:
    try:
        if not path.exists():
            raise NotFound(f"{path} does not exist.", "Give the path of a CSV or vCard file.")
        if not path.is_file():
            what = "directory" if path.is_dir() else "device or pipe"
            raise UsageError(f"{path} is a {what}.", "Give the path of a CSV or vCard file.")
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    return _bounded(path, data)


def _bounded(path: Path, data: bytes) -> bytes:
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path} is larger than {_MAX_BYTES // 1_000_000} MB.", "Split it into several files.")
    return data
