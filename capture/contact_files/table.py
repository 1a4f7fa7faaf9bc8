"""Contacts from a delimited table with a header row."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator

from activity.address import normalise_domain
from activity.contact import ContactEntry
from activity.errors import UsageError
from activity.record_keys import record_key
from capture.contact_files.columns import Columns, recognise
from capture.contact_files.contents import (
    MAX_TEXT,
    Finding,
    RowProblem,
    WithoutEmail,
    quoted,
    squeezed,
    without_our_mistakes,
)
from capture.contact_files.emails import emails_in
from capture.contact_files.labels import tags_in
from capture.contact_files.lines import decode, physical_lines
from capture.contact_files.rows import Row, read_rows

_MAX_LINE = 1_000_000  # bytes
_DELIMITERS = (",", ";", "\t")
_LONGEST_PREAMBLE = 20  # lines
_EXCEL_DELIMITER = re.compile(r"sep=([,;|\t])\s*", re.IGNORECASE)
_WEB_PREFIX = re.compile(r"@|(?:https?://)?(?:www\.)?", re.IGNORECASE)
_DOMAIN = re.compile(r"[^\s.@/:,;]+(?:\.[^\s.@/:,;]+)+")


def read_table(data: bytes) -> Iterator[Finding]:
    """Entries and problems of a table, in its order; lines of prose above the header row are passed
    over.

    Raises UsageError where the header row names no column to know a contact or company by.
    """
    problems: list[RowProblem] = []
    lines = _text_lines(data, problems)
    first, line = _first_line(lines)
    stated = _EXCEL_DELIMITER.fullmatch(first)
    if stated:
        first, line = next(lines, ""), line + 1
    head = [first, *itertools.islice(lines, _LONGEST_PREAMBLE)]
    preamble = next((number for number, text in enumerate(head) if _is_header(text, alone=not number)), 0)
    first, line = head[preamble], line + preamble
    delimiter = stated[1] if stated else max(_DELIMITERS, key=lambda candidate: _fit(first, candidate))
    rows = read_rows(itertools.chain(head[preamble:], lines), delimiter, line)
    header = next((row.cells for row in rows if isinstance(row, Row)), [])
    columns = recognise(header)
    if not columns.suffice:
        raise _no_address_column(header)
    for row in rows:
        yield from problems
        problems.clear()
        if isinstance(row, RowProblem):
            yield row
        else:
            yield from without_our_mistakes(_read_row(row, columns, len(header)), row.line)
    yield from problems


def _text_lines(data: bytes, problems: list[RowProblem]) -> Iterator[str]:
    for number, line in enumerate(physical_lines(data), 1):
        if len(line) > _MAX_LINE:
            problems.append(RowProblem(number, f"a line of over {_MAX_LINE:,} bytes is not read"))
            yield "\n"
        else:
            yield decode(line)


def _first_line(lines: Iterator[str]) -> tuple[str, int]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            return line, number
    return "", 1


def _is_header(line: str, alone: bool) -> bool:
    """Does the line name columns of ours?

    Below others (LinkedIn has a note first) one alone may be chance.
    """
    return any(
        (columns := recognise(cells)).suffice and (alone or columns.recognised > 1)
        for delimiter in _DELIMITERS
        if (cells := _cells(line, delimiter)) and not any("@" in cell for cell in cells)
    )


def _fit(line: str, delimiter: str) -> tuple[int, int]:
    cells = _cells(line, delimiter)
    return recognise(cells).recognised, len(cells)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _no_address_column(header: list[str]) -> UsageError:
    found = ", ".join(quoted(cell) for cell in header[:20] if cell.strip()) or "none"
    more = f" and {len(header) - 20} more" if len(header) > 20 else ""
    if emails_in(header).good:
        hint = "The first line must name the columns, for example: name,email,company"
    else:
        hint = (
            'Name a column "email" (others we read: name, company, domain, owner, id), '
            "or take an export of Google, Outlook, HubSpot, Salesforce or Pipedrive as it is."
        )
    return UsageError(f"There is no column with e-mail addresses; the columns are {found}{more}.", hint)


def _read_row(row: Row, columns: Columns, width: int) -> Iterator[Finding]:
    cells = row.cells
    wanted = [*columns.email, *itertools.chain.from_iterable(columns.known.values())]
    if not any(cell.strip() for cell in cells):
        return
    if any(position < len(cells) and len(cells[position]) > MAX_TEXT for position in wanted):
        yield RowProblem(row.line, f"a cell of over {MAX_TEXT:,} characters")
        return
    if any(cell.strip() for cell in cells[width:]):
        yield RowProblem(row.line, f"{len(cells)} cells under {width} columns; is a delimiter not quoted?")
        return
    emails, bad = emails_in([cells[position] for position in columns.email if position < len(cells)])
    for written in bad:
        yield RowProblem(row.line, f"{quoted(written)} is no e-mail address")
    name, company = _name(cells, columns), _first_of(cells, columns.known["company"])
    written_domain = _first_of(cells, columns.known["domain"])
    domain = _domain(written_domain)
    if written_domain and not domain:
        yield RowProblem(row.line, f"{quoted(written_domain)} is no domain")
    if not emails and (bad or name or not company or not domain):
        if not bad:
            yield WithoutEmail(row.line)
        return
    owner, key = _first_of(cells, columns.known["owner"]), _first_of(cells, columns.known["key"])
    name = name or (emails[0] if emails else "")
    tags = tags_in(_first_of(cells, columns.known["tags"]))
    yield ContactEntry(name, emails, company, domain, owner, record_key(columns.key_scope, key), row.line, tags)


def _first_of(cells: list[str], positions: tuple[int, ...]) -> str:
    """The first of these cells that says something."""
    return next((text for position in positions if position < len(cells) and (text := squeezed(cells[position]))), "")


def _name(cells: list[str], columns: Columns) -> str:
    whole, first, middle, last = (_first_of(cells, columns.known[kind]) for kind in ("name", "first", "middle", "last"))
    if whole and first and not columns.known["last"] and first not in whole.split():
        return f"{first} {whole}"  # "Vorname" and "Name": the latter is the family name
    return whole or " ".join(part for part in (first, middle, last) if part)


def _domain(written: str) -> str:
    """The domain in a cell that may hold a web address; "" if there is none."""
    host = _WEB_PREFIX.sub("", written, count=1).partition("/")[0]
    domain = normalise_domain(host)
    return domain if len(domain) <= 253 and _DOMAIN.fullmatch(domain) else ""
