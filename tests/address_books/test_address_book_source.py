"""Reading address books from a real Radicale."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from activity.contact import ContactEntry
from activity.errors import ServerFault, Unreachable
from capture.address_books import reading
from capture.address_books.source import AddressBookSource
from capture.dav.choice import Choice
from capture.dav.source import DavAccount
from dav_log import DavLog
from radicale_server import RadicaleServer
from scripted_collections import card


@pytest.fixture
def account(radicale: RadicaleServer, user: str) -> DavAccount:
    return DavAccount(radicale.url, user, lambda: "secret")


@pytest.fixture
def contacts(account: DavAccount) -> DavLog:
    return DavLog(AddressBookSource(account))


def addresses(contacts: DavLog) -> dict[str, str]:
    """The main addresses by href."""
    return {href: entry.emails[0] for (_, href), entry in contacts.items.items()}


@pytest.fixture
def changed(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    """An address book with a, b and c was read; then b was changed and a deleted."""
    radicale.create_address_book(user, "people")
    for name in "abc":
        radicale.put_card(user, "people", f"{name}.vcf", card(name))
    contacts.sync()
    radicale.put_card(user, "people", "b.vcf", card("b", "FN:B", "EMAIL:new@x.example"))
    radicale.delete(user, "people", "a.vcf")


def test_first_sync_brings_every_contact(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    radicale.create_address_book(user, "people", "People & <Co>")
    radicale.create_calendar(user, "work")
    picture = "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 200_000
    ana = card(
        "ana", "FN:Ana Kim", "ORG:Acme;Sales", "EMAIL;TYPE=HOME:a@x.example", "EMAIL;TYPE=PREF:A@Y.example", picture
    )
    radicale.put_card(user, "people", "a b.vcf", ana)
    radicale.put_card(user, "people", "bo@x.vcf", card("bo", "FN:Bo", "item1.EMAIL;PREF=1:bo@x.example", version="4.0"))
    batches = contacts.sync()
    assert contacts.items == {
        ("People & <Co>", "a%20b.vcf"): ContactEntry("Ana Kim", ["a@y.example", "a@x.example"], "Acme", key="ana"),
        ("People & <Co>", "bo@x.vcf"): ContactEntry("Bo", ["bo@x.example"], key="bo"),
    }
    assert [(batch.place, batch.error, batch.skipped) for batch in batches] == [
        ("", None, []),
        ("People & <Co>", None, []),
    ]
    assert not any("QUJD" in cursor for cursor in contacts.cursors.values())


def test_nothing_new_is_one_listing(radicale: RadicaleServer, user: str, contacts: DavLog, requests: list[str]) -> None:
    for book in ("one", "two"):
        radicale.create_address_book(user, book)
        radicale.put_card(user, book, "x.vcf", card("x"))
    contacts.sync()
    requests.clear()
    batches = contacts.sync()
    assert [request.split("/", 3)[-1] for request in requests] == [f"{user}/"]
    assert [(batch.entries, batch.removed, batch.cursor, batch.error) for batch in batches] == [
        ([], [], None, None)
    ] * 2


@pytest.mark.usefixtures("changed")
def test_changes_and_deletions_are_followed(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    radicale.put_card(user, "people", "d.vcf", card("d"))
    (batch,) = contacts.sync()
    assert [href for href, _ in batch.entries] == ["b.vcf", "d.vcf"]
    assert batch.removed == ["a.vcf"]
    assert addresses(contacts) == {"b.vcf": "new@x.example", "c.vcf": "c@x.example", "d.vcf": "d@x.example"}


@pytest.mark.usefixtures("changed")
def test_a_forgotten_token_is_one_comparison_and_fetches_only_what_changed(
    radicale: RadicaleServer, contacts: DavLog, requests: list[str]
) -> None:
    radicale.forget_sync_tokens()
    requests.clear()
    (batch,) = contacts.sync()
    assert [href for href, _ in batch.entries] == ["b.vcf"]
    assert batch.removed == ["a.vcf"]
    assert len(requests) == 1 + 3  # the refused delta, one listing, one fetch
    requests.clear()
    contacts.sync()
    assert len(requests) == 1


def test_more_than_a_hundred_contacts_come_by_the_hundred(
    radicale: RadicaleServer, user: str, contacts: DavLog, requests: list[str]
) -> None:
    radicale.create_address_book(user, "people")
    cards = "".join(card(f"p{number}") for number in range(230))
    radicale.request(user, "PUT", radicale.path(user, "people"), cards, {"Content-Type": "text/vcard"})
    batches = contacts.sync()
    assert [len(batch.entries) for batch in batches] == [0, 100, 100, 30]
    assert len({entry.key for entry in contacts.items.values()}) == 230


def test_an_interrupted_first_sync_goes_on_where_it_was(
    radicale: RadicaleServer, user: str, contacts: DavLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    radicale.create_address_book(user, "people")
    for number in range(7):
        radicale.put_card(user, "people", f"{number}.vcf", card(f"u{number}"))
    for batch in contacts.source.batches({}):
        contacts.store(batch)
        if len(contacts.items) == 4:
            break
    assert sum(len(batch.entries) for batch in contacts.sync()) == 3
    assert len(contacts.held("people")) == 7


def test_a_moved_card_keeps_its_key(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    radicale.create_address_book(user, "people")
    radicale.put_card(user, "people", "old.vcf", card("ana"))
    contacts.sync()
    radicale.delete(user, "people", "old.vcf")
    radicale.put_card(user, "people", "new.vcf", card("ana"))
    (batch,) = contacts.sync()
    assert [(href, entry.key) for href, entry in batch.entries] == [("new.vcf", "ana")]
    assert batch.removed == ["old.vcf"]


def test_groups_are_no_contacts(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    radicale.create_address_book(user, "people")
    radicale.put_card(user, "people", "a.vcf", card("ana"))
    members = ("FN:Friends", "EMAIL:friends@x.example", "KIND:group", "MEMBER:urn:uuid:ana")
    radicale.put_card(user, "people", "g.vcf", card("friends", *members, version="4.0"))
    apple = ("FN:Foes", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ana")
    radicale.put_card(user, "people", "h.vcf", card("foes", *apple))
    assert [batch.skipped for batch in contacts.sync()] == [[], []]
    assert addresses(contacts) == {"a.vcf": "ana@x.example"}


def test_who_loses_the_last_address_is_no_contact_any_more(
    radicale: RadicaleServer, user: str, contacts: DavLog
) -> None:
    radicale.create_address_book(user, "people")
    radicale.put_card(user, "people", "a.vcf", card("ana"))
    contacts.sync()
    radicale.put_card(user, "people", "a.vcf", card("ana", "FN:Ana", "TEL:1"))
    (batch,) = contacts.sync()
    assert batch.removed == ["a.vcf"]
    assert batch.skipped == []
    radicale.delete(user, "people", "a.vcf")
    assert [batch.removed for batch in contacts.sync()] == [[]]


def test_address_books_can_be_chosen_and_left_out(radicale: RadicaleServer, user: str, account: DavAccount) -> None:
    for book, name in (("a", "Work"), ("b", "Home"), ("c", "Club")):
        radicale.create_address_book(user, book, name)

    def places(choice: Choice) -> list[str]:
        return [batch.place for batch in AddressBookSource(replace(account, choice=choice)).batches({}) if batch.place]

    assert places(Choice()) == ["Work", "Home", "Club"]
    assert places(Choice(("work", f"/{user}/c/"))) == ["Work", "Club"]
    assert places(Choice(exclude=("b", "CLUB"))) == ["Work"]


def test_a_book_that_is_asked_for_and_missing_is_an_error(
    radicale: RadicaleServer, user: str, account: DavAccount
) -> None:
    radicale.create_address_book(user, "a", "Work")
    batches = DavLog(AddressBookSource(replace(account, choice=Choice(("Work", "Wrok"))))).sync()
    assert [(batch.place, type(batch.error)) for batch in batches[1:]] == [("Wrok", ServerFault), ("Work", type(None))]


def test_a_deleted_book_is_an_error_and_removes_nothing(
    radicale: RadicaleServer, user: str, account: DavAccount, contacts: DavLog
) -> None:
    for book in ("one", "two"):
        radicale.create_address_book(user, book)
        radicale.put_card(user, book, "x.vcf", card("x"))
    contacts.sync()
    radicale.delete_calendar(user, "one")
    radicale.put_card(user, "two", "y.vcf", card("y"))
    errors = {batch.place: batch.error for batch in contacts.sync()}
    assert isinstance(errors["one"], ServerFault)
    assert errors["two"] is None
    assert contacts.held("one") == {"x.vcf"}
    assert contacts.held("two") == {"x.vcf", "y.vcf"}
    contacts.source = AddressBookSource(replace(account, choice=Choice(exclude=("one",))))
    assert [batch.error for batch in contacts.sync()] == [None]


def test_the_url_may_be_one_address_book(
    radicale: RadicaleServer, user: str, account: DavAccount, requests: list[str]
) -> None:
    url = radicale.create_address_book(user, "people", "People")
    radicale.create_address_book(user, "other")
    radicale.put_card(user, "people", "1.vcf", card("ana"))
    contacts = DavLog(AddressBookSource(replace(account, url=url)))
    contacts.sync()
    assert set(contacts.items) == {("People", "1.vcf")}
    requests.clear()
    contacts.sync()
    assert len(requests) == 1


def test_a_moved_home_is_found_again(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    radicale.create_address_book(user, "people")
    contacts.sync()
    contacts.cursors[""] = contacts.cursors[""].replace(f"/{user}/", f"/{user}/gone/", 1)
    assert {batch.place: batch.error for batch in contacts.sync()} == {"": None, "people": None}


def test_a_user_without_an_address_book_is_told(radicale: RadicaleServer, user: str, contacts: DavLog) -> None:
    radicale.create_calendar(user, "work")
    with pytest.raises(ServerFault, match="no address book"):
        contacts.sync()


def test_a_server_that_is_not_there_is_unreachable(account: DavAccount) -> None:
    with socket.socket() as bound:  # bound and not listening: whoever connects is refused
        bound.bind(("127.0.0.1", 0))
        source = AddressBookSource(replace(account, url=f"http://127.0.0.1:{bound.getsockname()[1]}/"))
        with pytest.raises(Unreachable):
            list(source.batches({}))


@pytest.mark.parametrize("identifier", ["-x", "a\x1bb.invalid"])
def test_a_url_that_is_neither_url_nor_address_is_a_typed_error(account: DavAccount, identifier: str) -> None:
    with pytest.raises(ServerFault, match="address"):
        list(AddressBookSource(replace(account, url=identifier)).batches({}))
