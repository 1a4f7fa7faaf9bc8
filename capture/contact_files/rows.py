"""Rows of a delimited table, each with the physical line on which it starts."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from capture.contact_files.contents import RowProblem

_MAX_OPEN_QUOTES = 100  # each costs reading up to 128 KB again


class Row(NamedTuple):
    line: int
    cells: list[str]


class _Lines:
    """Lines that can be put back; `taken` are those of the row being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def put_back_all_but_first(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def read_rows(lines: Iterator[str], delimiter: str, start: int = 1) -> Iterator[Row | RowProblem]:
    """The rows (RFC 4180) of lines numbered from `start`; blank lines are left out.

    A quotation mark that is never closed would swallow the rows behind it: such a row is a
    problem, and reading goes on with the next line. Single lines are read leniently.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter)
    open_quotes = 0
    while True:
        source.taken.clear()
        problem = ""
        cells: list[str] = []
        try:
            cells = next(reader)
            if len(source.taken) > 1 and not _is_strict(source.taken, delimiter):
                problem = "a quotation mark is out of place or never closed"
        except StopIteration:
            return
        except csv.Error:
            problem = "a cell is too long to be read; is a quotation mark never closed?"
        line = start
        if problem:
            source.put_back_all_but_first()
            open_quotes += 1
            yield RowProblem(line, problem)
        elif cells:
            yield Row(line, cells)
        if open_quotes == _MAX_OPEN_QUOTES:
            yield RowProblem(line, f"{open_quotes} rows with broken quotation marks; nothing was read from here on")
            return
        start += len(source.taken)


def _is_strict(lines: list[str], delimiter: str) -> bool:
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False
