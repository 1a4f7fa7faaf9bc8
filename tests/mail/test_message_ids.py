"""What names a message is read by one rule, wherever it stands and however it was mangled on its
way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.mail.headers import parse_header
from capture.mail.message_ids import KEPT, LONGEST, message_id, message_ids

ONE = "<tender.7@north.example>"
OTHER = "<note=8@south.example>"

WRITTEN = [
    (ONE, [ONE]),
    ("tender.7@north.example", [ONE]),
    ("=?utf-8?q?=3Ctender=2E7=40north=2Eexample=3E?=", [ONE]),
    ("=?UTF-8?B?PHRlbmRlci43QG5vcnRo?= =?UTF-8?B?LmV4YW1wbGU+?=", [ONE]),
    ("=?us-ascii?Q?tender.7=40north.example?=", [ONE]),
    ("<=?utf-8?q?tender=2E7?=@north.example>", [ONE]),
    (f"{ONE}{OTHER}", [ONE, OTHER]),
    (f"{ONE},{OTHER}", [ONE, OTHER]),
    (f"{ONE}\n{OTHER}", [ONE, OTHER]),
    ("tender.7@north.example note=8@south.example", [ONE, OTHER]),
    (f"tender.7@north.example, {OTHER}", [ONE, OTHER]),
    ("<tender.7@north.example <note=8@south.example>", [ONE, OTHER]),
    ("<tender.7@ north.example>", [ONE]),
    ("< tender.7@north.example >", [ONE]),
    ("<tender\x00.7@north.example\x7f>", [ONE]),
    (f"<{ONE}>", [ONE]),
    (f'"{ONE}"', [ONE]),
    ("&lt;tender.7@north.example&gt;", [ONE]),
    (f"{ONE} (Rosa's message of Monday)", [ONE]),
    (f'Your message of "Mon, 2 Mar 2026 10:00:00" {ONE}', [ONE]),
    (f"Message from rosa@north.example of Monday {ONE}", [ONE]),
    ("Your message of Monday", []),
    ("Your message to rosa@north.example", []),
    ("<>", []),
    ("", []),
]


@pytest.mark.parametrize(("written", "ids"), WRITTEN)
def test_ids_are_found_however_they_are_written(written: str, ids: list[str]) -> None:
    assert list(message_ids(written)) == ids


@pytest.mark.parametrize("written", [text for text, ids in WRITTEN if ids[:1] == [ONE]])
def test_a_message_is_called_what_others_call_it(written: str) -> None:
    assert message_id(written) == ONE


@pytest.mark.parametrize(("written", "name"), [("serial-0815", "<serial-0815>"), ("<>", ""), ("< >", ""), ("", "")])
def test_what_a_message_is_called_needs_no_at_sign(written: str, name: str) -> None:
    assert message_id(written) == name


def test_of_a_long_conversation_its_beginning_and_its_end_are_kept() -> None:
    ids = [f"<{number}@north.example>" for number in range(3 * KEPT)]
    assert list(message_ids(" ".join(ids))) == [ids[0], *ids[1 - KEPT :]]


def test_a_folded_header_holds_the_same_ids_in_every_field() -> None:
    block = (
        "Message-ID: {0}\r\nIn-Reply-To:\r\n {0}\r\nReferences: {1}\r\n"
        "\t=?utf-8?q?=3Ctender=2E7=40?=\r\n =?utf-8?q?north=2Eexample=3E?=\r\n\r\n"
    )
    envelope = parse_header(block.format("tender.7@north.example", OTHER).encode(), None)
    assert (envelope.message_id, envelope.in_reply_to, envelope.references) == (ONE, (ONE,), (OTHER, ONE))


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["<", ">", "@", "a", " ", "=?", "?q?", "?=", "(", "\n"])).map("".join)
)
def test_whatever_it_is_an_id_is_short_bracketed_and_without_blanks(text: str) -> None:
    for found in (*message_ids(text), message_id(text)):
        if found:
            assert found[0] + found[-1] == "<>"
            assert 2 < len(found) <= LONGEST
            assert not any(one.isspace() or ord(one) < 32 or one in "<>" for one in found[1:-1])
