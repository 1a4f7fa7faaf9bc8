"""Text of calendars as it came, made into content lines (RFC 5545 §3.1): decoded, unfolded, and
apart."""

from __future__ import annotations

import re
from typing import AnyStr

_FOLD, _RAW_FOLD = re.compile(r"\n[ \t]"), re.compile(rb"\n[ \t]")
_MARK = "\ufeff"
_MARKS_AT_START = re.compile(rf"(\A|\n){_MARK}+")
_UTF16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"B\0E\0", "utf-16-le"), (b"\0B\0E", "utf-16-be"))

_NAME = (
    "(?:VCALENDAR|VEVENT|VTODO|VJOURNAL|VFREEBUSY|VTIMEZONE|VAVAILABILITY|VALARM|STANDARD|DAYLIGHT|AVAILABLE"
    r"|X-[A-Z0-9-]+?(?=[ \t\r]*(?:(?:BEGIN|END)[ \t]*:|[\r\n]|\Z)))"
)
_BORDER = rf"(?:BEGIN|END)[ \t]*:[ \t]*{_NAME}"
_PROPERTY = r"[A-Z][A-Z0-9-]*[ \t]*[;:]"
_FLAGS = re.IGNORECASE | re.ASCII
_CR_BEFORE_BORDER = re.compile(rf"\r(?=[ \t]*{_BORDER})", _FLAGS)
_BORDER_AND_MORE = re.compile(rf"(?<=\n)[ \t]*(?:{_BORDER}[ \t\r]*)+(?={_PROPERTY})", _FLAGS)
_ONE_BORDER = re.compile(rf"({_BORDER})[ \t\r]*", _FLAGS)
# What may stand behind a value that the end of its component ran into: never more of that component, which would
# be lost.
_NEXT = r"(?=[ \t\r\n]*(?:\Z|{}))"
_BEGIN_OF_NEXT = "BEGIN:(?:VCALENDAR|VEVENT|VTODO|VJOURNAL|VFREEBUSY|VTIMEZONE|VAVAILABILITY)|END:VCALENDAR"
_BEHIND_VALUE = re.compile(
    r"(?<=[^\s])(?<!\\[nN])(?:"
    rf"BEGIN:{_NAME}(?=[ \t]*$|[ \t]*{_PROPERTY})"
    rf"|END:(?:VEVENT|VTODO|VJOURNAL|VFREEBUSY|VTIMEZONE|VAVAILABILITY){_NEXT.format(_BEGIN_OF_NEXT)}"
    rf"|END:VCALENDAR{_NEXT.format('BEGIN:VCALENDAR')}"
    rf"|END:(?:STANDARD|DAYLIGHT){_NEXT.format('BEGIN:(?:STANDARD|DAYLIGHT)|END:VTIMEZONE')}"
    rf"|END:VALARM{_NEXT.format('BEGIN:VALARM|END:(?:VEVENT|VTODO)')}"
    r")",
    _FLAGS | re.MULTILINE,
)


def decoded(raw: bytes) -> str:
    """iCalendar is UTF-8 (RFC 5545 §3.1.4); older programs write a local charset, some UTF-16.

    Where it is not UTF-8 throughout, it is unfolded and then read line by line, so that neither a
    line folded within a character nor a foreign one spoils the others.
    """
    for beginning, encoding in _UTF16:
        if raw.startswith(beginning):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        lines = _RAW_FOLD.sub(b"", _with_line_feeds(raw, b"\r", b"\n")).split(b"\n")
        return "\n".join(map(_decoded_line, lines))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def unfolded(text: str) -> str:
    """Content lines, each on one, of a text with CRLF, LF, CR CR LF or, mostly, bare CR as ends.

    Byte order marks are gone from the beginnings of lines: files put together have one in their
    midst.
    """
    text = _with_line_feeds(text, "\r", "\n")
    if _MARK in text:
        text = _MARKS_AT_START.sub(r"\1", text)
    return _FOLD.sub("", text)


def _with_line_feeds(text: AnyStr, cr: AnyStr, lf: AnyStr) -> AnyStr:
    if cr not in text:
        return text
    usual = text.replace(cr + lf, lf)
    if cr not in usual:
        return usual
    text = text.replace(cr + cr + lf, lf).replace(cr + lf, lf)
    return text.replace(cr, lf) if text.count(cr) > text.count(lf) else text


def apart(text: str) -> str:
    """Unfolded text in which every BEGIN and END that ran into another line has one of its own
    again.

    `END:VEVENTBEGIN:VEVENT`, `BEGIN:VEVENTUID:1`, `DTEND:20261120T100000ZEND:VEVENT`. The end of a
    component within a value counts only where nothing more of that component follows, so that no
    CLASS is cut off from its event.
    """
    text = _CR_BEFORE_BORDER.sub("\n", "\n" + text)
    text = _BEHIND_VALUE.sub(lambda found: "\n" + found[0], text)
    return _BORDER_AND_MORE.sub(lambda found: _ONE_BORDER.sub(r"\1\n", found[0]), text).removeprefix("\n")
