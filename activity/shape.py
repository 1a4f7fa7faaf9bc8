"""How large a message is and what hangs on it, as its structure tells without the text being read;
one small number.

Bits, from the lowest: 10 for the lines of the text part, 10 for its octets in units of 32, 2 for
the attachments, 1 for a message whose only text is HTML, and 24 for what `mailing_key` makes of the
subject (see matchers/mailings.py).
"""

from __future__ import annotations

from typing import NamedTuple

MOST_LINES = (1 << 10) - 1
UNIT = 32
MOST_OCTETS = MOST_LINES * UNIT
MOST_ATTACHMENTS = 3
KEY_BITS = 24
_OCTETS, _ATTACHMENTS, _HTML, _KEY = 10, 20, 22, 23
_TEXT_OF_BASE64 = 60  # octets that a line of text has, where the lines themselves are hidden by the encoding


class Shape(NamedTuple):
    """Of the first text part (text/plain, or text/html if there is no other): lines and octets; 0,
    0 for no text.

    All are cut at the most that is kept. `html`: these are octets and lines of HTML.
    """

    lines: int
    octets: int
    attachments: int = 0
    html: bool = False


def shape(lines: int, octets: int, encoding: str, attachments: int, html: bool) -> Shape:
    """Of a text part as transferred (RFC 3501 §7.4.2, body size and lines); what base64 makes
    longer is taken back."""
    if encoding == "base64":
        octets = octets * 57 // 78
        lines = octets // _TEXT_OF_BASE64 + 1
    if lines > MOST_LINES or octets > MOST_OCTETS or attachments > MOST_ATTACHMENTS:
        lines, octets = min(lines, MOST_LINES), min(octets, MOST_OCTETS)
        attachments = min(attachments, MOST_ATTACHMENTS)
    return Shape(lines, octets, attachments, html)


def packed(one: Shape | None, key: int = 0) -> int | None:
    """As a number; None where neither the shape nor a key is known. `key` is under 2**KEY_BITS."""
    if one is None:
        return key << _KEY or None
    lines, octets, attachments, html = one
    number = lines | -(-octets // UNIT) << _OCTETS | attachments << _ATTACHMENTS | html << _HTML
    return number | key << _KEY


def with_key(key: int) -> int:
    """The number of a key alone, which may be put to that of a shape; from the number of key 1 on
    there is one."""
    return key << _KEY


def unpacked(number: int | None) -> Shape | None:
    """The shape that a number stands for; None for none, or where only a key is known."""
    if number is None or not number & (1 << _KEY) - 1:
        return None
    return Shape(
        number & MOST_LINES,
        (number >> _OCTETS & MOST_LINES) * UNIT,
        number >> _ATTACHMENTS & MOST_ATTACHMENTS,
        bool(number >> _HTML & 1),
    )


def mailing_key_of(number: int | None) -> int:
    """The key in a number; 0 for none."""
    return 0 if number is None else number >> _KEY
