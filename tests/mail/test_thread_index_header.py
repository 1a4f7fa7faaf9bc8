"""The conversation that Exchange names in Thread-Index, as headers hold it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.envelope import ThreadIndex
from capture.mail.headers import parse_header
from capture.mail.thread_index import thread_index

NAME = bytes(range(100, 116))
FIRST = b"\x01\xdc\x10\x20\x30\x40" + NAME


def text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (text(FIRST), ThreadIndex(NAME, False)),
        (text(FIRST + b"abcde"), ThreadIndex(NAME, True)),
        (text(FIRST + 300 * b"abcde"), ThreadIndex(NAME, True)),
        (text(FIRST + b"abc"), ThreadIndex(NAME, False)),
        (text(FIRST).rstrip("="), ThreadIndex(NAME, False)),
        (f"{text(FIRST)[:9]} \t{text(FIRST)[9:]}", ThreadIndex(NAME, False)),  # folded
        (f"{text(FIRST)}\n{text(FIRST + b'abcde')}", ThreadIndex(NAME, False)),  # twice: the topmost
        (text(FIRST[:21]), None),
        (text(b"\x02" + FIRST[1:]), None),
        (text(FIRST[:6] + bytes(16)), None),  # nobody's, and so everybody's
        ("", None),
        ("not base64 at all, but as long as an index is", None),
        ("\u2713" * 40, None),
    ],
)
def test_a_conversation_is_named_by_sixteen_octets(value: str, expected: ThreadIndex | None) -> None:
    assert thread_index(value) == expected


@given(st.text(max_size=200) | st.binary(max_size=80).map(text))
def test_whatever_stands_there_is_an_index_or_none(value: str) -> None:
    found = thread_index(value)
    assert found is None or len(found.conversation) == 16


@pytest.mark.parametrize("name", ["Thread-Index", "thread-index", "THREAD-INDEX"])
def test_the_envelope_has_it(name: str) -> None:
    value = text(FIRST + b"abcde")
    block = f"From: a@x.example\r\nSubject: Visit\r\n{name}: {value[:20]}\r\n {value[20:]}\r\n\r\n".encode()
    assert parse_header(block, datetime(2026, 1, 1, tzinfo=UTC)).thread_index == ThreadIndex(NAME, True)
