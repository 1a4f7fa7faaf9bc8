"""A small scripted address book, and what the tests of this folder have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from xml.sax.saxutils import escape

import scripted_dav
from capture.address_books.source import AddressBookBatch, AddressBookSettings, AddressBookSource
from scripted_dav import Dav, Reply, Seen, response

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BOOK = "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>People</d:displayname>"
SYNCS = BOOK + "<d:sync-token>t0</d:sync-token>"


def card(uid: str, *lines: str, version: str = "3.0") -> str:
    """A vCard of somebody with this UID ("" for none) and an address made of it, unless `lines` say otherwise."""
    lines = lines or (f"FN:{uid.title()}", f"EMAIL:{uid}@x.example")
    marked = [f"UID:{uid}"] if uid else []
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *marked, "N:;;;;", *lines, "END:VCARD", ""])


multistatus = partial(scripted_dav.multistatus, namespace="carddav")


class Book:
    """An address book at /book/ with `cards` by name; `faults` replace the reply to a kind of request."""

    def __init__(self, listed: str = SYNCS, cards: int = 6) -> None:
        self.listed = listed
        self.token = "t1"
        self.etags = {f"{number}.vcf": f'"e{number}"' for number in range(cards)}
        self.cards = {f"{number}.vcf": card(f"u{number}") for number in range(cards)}
        self.faults: dict[str, Reply] = {}

    def __call__(self, seen: Seen) -> Reply:
        kind = self.kind(seen)
        if kind in self.faults:
            return self.faults[kind]
        if kind == "listing":
            return multistatus(response("/book/", self.listed))
        if kind == "multiget":
            return multistatus(*[self.given(name) for name in self.etags if f"/book/{name}<" in seen.body])
        members = [response(f"/book/{name}", f"<d:getetag>{etag}</d:getetag>") for name, etag in self.etags.items()]
        return multistatus(response("/book/", BOOK), *members, token=self.token)

    def put(self, name: str, text: str) -> None:
        self.etags[name] = f'"{len(text)}-{hash(text)}"'
        self.cards[name] = text

    def given(self, name: str) -> str:
        data = f"<c:address-data>{escape(self.cards[name])}</c:address-data>"
        return response(f"/book/{name}", f"<d:getetag>{self.etags[name]}</d:getetag>{data}")

    kind = staticmethod(Dav.kind)


def sync(url: str, cursors: dict[str, str] | None = None, path: str = "book/") -> list[AddressBookBatch]:
    settings = AddressBookSettings(url + path, "ana", lambda: "canary")
    return list(AddressBookSource(settings, now=lambda: NOW).batches(cursors or {}))


def cursors_of(batches: list[AddressBookBatch]) -> dict[str, str]:
    return {batch.place: batch.cursor for batch in batches if batch.cursor is not None}


def fetched(url: str) -> dict[str, str]:
    """The cursors after a first sync of six contacts."""
    batches = sync(url)
    assert sum(len(batch.entries) for batch in batches) == 6
    return cursors_of(batches)
