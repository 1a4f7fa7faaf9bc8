"""Address books of a real Cyrus, which knows sync-collection and makes a first book by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cyrus_server import CyrusServer

from activity.errors import AuthenticationFailed
from capture.address_books.source import AddressBookSource
from capture.dav.source import DavAccount
from dav_log import DavLog
from scripted_collections import card

PLACE = "People & <Co>"

Request = Callable[[str, str, str], None]


@pytest.fixture
def ask(cyrus: CyrusServer, user: str) -> Request:
    """A request for a card of a book that is made here: method, name, text."""
    cyrus.create_address_book(user, "people", PLACE)

    def ask(method: str, name: str, text: str = "") -> None:
        headers = {"Content-Type": "text/vcard; charset=utf-8"} if text else {}
        cyrus.request(user, method, f"{cyrus.address_books(user)}people/{name}", text, headers)

    return ask


@pytest.fixture
def contacts(cyrus: CyrusServer, user: str) -> DavLog:
    return DavLog(AddressBookSource(DavAccount(cyrus.url, user, lambda: cyrus.password)))


def test_what_is_new_changed_moved_and_gone_is_followed(ask: Request, contacts: DavLog, requests: list[str]) -> None:
    for name in "abc":
        ask("PUT", f"{name}.vcf", card(name))
    batches = contacts.sync()
    assert [batch.error or batch.skipped for batch in batches] == [[]] * len(batches)
    assert contacts.held(PLACE) == {"a.vcf", "b.vcf", "c.vcf"}
    ask("PUT", "b.vcf", card("b", "FN:B", "EMAIL:new@x.example"))
    ask("DELETE", "a.vcf", "")
    ask("PUT", "d.vcf", card("d"))
    ask("DELETE", "c.vcf", "")
    ask("PUT", "moved.vcf", card("c"))
    (batch,) = [batch for batch in contacts.sync() if batch.place == PLACE]
    assert sorted((href, entry.key, entry.emails[0]) for href, entry in batch.entries) == [
        ("b.vcf", "b", "new@x.example"),
        ("d.vcf", "d", "d@x.example"),
        ("moved.vcf", "c", "c@x.example"),
    ]
    assert contacts.held(PLACE) == {"b.vcf", "d.vcf", "moved.vcf"}
    requests.clear()
    assert not any(batch.entries or batch.removed for batch in contacts.sync())
    assert len(requests) <= 3


def test_a_wrong_password_is_refused(ask: Request, cyrus: CyrusServer, user: str) -> None:
    ask("PUT", "a.vcf", card("a"))
    with pytest.raises(AuthenticationFailed):
        list(AddressBookSource(DavAccount(cyrus.url, user, lambda: "wrong")).batches({}))
