"""One property of a vCard: its name, its text and how much it is preferred among its like."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from capture.contact_files.contents import MAX_TEXT, RowProblem
from capture.contact_files.lines import decode

# What vobject's own pattern, which takes exponential time to refuse a line, accepts at once.
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_HEAD = re.compile(rf"[A-Z0-9._-]+(?:;[A-Z0-9_-]+(?:={_VALUE}(?:,{_VALUE})*)?)*:", re.IGNORECASE)
_CHARSET = re.compile(rb"[^:]*?;CHARSET=\"?([A-Za-z0-9_.-]{1,40})\"?[;:]", re.IGNORECASE)
_LEAST_PREFERRED = 101


class Property(NamedTuple):
    """`text` is decoded, unescaped and fit for UTF-8: of N the name as one says it, of ORG the
    organisation alone.

    `preference` is 1 for the most preferred (RFC 6350 §5.3) and 101 where nothing is said.
    """

    line: int
    name: str
    text: str
    preference: int


def read_property(line: int, name: str, raw: bytes) -> Property | RowProblem:
    """The property in an unfolded line, or why it cannot be read."""
    if len(raw) > MAX_TEXT:
        return RowProblem(line, f"{name} of over {MAX_TEXT:,} characters")
    charset = _CHARSET.match(raw)
    text = decode(raw, charset[1].decode() if charset else "")
    head = _HEAD.match(text)
    if head is None:
        return RowProblem(line, f"{name} cannot be read")
    return _decoded(line, name, head[0].upper() + text[head.end() :])


def _decoded(line: int, name: str, content: str) -> Property | RowProblem:
    from vobject.base import VObjectError, textLineToContentLine  # noqa: PLC0415 (60 ms)

    try:
        decoded = textLineToContentLine(content)
        text = _text(name, decoded.value).encode("utf-8", "replace").decode().replace("\0", "")
        return Property(line, name, text, _preference(decoded))
    except (VObjectError, ValueError, LookupError, TypeError, AttributeError):  # it promises no class of its own
        return RowProblem(line, f"{name} cannot be decoded")


def _text(name: str, value: str) -> str:
    from vobject.icalendar import stringToTextValues  # noqa: PLC0415
    from vobject.vcard import splitFields  # noqa: PLC0415

    value = value.rstrip("\\")  # a last backslash escapes nothing
    if name == "N":
        family, given, additional = [*(_joined(field, " ") for field in splitFields(value)[:3]), "", "", ""][:3]
        return " ".join((given, additional, family))
    if name == "ORG":
        return _joined(splitFields(value)[0], ",")
    if name == "EMAIL" and value[:7].lower() == "mailto:":
        return unquote(value[7:])
    return str(stringToTextValues(value, listSeparator=None)[0]) if "\\" in value else value


def _joined(field: str | list[str], separator: str) -> str:
    return field if isinstance(field, str) else separator.join(field)


def _preference(content: Any) -> int:
    stated = content.params.get("PREF", [])
    if stated and re.fullmatch(r"[0-9]{1,3}", stated[0]):
        return int(stated[0])
    types = {kind for value in content.params.get("TYPE", []) for kind in value.split(",")}
    return 1 if "PREF" in types.union(content.singletonparams) else _LEAST_PREFERRED
