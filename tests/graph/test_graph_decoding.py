"""JSON is read as the standard library reads it, whichever decoder there is; msgspec, which is quicker, has no
last word."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from graph_log import MailLog
from graph_resources import message
from hypothesis import given
from hypothesis import strategies as st
from scripted_graph import ScriptedGraph

from capture.graph import decoding
from capture.graph.decoding import decoded
from scripted_dav import Reply

ODD = [
    rb'{"a": "\ud83d"}', rb'{"a": "\ude00x"}', rb'{"a": "\ude00\ud83d"}', b'{"a": "\xed\xa0\x80"}', b'{"a": "\xff"}',
    b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"), b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}',
    b'{"a": 18446744073709551616}', b'{"a": -123456789012345678901234567890}', b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": 1, "a": 2}', b'{"a": "\x01"}', b'{"a": 1}x', b'{"a": 1}\0', b'{"a": 01}', b'{"a": 1,}', b"", b"null",
    b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}", b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"a": ' * 100_000, rb'{"\u0000": "\u0000"}', b"<html>", b'{"a": 5e-324, "b": -0.0, "c": 1e-400}',
]  # fmt: skip


@pytest.fixture(params=["msgspec", "the standard library alone"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name: str = request.param
    if name != "msgspec":
        monkeypatch.setitem(sys.modules, "msgspec.json", None)
    decoding._quick.cache_clear()
    assert (decoding._quick() is not None) == (name == "msgspec"), "of the extra `microsoft`"
    yield name
    decoding._quick.cache_clear()


def outcome(read: Any, text: bytes) -> tuple[str, Any]:
    try:
        return "read", repr(read(text))
    except (ValueError, RecursionError) as error:
        return "refused", isinstance(error, RecursionError)


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_what_is_odd_is_read_as_the_standard_library_reads_it(text: bytes) -> None:
    assert outcome(decoded, text) == outcome(json.loads, text)


_texts = st.text(st.characters(codec=None), max_size=8)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


@given(_values, st.booleans(), st.data())
def test_both_decoders_read_the_same(value: Any, ascii_only: bool, data: st.DataObject) -> None:
    """Also where an octet is another, or the end is missing."""
    text = bytearray(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))
    at = data.draw(st.integers(0, len(text) - 1))
    match data.draw(st.sampled_from(["whole", "cut", "other"])):
        case "cut":
            del text[at:]
        case "other":
            text[at] = data.draw(st.integers(0, 255))
    assert outcome(decoded, bytes(text)) == outcome(json.loads, bytes(text))


@pytest.mark.usefixtures("decoder")
def test_one_odd_message_of_a_page_keeps_no_other_from_being_read(graph: ScriptedGraph) -> None:
    """A half surrogate, numbers beyond all bounds and wrong types, each in a row of its own."""
    rows: list[Any] = [
        {**message(1), "id": "half", "subject": "cut off \ud83d"},
        {**message(2), "id": "nan", "hasAttachments": math.nan},
        {**message(3), "id": "large", "conversationIndex": 10**40, "isDraft": math.inf},
        {**message(4), "id": "headers", "internetMessageHeaders": {"name": 7}},
        7,
        {**message(5), "id": "right"},
    ]
    link = f"{graph.base}/me/mailFolders/x/messages/delta?$deltatoken=1"
    told = json.dumps({"value": rows, "@odata.deltaLink": link}).encode()
    graph.fault(f"{graph.well_known['inbox']}/messages/delta", Reply(200, told))
    log = MailLog(graph)
    reports = log.sync()
    assert [one.error for one in reports if one.error] == []
    subjects = log.subjects()
    assert subjects[-1] == "Number 5"
    assert len(subjects) == 4
    assert len(log.skipped) == 1  # whose headers are none
