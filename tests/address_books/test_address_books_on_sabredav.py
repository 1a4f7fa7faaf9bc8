"""Address books of a real sabre/dav, which has collection tags and no sync-collection."""

from __future__ import annotations

import pytest
from sabredav_server import SabredavAccount, SabredavServer

from activity.errors import AuthenticationFailed
from capture.address_books.source import AddressBookSource
from capture.dav.source import DavAccount
from dav_log import DavLog
from scripted_collections import card


@pytest.fixture
def books(sabredav: SabredavServer, user: str) -> SabredavAccount:
    account = SabredavAccount(sabredav, user)
    account.create_book("people", "People & <Co>")
    return account


@pytest.fixture
def contacts(sabredav: SabredavServer, user: str) -> DavLog:
    return DavLog(AddressBookSource(DavAccount(sabredav.url, user, lambda: "secret")))


PLACE = "People & <Co>"


def test_every_card_comes_and_nothing_new_is_one_request(
    books: SabredavAccount, contacts: DavLog, requests: list[str]
) -> None:
    names = ["a b.vcf", "c@d.vcf", "e=f.vcf", "\N{LATIN SMALL LETTER U WITH DIAERESIS}.vcf"]
    for number, name in enumerate(names):
        books.put_card("people", name, card(f"u{number}"))
    batches = contacts.sync()
    assert [batch.error or batch.skipped for batch in batches] == [[], []]
    assert {entry.emails[0] for entry in contacts.items.values()} == {f"u{n}@x.example" for n in range(4)}
    requests.clear()
    (batch,) = contacts.sync()
    assert (batch.entries, batch.removed, batch.cursor) == ([], [], None)
    assert len(requests) <= 2  # one, and what Digest asks first


def test_what_is_new_changed_moved_and_gone_is_followed(books: SabredavAccount, contacts: DavLog) -> None:
    for name in "abc":
        books.put_card("people", f"{name}.vcf", card(name))
    contacts.sync()
    books.put_card("people", "b.vcf", card("b", "FN:B", "EMAIL:new@x.example"))
    books.delete_card("people", "a.vcf")
    books.put_card("people", "d.vcf", card("d"))
    books.delete_card("people", "c.vcf")
    books.put_card("people", "moved.vcf", card("c"))
    (batch,) = contacts.sync()
    assert [(href, entry.key, entry.emails) for href, entry in batch.entries] == [
        ("b.vcf", "b", ["new@x.example"]),
        ("d.vcf", "d", ["d@x.example"]),
        ("moved.vcf", "c", ["c@x.example"]),
    ]
    assert sorted(batch.removed) == ["a.vcf", "c.vcf"]
    assert contacts.held(PLACE) == {"b.vcf", "d.vcf", "moved.vcf"}


def test_a_wrong_password_is_refused(books: SabredavAccount, sabredav: SabredavServer, user: str) -> None:
    assert books
    with pytest.raises(AuthenticationFailed):
        list(AddressBookSource(DavAccount(sabredav.url, user, lambda: "wrong")).batches({}))
