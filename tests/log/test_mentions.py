"""Addresses are found within texts wherever they stand, however many are looked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.mentions import Mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to Bob@Globex.Example, please", "to …, please"),
        ("mailto:bob@globex.example", "mailto:…"),
        ("bob@globex.example;bob@globex.example", "…;…"),
        ("xbob@globex.examples", "x…s"),
        ("İ bob@globex.example İ", "İ … İ"),
        ("bob+1@globex.example", "…"),
        ("bob+2@globex.example", "bob+2@globex.example"),
        ("bob@ globex.example @", "bob@ globex.example @"),
        ("@globex.example", "@globex.example"),
        ("", ""),
    ],
)
def test_what_is_found_is_blotted_out(text: str, expected: str) -> None:
    mentions = Mentions(["bob@globex.example", "bob+1@globex.example"])
    assert mentions.blotted_out(text) == expected
    assert mentions.within(text) is (text != expected)


def test_what_overlaps_is_found_as_far_as_it_is_left() -> None:
    assert Mentions(["a@a", "aa@b", "a@b"]).blotted_out("a@aa@b") == "……"


def test_where_nobody_is_looked_for_nothing_is_found() -> None:
    assert Mentions([]).blotted_out("bob@globex.example") == "bob@globex.example"


PARTS = st.text("ab.+", min_size=1, max_size=3)
EMAILS = st.lists(st.tuples(PARTS, PARTS).map("@".join), min_size=1, max_size=6)


@given(EMAILS, st.text("abAB.+@ ", max_size=30))
def test_one_is_within_where_a_search_for_each_finds_one(emails: list[str], text: str) -> None:
    mentions = Mentions(emails)
    found = re.search("|".join(map(re.escape, emails)), text, re.IGNORECASE)
    assert mentions.within(text) is (found is not None)
    assert not mentions.within(mentions.blotted_out(text))
