"""No character that is not seen, and none that a spreadsheet obeys, leaves by any door."""

from __future__ import annotations

import json

import pytest

from lasttouch.terminal.output import clean, csv_cells, harmless_json

NOT_SEEN = "\xad\u034f\u115f\u1160\u17b4\u180e\u200b\u202e\u2066\u3164\uffa0\ufff9\ufffb\U000e0041\U000e007f"


@pytest.mark.parametrize("character", NOT_SEEN)
def test_a_character_that_is_not_seen_is_shown_as_one_that_cannot_be(character: str) -> None:
    assert clean(f"pay{character}pal") == "pay\N{REPLACEMENT CHARACTER}pal"
    told = harmless_json(json.dumps([f"pay{character}pal"], ensure_ascii=False))
    assert character not in told
    assert json.loads(told) == [f"pay{character}pal"]


@pytest.mark.parametrize("text", ["Zoë Müller", "Łukasz", "山田 太郎", "नमस्ते", "עברית", "👍🏽", "❤\ufe0f"])
def test_what_people_write_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", "ok;", "ok; ", "ok|", "ok,", "a@b.example; "])
def test_a_formula_is_text_whatever_separator_the_spreadsheet_goes_by(before: str, sign: str) -> None:
    assert csv_cells([f"{before}{sign}cmd()"]) == [f"{before}'{sign}cmd()"]


def test_ordinary_cells_stay() -> None:
    row = ["Bob Stone", "bob@globex.example; b.stone@globex.example", "2026-11-12T10:00:00Z", "a-b = c", "1;2|3", ""]
    assert csv_cells(row) == row
