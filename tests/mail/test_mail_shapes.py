"""How much text a message has, and what hangs on it, as a server's BODYSTRUCTURE tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.shape import MOST_ATTACHMENTS, MOST_LINES, MOST_OCTETS, Shape
from capture.mail.structure import shape_at_a_glance

PLAIN = b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 120 5 NIL NIL NIL NIL)'
HTML = b'("TEXT" "HTML" ("CHARSET" "utf-8") NIL NIL "QUOTED-PRINTABLE" 900 30 NIL NIL NIL NIL)'
LOG = (
    b'("TEXT" "PLAIN" ("CHARSET" "us-ascii" "NAME" "build.log") NIL NIL "7BIT" 9000 400'
    b' NIL ("ATTACHMENT" ("FILENAME" "build.log")) NIL NIL)'
)
INLINE = PLAIN.replace(b"NIL NIL NIL NIL)", b'NIL ("INLINE" NIL) NIL NIL)')
PDF = b'("APPLICATION" "PDF" ("NAME" "a.pdf") NIL NIL "BASE64" 40000 NIL ("ATTACHMENT" ("FILENAME" "a.pdf")) NIL NIL)'
PNG = b'("IMAGE" "PNG" NIL "<logo@x>" NIL "BASE64" 4000 NIL ("INLINE" NIL) NIL NIL)'
LETTER = (
    b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 700 (NIL "Old" NIL NIL NIL NIL NIL NIL NIL "<o@x>") %b 20 NIL NIL NIL NIL)'
)


def multipart(subtype: bytes, *parts: bytes) -> bytes:
    return b'(%b "%b" ("BOUNDARY" "b") NIL NIL NIL)' % (b"".join(parts), subtype)


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        (PLAIN, Shape(5, 120)),
        (b'("text" "plain" NIL NIL NIL "7bit" 0 0)', Shape(0, 0)),
        (HTML, Shape(30, 900, 0, True)),
        (multipart(b"ALTERNATIVE", PLAIN, HTML), Shape(5, 120)),
        (multipart(b"ALTERNATIVE", HTML, PLAIN), Shape(5, 120)),
        (multipart(b"MIXED", INLINE, PDF), Shape(5, 120, 1)),
        (multipart(b"MIXED", multipart(b"ALTERNATIVE", PLAIN, HTML), PDF, PDF, PDF, PDF), Shape(5, 120, 3)),
        (multipart(b"RELATED", HTML, PNG), Shape(30, 900, 0, True)),
        # what is attached is not what was written
        (multipart(b"MIXED", HTML, LOG), Shape(30, 900, 1, True)),
        (multipart(b"MIXED", LOG, PLAIN), Shape(5, 120, 1)),
        (multipart(b"MIXED", HTML, LETTER % PLAIN), Shape(30, 900, 0, True)),
        (multipart(b"MIXED", PLAIN, LETTER % LOG), Shape(5, 120, 1)),
        (LETTER % PLAIN, None),
        (LOG, None),
        # base64 hides the lines, and is longer than what it holds
        (b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "BASE64" 7800 100 NIL NIL NIL NIL)', Shape(96, 5700)),
        (b'("TEXT" "PLAIN" NIL NIL NIL "8BIT" 99999999 88888)', Shape(MOST_LINES, MOST_OCTETS)),
        # a description, an id, names with brackets in them
        (b'("TEXT" "PLAIN" ("NAME" "a (1).txt") "<1@x>" "7 12" "7BIT" 64 2 NIL NIL NIL NIL)', Shape(2, 64)),
        # no text, or none that is told of
        (PDF, None),
        (b"", None),
        (b"NIL", None),
        (b'("TEXT" "PLAIN" NIL NIL NIL "7BIT")', None),
        (b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 ', None),
        (b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" -1 -1)', None),
        (b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" ' + b"9" * 5000 + b" 1)", None),
    ],
)
def test_the_first_text_that_was_written_gives_the_shape(structure: bytes, expected: Shape | None) -> None:
    assert shape_at_a_glance(structure.lower()) == expected


PIECES = [PLAIN, HTML, LOG, PDF, LETTER, b"(", b")", b'"', b"NIL", b" 12 3", b'"7BIT"', b'("TEXT" "PLAIN" ', b"\0\xff"]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=9), max_size=12).map(b"".join))
def test_whatever_a_server_says_is_a_shape_within_bounds_or_none(structure: bytes) -> None:
    found = shape_at_a_glance(structure.lower())
    if found is not None:
        assert 0 <= found.lines <= MOST_LINES
        assert 0 <= found.octets <= MOST_OCTETS
        assert 0 <= found.attachments <= MOST_ATTACHMENTS
