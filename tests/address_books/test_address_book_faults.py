"""What no well-behaved server does: each is a typed error, none is read as a deletion."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import pytest
from scripted_book import BOOK, SYNCS, Book, card, cursors_of, fetched, multistatus, sync

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from capture.address_books import reading
from capture.address_books.card import CardContents, read_card
from capture.address_books.position import BookPosition
from capture.dav import transport
from capture.dav.multistatus import Member
from scripted_dav import Reply, ScriptedDav, Seen, response

Start = Callable[[Callable[[Seen], Reply]], ScriptedDav]

EXPIRED = b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"
CUT = Reply(raw=lambda handler: handler.connection.shutdown(socket.SHUT_RDWR))
ENTITY = b"<!DOCTYPE d [<!ENTITY a 'b'>]><d:multistatus xmlns:d='DAV:'><d:response/></d:multistatus>"
FAULTS = [
    pytest.param(Reply(200, b"<html>Please log in</html>"), ServerFault, id="html-200"),
    pytest.param(Reply(207, b"<html>Please log in</html>"), ServerFault, id="html-207"),
    pytest.param(Reply(207, ENTITY), ServerFault, id="entity"),
    pytest.param(Reply(207, b""), ServerFault, id="nothing"),
    pytest.param(Reply(207, b"<d:multistatus xmlns:d='DAV:'><d:resp"), ServerFault, id="half"),
    pytest.param(CUT, Unreachable, id="cut"),
    pytest.param(Reply(500, b"<html>oops</html>"), ServerFault, id="500"),
    pytest.param(Reply(503, headers={"Retry-After": "7"}), Throttled, id="503-later"),
    pytest.param(Reply(429, headers={"Retry-After": "86400"}), Throttled, id="429"),
    pytest.param(Reply(401), AuthenticationFailed, id="401"),
    pytest.param(Reply(403), AuthenticationFailed, id="403"),
    pytest.param(Reply(404), ServerFault, id="404"),
    pytest.param(Reply(302, headers={"Location": "https://elsewhere.invalid/"}), UntrustedServer, id="elsewhere"),
]


@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_while_looking_for_the_books_is_a_typed_error(
    scripted: Start, reply: Reply, error: type[SourceError]
) -> None:
    book = Book()
    book.faults["listing"] = reply
    with pytest.raises(error) as caught:
        sync(scripted(book).url)
    assert "canary" not in caught.value.message + caught.value.hint
    assert "127.0.0.1" in caught.value.message


@pytest.mark.parametrize("kind", ["delta", "multiget"])
@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_of_a_book_removes_nothing_and_moves_nothing(
    scripted: Start, reply: Reply, error: type[SourceError], kind: str
) -> None:
    book = Book()
    url = scripted(book).url
    cursors = fetched(url)
    book.put("0.vcf", card("u0", "FN:New", "EMAIL:new@x.example"))
    book.faults[kind] = reply
    if reply.status == 401:
        with pytest.raises(AuthenticationFailed):
            sync(url, cursors)
        return
    (batch,) = sync(url, cursors)
    assert isinstance(batch.error, error)
    assert (batch.entries, batch.removed, batch.cursor) == ([], [], None)
    del book.faults[kind]
    (batch,) = sync(url, cursors)
    assert [href for href, _ in batch.entries] == ["0.vcf"]


@pytest.mark.parametrize("listed", [SYNCS, BOOK, BOOK + "<s:getctag>c2</s:getctag>"])
def test_an_empty_listing_where_there_were_many_is_an_error(scripted: Start, listed: str) -> None:
    book = Book(listed)
    url = scripted(book).url
    cursors = fetched(url)
    book.etags.clear()
    book.listed = listed.replace("c2", "c3")
    book.faults["delta"] = Reply(403, EXPIRED)
    (batch,) = sync(url, cursors)
    assert isinstance(batch.error, ServerFault)
    assert (batch.removed, batch.cursor) == ([], None)


@pytest.mark.parametrize("refusal", [Reply(400), Reply(410), Reply(403, EXPIRED), Reply(409, EXPIRED)])
def test_an_expired_token_is_one_full_comparison(scripted: Start, refusal: Reply) -> None:
    book = Book()
    server = scripted(book)
    cursors = fetched(server.url)
    del book.etags["0.vcf"]
    book.put("1.vcf", card("u1", "FN:New", "EMAIL:new@x.example"))
    book.faults["delta"] = refusal
    server.seen.clear()
    (batch,) = sync(server.url, cursors)
    assert batch.removed == ["0.vcf"]
    assert [href for href, _ in batch.entries] == ["1.vcf"]
    assert [book.kind(seen) for seen in server.seen] == ["listing", "delta", "full", "multiget"]


@pytest.mark.parametrize(
    ("listed", "asked"), [(BOOK + "<s:getctag>c1</s:getctag>", ["listing"]), (BOOK, ["listing", "etags"])]
)
def test_without_sync_collection_entity_tags_are_compared(scripted: Start, listed: str, asked: list[str]) -> None:
    book = Book(listed)
    server = scripted(book)
    cursors = fetched(server.url)
    server.seen.clear()
    (batch,) = sync(server.url, cursors)
    assert [book.kind(seen) for seen in server.seen] == asked
    assert (batch.entries, batch.cursor) == ([], None)
    book.listed = listed.replace("c1", "c2")
    del book.etags["3.vcf"]
    book.put("4.vcf", card("u4", "FN:New", "EMAIL:new@x.example"))
    (batch,) = sync(server.url, cursors)
    assert batch.removed == ["3.vcf"]
    assert [href for href, _ in batch.entries] == ["4.vcf"]


def test_a_card_that_comes_back_as_it_was_is_read_again(scripted: Start) -> None:
    book = Book(BOOK)
    url = scripted(book).url
    cursors = fetched(url)
    etag = book.etags.pop("0.vcf")
    (gone,) = sync(url, cursors)
    book.etags["0.vcf"] = etag
    (back,) = sync(url, cursors | cursors_of([gone]))
    assert (gone.removed, [href for href, _ in back.entries]) == (["0.vcf"], ["0.vcf"])


@pytest.mark.parametrize("status", [200, 404, 405, 410])
@pytest.mark.parametrize("kind", ["listing", "full", "multiget"])
def test_a_refusal_speaks_of_address_books(scripted: Start, status: int, kind: str) -> None:
    book = Book()
    book.faults = {kind: Reply(status), "etags": Reply(status)}
    try:
        (error,) = [batch.error for batch in sync(scripted(book).url) if batch.error]
    except ServerFault as raised:
        error = raised
    assert "address book" in error.message or "list of contacts" in error.message
    assert "calendar" not in error.message + error.hint


def test_a_truncated_listing_is_read_page_by_page(scripted: Start) -> None:
    first = response("/book/1.vcf", "<d:getetag>1</d:getetag>"), response("/book/", status=507)
    pages = {"": multistatus(*first, token="p1"), "p1": multistatus(response("/book/2.vcf"), token="p2")}
    book = Book()

    def script(seen: Seen) -> Reply:
        return pages["p1" if ">p1<" in seen.body else ""] if "sync-collection" in seen.body else book(seen)

    batches = sync(scripted(script).url)
    assert [href for batch in batches for href, _ in batch.entries] == ["1.vcf", "2.vcf"]
    assert BookPosition(batches[-1].cursor).token == "p2"


def test_cards_that_fail_are_told_apart_and_lose_nothing(scripted: Start) -> None:
    book = Book()
    url = scripted(book).url
    cursors = fetched(url)
    book.token = "t2"
    for name in book.etags:
        book.etags[name] = '"new"'
    book.faults["multiget"] = multistatus(
        response("/book/0.vcf", status=404),
        response("/book/1.vcf", status=403),
        response("/book/2.vcf", "<c:address-data>BEGIN:VCARD\nEMAIL:a@x.example\n</c:address-data>"),
        response("/book/3.vcf", "<c:address-data> </c:address-data>"),
        book.given("4.vcf"),
    )
    (batch,) = sync(url, cursors)
    assert batch.error is None
    assert batch.removed == ["0.vcf"]
    assert [href for href, _ in batch.entries] == ["4.vcf"]
    assert [(skip.item, skip.reason) for skip in batch.skipped] == [
        ("1.vcf", "not given out by the server (403)"),
        ("2.vcf", "the vCard has no END:VCARD and was skipped"),
        ("3.vcf", "no vCard in it"),
        ("5.vcf", "listed by the server, but not given out"),
    ]
    assert BookPosition(batch.cursor).token == "t1"  # so that 5.vcf is reported again
    del book.faults["multiget"]
    (batch,) = sync(url, cursors_of([batch]) | {"": cursors[""]})
    assert [(href, entry.key) for href, entry in batch.entries] == [("0.vcf", "u0"), ("5.vcf", "u5")]


def test_one_card_too_large_does_not_hide_the_others(scripted: Start) -> None:
    book = Book()
    book.put("2.vcf", card("u2", "EMAIL:u2@x.example", "PHOTO:" + "x" * (11 << 20)))
    batches = sync(scripted(book).url)
    assert sum(len(batch.entries) for batch in batches) == 5
    assert [(skip.item, skip.reason) for batch in batches for skip in batch.skipped] == [
        ("2.vcf", "too large to be read")
    ]


def test_of_answers_that_were_too_large_nothing_stays_in_memory(
    scripted: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(cards=0)
    for number in range(8):
        book.put(f"{number}.vcf", card(f"u{number}", f"EMAIL:u{number}@x.example", "PHOTO:" + "x" * 1000))
    alive: list[int] = []

    def counting(text: str) -> CardContents:
        gc.collect()
        alive.append(sum(isinstance(thing, Member) for thing in gc.get_objects()))
        return read_card(text)

    monkeypatch.setattr(reading, "read_card", counting)
    monkeypatch.setattr(transport, "MOST_BYTES", 3500)  # two cards, or a listing
    monkeypatch.setattr(transport, "_CHUNK", 500)
    assert sum(len(batch.entries) for batch in sync(scripted(book).url)) == 8
    assert max(alive) <= 2


@pytest.mark.parametrize(("reply", "asked"), [(Reply(429), 1), (CUT, 1), (Reply(500), 2), (Reply(403), 2)])
def test_a_book_that_fails_does_not_stop_the_next_unless_the_server_wants_a_pause(
    scripted: Start, reply: Reply, asked: int
) -> None:
    def script(seen: Seen) -> Reply:
        if "sync-collection" in seen.body:
            return reply
        books = [response(path, SYNCS) for path in ("/book/a/", "/book/b/")]
        return multistatus(*books) if "displayname" in seen.body else multistatus(response("/book/"))

    server = scripted(script)
    batches = [batch for batch in sync(server.url) if batch.place]
    assert [batch.place for batch in batches if batch.error] == ["People", "People (b)"]
    assert sum("sync-collection" in seen.body for seen in server.seen) == asked


@pytest.mark.parametrize("status", [200, 403, 404, 405])
def test_where_the_root_is_a_web_site_the_well_known_location_is_asked(scripted: Start, status: int) -> None:
    book = Book()

    def script(seen: Seen) -> Reply:
        if seen.path == "/":
            return Reply(status, b"<html>Welcome</html>")
        if seen.path == "/.well-known/carddav":
            return Reply(301, headers={"Location": "/dav/"})
        if seen.path == "/dav/":
            principal = "<d:current-user-principal><d:href>/who/ana/</d:href></d:current-user-principal>"
            return multistatus(response("/dav/", principal))
        if seen.path == "/who/ana/":
            home = "<c:addressbook-home-set><d:href>/</d:href></c:addressbook-home-set>"
            return multistatus(response("/who/ana/", home.replace("/<", "/home/<")))
        if seen.path == "/home/":
            return multistatus(response("/home/"), response("/book/", SYNCS))
        return book(seen)

    batches = sync(scripted(script).url, path="")
    assert [len(batch.entries) for batch in batches] == [0, 6]


def test_a_cursor_that_is_not_ours_begins_anew(scripted: Start) -> None:
    url = scripted(Book()).url
    home = fetched(url)[""]
    for nonsense in ("[]", "{", '{"token":"t1"}', '{"token":"t1"}\n{}', '{"token":"t1"}\n[]\n{}', "{\n{}\n{}"):
        (batch,) = sync(url, {"": home, "People": nonsense})
        assert len(batch.entries) == 6
