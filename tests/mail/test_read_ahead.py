"""Answers to FETCH, in whatever pieces they come over the wire: what is taken from the buffer at
once is no other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activity.errors import SourceError
from capture.mail import fetch_response
from capture.mail.connection import Connection
from capture.mail.fetch_answer import read_responses
from capture.mail.fetch_response import Response
from capture.mail.guarded_stream import GuardedStream

SECTION = "BODY[HEADER.FIELDS (FROM TO)]"
PLAIN = '("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 120 4 NIL NIL NIL NIL)'
INVITATION = '("TEXT" "CALENDAR" ("METHOD" "REQUEST") NIL NIL "7BIT" 120 4 NIL NIL NIL NIL)'
LONGEST = 300


class Wire:
    """A socket over which so many octets come at a time."""

    def __init__(self, octets: bytes, at_once: int) -> None:
        self._octets, self._at_once = octets, at_once

    def settimeout(self, seconds: float) -> None:
        pass

    def recv_into(self, buffer: memoryview) -> int:
        size = min(len(buffer), self._at_once)
        given, self._octets = self._octets[:size], self._octets[size:]
        buffer[: len(given)] = given
        return len(given)


def answer(uid: int, block: bytes, form: str) -> bytes:
    size = b"{%d}\r\n" % len(block)
    date, flags = 'INTERNALDATE "02-Nov-2026 10:00:00 +0100"', "FLAGS (\\Seen)"
    head = {
        "usual": f"UID {uid} {date} {flags} BODYSTRUCTURE {PLAIN} {SECTION} ",
        "invitation": f"UID {uid} {date} {flags} BODYSTRUCTURE {INVITATION} {SECTION} ",
        "other order": f"{flags} UID {uid} {date} {SECTION} ",
        "behind": f"{date} {SECTION} ",
        "another section": f"UID {uid} BODY[TEXT] ",
        "literal within": f'UID {uid} BODYSTRUCTURE ("TEXT" "PLAIN" ("N" {{3}}\r\na{{b) NIL NIL "7BIT" 9 1) {SECTION} ',
        "no literal": f"UID {uid} {flags}",
    }[form].encode()
    if form == "no literal":
        return b"* %d FETCH (%b)\r\n" % (uid, head)
    return b"* %d FETCH (%b%b%b%b)\r\n" % (uid, head, size, block, b" UID %d" % uid if form == "behind" else b"")


def read(octets: bytes, at_once: int) -> list[Response | str | None]:
    wire = GuardedStream(Wire(octets, at_once), 30.0)  # type: ignore[arg-type]
    connection = cast("Connection", SimpleNamespace(wire=wire))
    found: list[Response | str | None] = []
    try:
        found += read_responses(connection, {b"T1"}, b"HEADER.FIELDS", LONGEST)
    except SourceError as error:
        found.append(error.message)
    return found


FORMS = st.sampled_from(
    ["usual"] * 6 + ["invitation", "other order", "behind", "another section", "literal within", "no literal"]
)
BLOCKS = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([b"", b"From: a@x.example\r\n\r\n", b")\r\n* 7 FETCH (UID 7 FLAGS ())\r\n", b"x" * (LONGEST + 1)]),
)


@given(st.lists(st.tuples(BLOCKS, FORMS), max_size=40), st.integers(1, 2000))
@settings(max_examples=80, deadline=None)
def test_what_was_answered_does_not_depend_on_the_pieces_it_comes_in(
    messages: list[tuple[bytes, str]], at_once: int
) -> None:
    octets = b"".join(answer(uid, block, form) for uid, (block, form) in enumerate(messages, 1)) + b"T1 OK done\r\n"
    assert read(octets, at_once) == read(octets, 1) == read(octets, 1 << 20)


def test_of_a_usual_answer_nearly_all_is_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = []
    one_by_one = fetch_response.response_of

    def counted(*arguments: object) -> Response | None:
        alone.append(arguments)
        return one_by_one(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("capture.mail.fetch_answer.response_of", counted)
    octets = b"".join(answer(uid, b"From: a@x.example\r\n\r\n", "usual") for uid in range(1, 2001))
    assert len(read(octets + b"T1 OK done\r\n", 1 << 16)) == 2001
    assert 0 < len(alone) < 20
