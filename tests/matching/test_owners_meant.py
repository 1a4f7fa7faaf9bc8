"""Whose a contact is, in whatever words a list says it."""

from __future__ import annotations

import pytest

from matchers.owners import Colleague, owner_meant

US = [
    Colleague("ana", "Ana Kim", frozenset({"ana@acme.example", "ana.kim@acme.example"})),
    Colleague("ben", "Ben Roe", frozenset({"ben@acme.example"})),
    Colleague("box", "Ben Roe", frozenset({"box@acme.example"})),
    Colleague("info", "info", frozenset({"info@acme.example"})),
]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Ana Kim (ana@acme.example)", "Ana Kim"),
        ("Ana Kim <ANA.KIM@acme.example>", "Ana Kim"),
        ("ana@acme.example", "Ana Kim"),
        (" ANA KIM ", "Ana Kim"),
        ("Ana", "Ana Kim"),
        ("A. Kim (ana@acme.example)", "Ana Kim"),
        ("ben roe", "Ben Roe"),
        ("box", "Ben Roe"),
        ("Info", "info"),
        ("Zoe", "Zoe"),
        ("ana@other.example", "ana@other.example"),
        ("Kim", "Kim"),
        ("ana@acme.example; ben@acme.example", "ana@acme.example; ben@acme.example"),
        ("", ""),
    ],
)
def test_an_owner_in_any_words_is_the_account_s(text: str, owner: str) -> None:
    assert owner_meant(text, US) == owner
