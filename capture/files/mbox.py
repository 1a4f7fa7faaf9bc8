"""The messages of an mbox file, one after the other, without ever holding more than a piece of it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from capture.files.message import HEADER_BYTES
from capture.files.separators import LONGEST, NEXT_LINE, begins_header, is_bare_separator, is_separator

PIECE = 1 << 20
_CONTEXT = 4  # bytes before a place that tell whether a separator may stand there: "\n\r\r\n" at most
_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*From ")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Message(NamedTuple):
    """One message: where it starts, its separator line and its header block, None where that is too
    long.

    `finished`: the header was read to its end, an empty line; if not, the file ends before that.
    """

    start: int
    separator: bytes
    header: bytes | None
    finished: bool


class MboxScan:
    """Finds the messages of `file` from `offset` on, which is 0 or what `resume` was.

    A separator is a line "From " with a date, or followed by a header, behind an empty line or at
    the start of the file (mboxo, mboxrd); what Content-Length spans is not searched if a separator
    or the end of the file follows it exactly (mboxcl2). Line ends are LF or CRLF, or CR in a file
    that begins so.

    After each message, `end` is how many bytes of the file it and all before it take, and `resume`
    the offset to go on from: before the next separator or, at the end of the file, before a line
    that may become one. A last message whose header is not finished is begun with again.
    """

    def __init__(self, file: io.FileIO, offset: int) -> None:
        self._file = file
        start = os.pread(file.fileno(), 1 << 16, 0)
        newline = b"\r" if b"\r" in start and b"\n" not in start else b"\n"
        self._newline = newline
        self._mark = newline + b"From "
        self._empty_line = re.compile(rb"\n\r{0,2}\n" if newline == b"\n" else rb"\r\r")
        self._base = offset  # where in the file `_data` begins
        self._data = b""
        self._at = 0  # in `_data`; what lies before is dealt with
        self.resume = self.end = offset
        file.seek(offset)

    def __iter__(self) -> Iterator[Message]:
        found = self._first()
        self._note(found)
        while found:
            message, body = self._message()
            found = self._skip_by_length(message, body) or self._next()
            self._note(found)
            if not found and not message.finished:
                self.resume = max(0, message.start - _CONTEXT)
            yield message

    def _note(self, found: bool) -> None:
        self.resume = max(self.resume, self._base + self._at - _CONTEXT)
        self.end = self._base + (self._at if found else len(self._data))

    def _more(self) -> bool:
        """Read on, keeping what lies from a little before `_at`. False at the end of the file."""
        piece = self._file.read(PIECE)
        if not piece:
            return False
        keep = max(0, self._at - _CONTEXT)
        self._data = self._data[keep:] + piece
        self._base += keep
        self._at -= keep
        return True

    def _first(self) -> bool:
        self._more()
        if self._base == 0 and (first := _FIRST.match(self._data)):
            self._at = first.end() - len(b"From ")
            return True
        return self._next()

    def _next(self) -> bool:
        """Go to the next separator from `_at` on; False if there is none before the end of the
        file."""
        while True:
            found = self._data.find(self._mark, self._at)
            if found < 0:
                self._at = max(self._at, len(self._data) - len(self._mark))
                if not self._more():
                    return False
                continue
            line_end = self._data.find(self._newline, found + 1, found + 1 + LONGEST)
            if line_end < 0 and len(self._data) <= found + 1 + LONGEST:
                self._at = found
                if not self._more():
                    return False
                continue
            if line_end > 0 and self._after_empty_line(found):
                line = self._data[found + 1 : line_end]
                is_bare = is_bare_separator(line)
                if is_bare and len(self._data) <= line_end + NEXT_LINE:
                    self._at = found
                    if self._more():
                        continue
                    if self._newline not in self._data[line_end + 1 :] and not begins_header(
                        self._data[line_end + 1 :]
                    ):
                        return False  # its next line, which tells, is still to come
                if is_separator(line) or (is_bare and begins_header(self._data[line_end + 1 :][:NEXT_LINE])):
                    self._at = found + 1
                    return True
            self._at = found + 1

    def _after_empty_line(self, found: int) -> bool:
        before = self._data[max(0, found - _CONTEXT + 1) : found]
        return (before.rstrip(b"\r") if self._newline == b"\n" else before).endswith(self._newline)

    def _message(self) -> tuple[Message, int]:
        """The message at `_at` and where in `_data` its body begins; `_at` moves to the end of its
        header."""
        while not (empty := self._empty_line.search(self._data, self._at)):
            if len(self._data) - self._at > HEADER_BYTES + LONGEST or not self._more():
                break
        start, begin = self._base + self._at, self._at
        header_end = empty.start() if empty else len(self._data)
        line_end = self._data.find(self._newline, begin, header_end + 1)
        line_end = line_end if line_end >= 0 else header_end
        too_long = header_end - line_end > HEADER_BYTES
        header = None if too_long else self._data[line_end + 1 : header_end]
        self._at = max(begin, header_end - (0 if empty else _CONTEXT))
        separator = self._data[begin : min(line_end, begin + LONGEST)]
        return Message(start, separator, header, bool(empty) or too_long), empty.end() if empty else header_end

    def _skip_by_length(self, message: Message, body: int) -> bool:
        """Go to the separator that stands exactly behind Content-Length bytes of body, if one does."""
        header = message.header if message.finished and message.header else b""
        if b"content-length:" not in header.lower() or not (length := _LENGTH.search(header)):
            return False
        target = body + int(length[1])
        ahead = self._data[target - 1 : target + LONGEST]
        if target + LONGEST > len(self._data):
            ahead = os.pread(self._file.fileno(), LONGEST + 1, self._base + target - 1)
        last, behind = ahead[:1], ahead[1:]
        line = behind.lstrip(b"\r\n")
        if last and not line and len(behind) <= _CONTEXT:
            self._go_to(target)
            return False
        gap = len(behind) - len(line)
        separator, ended, behind_it = line.partition(self._newline)
        ends_line = gap > 0 or last == self._newline
        if not (ended and ends_line and gap <= _CONTEXT and separator.startswith(b"From ")):
            return False
        if not is_separator(separator) and not (is_bare_separator(separator) and begins_header(behind_it)):
            return False
        self._go_to(target + gap)
        return True

    def _go_to(self, index: int) -> None:
        if index > len(self._data):
            self._base += index
            self._data, index = b"", 0
            self._file.seek(self._base)
        self._at = index
