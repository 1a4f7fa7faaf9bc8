"""How much text a message in a file has, and what hangs on it: counted, never kept."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.shape import MOST_ATTACHMENTS, MOST_LINES, MOST_OCTETS, Shape
from capture.files.sizes import COUNTED_BYTES, shape_of_parts, shape_of_single

HEAD = b"From: a@x.example\nContent-Type: text/plain\n\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\n\nDear Bob,\nyes.\n"
HTML = b"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>yes</p>\n"
LOG = b'Content-Type: text/plain; name="build.log"\nContent-Disposition: attachment\n\n' + b"line\n" * 200
DISPOSED_FIRST = b"Content-Disposition: attachment\nContent-Type: text/plain\n\n" + b"line\n" * 200
PDF = b"Content-Type: application/pdf\nContent-Disposition:\n attachment; filename=a.pdf\n\nJVBERi0=\n"
LETTER = b"Content-Type: message/rfc822\n\nFrom: c@x.example\nContent-Type: text/plain\n\n" + b"line\n" * 200


def single(block: bytes, body: bytes) -> Shape | None:
    whole = block + body
    return shape_of_single(block, whole[:COUNTED_BYTES], len(whole))


def parts(*some: bytes, boundary: bytes = b"b") -> Shape | None:
    text = b"Content-Type: multipart/mixed; boundary=%b\n\n" % boundary
    for part in some:
        text += b"--%b\n%b" % (boundary, part)
    return shape_of_parts((text + b"--%b--\n" % boundary).lower())


@pytest.mark.parametrize(
    ("block", "body", "expected"),
    [
        (HEAD, b"Dear Bob,\nyes.\n", Shape(2, 15)),
        (HEAD, b"", Shape(0, 0)),
        (HEAD, b"no end of line", Shape(0, 14)),
        (b"From: a@x.example\n\n", b"yes\n", Shape(1, 4)),  # RFC 2045 §5.2: without a type it is text
        (b"Content-Type: text/html\n\n", b"<p>\n", Shape(1, 4, 0, True)),
        (b"content-type:TEXT/HTML\r\n\r\n", b"<p>\r\n", Shape(1, 5, 0, True)),
        (b"Content-Transfer-Encoding: base64\n\n", b"YWJj" * 19 + b"\n", Shape(1, 56)),
        (b'Content-Transfer-Encoding: "BASE64"\n\n', (b"YWJj" * 19 + b"\n") * 10, Shape(10, 562)),
        (b"Content-Type: application/pdf\n\n", b"JVBERi0=\n", None),
        (b"Content-Type: image/png\n\n", b"x", None),
        # of what is long the lines are reckoned from its beginning
        (HEAD, b"0123456789abcde\n" * 50_000, Shape(MOST_LINES, MOST_OCTETS)),
        (HEAD, b"x" * 31 + b"\n" + b"x" * 32_000, Shape(1, 32_032)),
        (b"X: " + b"y" * 70_000 + b"\n\n", b"yes\n", Shape(0, 4)),  # the header alone is longer than what is looked at
    ],
)
def test_a_message_without_parts(block: bytes, body: bytes, expected: Shape | None) -> None:
    assert single(block, body) == expected


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        ([PLAIN], Shape(1, 14)),  # the last end of line is the delimiter's (RFC 2046 §5.1.1)
        ([PLAIN, HTML], Shape(1, 14)),
        ([HTML, PLAIN], Shape(1, 14)),
        ([HTML], Shape(0, 10, 0, True)),
        ([PLAIN, PDF, PDF, PDF, PDF], Shape(1, 14, 3)),
        ([HTML, PDF], Shape(0, 10, 1, True)),
        # what is attached is not what was written
        ([HTML, LOG], Shape(0, 10, 1, True)),
        ([LOG, PLAIN], Shape(1, 14, 1)),
        ([DISPOSED_FIRST, HTML], Shape(0, 10, 1, True)),
        ([HTML, LETTER], Shape(0, 10, 0, True)),
        ([PLAIN, LETTER], Shape(1, 14)),
        ([LETTER], None),
        ([LOG], None),
        # what is no text, or is not told of
        ([PDF], None),
        ([b"\nno header\n"], None),
        ([b"Content-Type: text/plain\n"], None),
        ([b"X: " + b"y" * 9000 + b"\nContent-Type: text/plain\n\nyes\n"], None),
        ([], None),
    ],
)  # fmt: skip
def test_a_message_with_parts(some: list[bytes], expected: Shape | None) -> None:
    assert parts(*some) == expected


def test_a_part_that_does_not_end_goes_to_the_end() -> None:
    assert shape_of_parts(b"content-type: multipart/mixed; boundary=b\n\n--b\n" + PLAIN.lower()) == Shape(2, 15)


def test_words_within_a_text_are_no_header() -> None:
    text = b"Content-Type: text/plain\n\nsee: content-type: text/html\n> Content-Disposition: attachment\n"
    assert parts(text) == Shape(1, 62)


def test_parts_within_parts() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=bb\n\n--bb\n" + PLAIN + b"--bb\n" + HTML + b"--bb--\n"
    assert parts(inner, PDF) == Shape(1, 14, 1)


WORDS = st.text("abc äß\n", max_size=200)


@given(WORDS, st.booleans(), st.integers(0, 3), st.sampled_from(["quoted-printable", "8bit", "base64"]))
def test_what_the_standard_library_writes_has_the_size_it_has(text: str, html: bool, files: int, coding: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Visit"
    message.set_content(text, cte=coding)
    written = message.get_payload().encode("utf-8", "surrogateescape")  # type: ignore[union-attr]
    message.add_alternative("<p>x</p>")
    for number in range(files):
        message.add_attachment(b"x" * 500, maintype="application", subtype="pdf", filename=f"{number}.pdf")
    found = shape_of_parts(message.as_bytes().lower())
    assert found is not None
    assert not found.html
    assert found.attachments == files
    if coding == "base64":
        assert abs(found.octets - len(text.encode())) <= 60
    else:
        assert abs(found.octets - len(written)) <= 1  # the last end of line is the boundary's (RFC 2046 §5.1.1)
        assert abs(found.lines - written.count(b"\n")) <= 1


PIECES = [PLAIN, HTML, LOG, PDF, LETTER, b"--b\n", b"--b--\n", b"\r\n", b"\n\n", b"content-type: text/plain", b"\0\xff"]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=9), max_size=12).map(b"".join))
def test_whatever_a_file_holds_has_a_shape_within_bounds_or_none(text: bytes) -> None:
    for found in (shape_of_parts(text.lower()), shape_of_single(text[:20], text, len(text))):
        if found is not None:
            assert 0 <= found.lines <= MOST_LINES
            assert 0 <= found.octets <= MOST_OCTETS
            assert 0 <= found.attachments <= MOST_ATTACHMENTS
