"""Single cards as servers give them out."""

from __future__ import annotations

import time

import pytest

from activity.contact import ContactEntry
from capture.address_books.card import BrokenCard, read_card
from scripted_collections import card


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (
            card("u", "FN:Ana", "EMAIL;TYPE=PREF:Ana@X.example", "ORG:Acme;Sales"),
            ContactEntry("Ana", ["ana@x.example"], "Acme", key="u"),
        ),
        (
            card("urn:uuid:1", "FN:Ana", "EMAIL;PREF=2:b@x.example", "EMAIL;PREF=1:a@x.example", version="4.0"),
            ContactEntry("Ana", ["a@x.example", "b@x.example"], key="urn:uuid:1"),
        ),
        (
            card(
                "u", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg", "EMAIL;INTERNET:j@x.example", version="2.1"
            ),
            ContactEntry("Jörg", ["j@x.example"], key="u"),
        ),
        (
            card("u", "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg", "EMAIL:j@x.example", version="2.1"),
            ContactEntry("Jörg", ["j@x.example"], key="u"),
        ),
        (  # the server has made Unicode of it, and left the parameter
            card("u", "FN;LANGUAGE=de;CHARSET=ISO-8859-1:Jörg", "EMAIL:j@x.example", version="2.1"),
            ContactEntry("Jörg", ["j@x.example"], key="u"),
        ),
        ("\ufeff" + card("ana").replace("\r\n", "\n"), ContactEntry("Ana", ["ana@x.example"], key="ana")),
    ],
)
def test_versions_and_charsets(text: str, entry: ContactEntry) -> None:
    assert read_card(text) == (entry, ())


@pytest.mark.parametrize(
    "picture",
    [
        "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 500_000,
        "item7.photo;ENCODING=BASE64:\r\n " + "\r\n ".join(["QUJD" * 18] * 20_000) + "\r\n",
        "PHOTO:data:image/jpeg;base64," + "\r\n ".join(["QUJD" * 18] * 20_000),
        "KEY;ENCODING=B:" + "QUJD" * 500_000,
    ],
    ids=["3.0", "2.1", "4.0", "key"],
)
def test_a_large_picture_hides_nothing(picture: str) -> None:
    text = card("ana", "FN:Ana", picture, "EMAIL:ana@x.example", picture)
    assert read_card(text) == (ContactEntry("Ana", ["ana@x.example"], key="ana"), ())


def test_a_note_about_a_photo_is_no_picture() -> None:
    text = card("ana", "NOTE:see", " PHOTO:x", "PHOTOGRAPHER:y", "EMAIL:ana@x.example", "PHOTO:x", "FN:Ana")
    assert read_card(text).entry == ContactEntry("Ana", ["ana@x.example"], key="ana")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no vCard in it"),
        ("<html>Please log in</html>", "text outside a vCard is not read"),
        ("BEGIN:VCARD\nEMAIL:a@x.example\n", "the vCard has no END:VCARD and was skipped"),
        (card("u", *["EMAIL:a@x.example"] * 100_000), "a card of over 256 KB, not counting pictures"),
    ],
)
def test_a_broken_card_says_why(text: str, reason: str) -> None:
    with pytest.raises(BrokenCard, match=reason):
        read_card(text)


def test_what_can_be_read_is_and_the_rest_is_named() -> None:
    entry, problems = read_card(card("u", "FN:Ana", "EMAIL:nobody", "EMAIL:a@x.example"))
    assert entry == ContactEntry("Ana", ["a@x.example"], key="u")
    assert problems == ("'nobody' is no e-mail address",)


def test_two_cards_in_one_object_are_the_first_and_a_problem() -> None:
    entry, problems = read_card(card("a") + card("b"))
    assert entry is not None
    assert entry.key == "a"
    assert problems == ("2 vCards in one object; only the first is read",)


def test_a_card_made_of_nothing_but_bad_addresses_is_bounded() -> None:
    began = time.monotonic()
    entry, problems = read_card(card("u", *["EMAIL:x"] * 25_000))
    assert (entry, len(problems)) == (None, 5)
    assert time.monotonic() - began < 20  # a hang guard
