"""What only address books do, among hostile answers and odd servers."""

from __future__ import annotations

import gc

import pytest

from activity.errors import ServerFault
from capture.address_books import reading
from capture.address_books.card import CardContents, read_card
from capture.dav import transport
from capture.dav.multistatus import Member
from scripted_collections import ScriptedBook, card
from scripted_dav import Reply, Seen, Start, response


@pytest.mark.parametrize("status", [200, 404, 405, 410])
@pytest.mark.parametrize("kind", ["listing", "full", "multiget"])
def test_a_refusal_speaks_of_address_books(scripted: Start, status: int, kind: str) -> None:
    book = ScriptedBook()
    book.faults = {kind: Reply(status), "etags": Reply(status)}
    try:
        (error,) = [batch.error for batch in ScriptedBook.sync(scripted(book).url) if batch.error]
    except ServerFault as raised:
        error = raised
    assert "address book" in error.message or "list of contacts" in error.message
    assert "calendar" not in error.message + error.hint


def test_of_answers_that_were_too_large_nothing_stays_in_memory(
    scripted: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ScriptedBook(objects=0)
    for number in range(8):
        book.put(f"{number}.vcf", card(f"u{number}", f"EMAIL:u{number}@x.example", "PHOTO:" + "x" * 1000))
    alive: list[int] = []

    def counting(text: str) -> CardContents:
        gc.collect()
        alive.append(sum(type(thing) is Member for thing in gc.get_objects()))  # a dead proxy has no class
        return read_card(text)

    monkeypatch.setattr(reading, "read_card", counting)
    monkeypatch.setattr(transport, "MOST_BYTES", 3500)  # two cards, or a listing
    monkeypatch.setattr(transport, "_CHUNK", 500)
    assert sum(len(batch.entries) for batch in ScriptedBook.sync(scripted(book).url)) == 8
    assert max(alive) <= 2


@pytest.mark.parametrize("status", [200, 403, 404, 405])
def test_where_the_root_is_a_web_site_the_well_known_location_is_asked(scripted: Start, status: int) -> None:
    book = ScriptedBook()

    def script(seen: Seen) -> Reply:
        if seen.path == "/":
            return Reply(status, b"<html>Welcome</html>")
        if seen.path == "/.well-known/carddav":
            return Reply(301, headers={"Location": "/dav/"})
        if seen.path == "/dav/":
            principal = "<d:current-user-principal><d:href>/who/ana/</d:href></d:current-user-principal>"
            return book.multistatus(response("/dav/", principal))
        if seen.path == "/who/ana/":
            home = "<c:addressbook-home-set><d:href>/</d:href></c:addressbook-home-set>"
            return book.multistatus(response("/who/ana/", home.replace("/<", "/home/<")))
        if seen.path == "/home/":
            return book.multistatus(response("/home/"), response("/book/", book.listed))
        return book(seen)

    batches = ScriptedBook.sync(scripted(script).url, path="")
    assert [len(batch.entries) for batch in batches] == [0, 6]


def test_a_cursor_that_is_not_ours_begins_anew(scripted: Start) -> None:
    url = scripted(ScriptedBook()).url
    home = ScriptedBook.fetched(url)[""]
    for nonsense in ("[]", "{", '{"token":"t1"}', '{"token":"t1"}\n{}', '{"token":"t1"}\n[]\n{}', "{\n{}\n{}"):
        (batch,) = ScriptedBook.sync(url, {"": home, "People": nonsense})
        assert len(batch.entries) == 6
