"""A small scripted calendar and address book that behave well, but for the faults a test puts
in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from capture.address_books.position import BookPosition
from capture.address_books.source import AddressBookSource
from capture.calendar.source import CalendarSource
from capture.dav.position import Position
from capture.dav.source import DavAccount, DavSource
from dav_log import contents, cursors_of
from scripted_dav import Reply, Seen, multistatus, response

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def described(kind: str, name: str) -> str:
    """The properties of a collection; `kind` is an element such as "<c:calendar/>"."""
    return f"<d:resourcetype><d:collection/>{kind}</d:resourcetype><d:displayname>{name}</d:displayname>"


def syncing(properties: str) -> str:
    """The same with sync-collection (RFC 6578)."""
    return properties + "<d:sync-token>t0</d:sync-token>"


class ScriptedCollection(ABC):
    """A collection at `path` that lists itself with the properties `listed`, and holds `texts` and
    `etags` by name.

    `faults` replace the reply to a kind of request: listing, delta, full, etags or multiget.
    """

    path: str
    ending: str
    namespace: str
    data: str
    properties: str
    position: type[Position]

    def __init__(self, listed: str = "", objects: int = 6) -> None:
        self.listed = listed or syncing(self.properties)
        self.token = "t1"
        self.etags: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.faults: dict[str, Reply] = {}
        for number in range(objects):
            self.put(self.name(number), self.text(number), f'"e{number}"')

    @staticmethod
    @abstractmethod
    def text(number: int) -> str:
        """Something the collection may hold."""

    @staticmethod
    @abstractmethod
    def source(account: DavAccount) -> DavSource[Any]:
        """What reads it."""

    @classmethod
    def name(cls, number: int) -> str:
        return f"{number}.{cls.ending}"

    def __call__(self, seen: Seen) -> Reply:
        kind = self.kind(seen)
        if kind in self.faults:
            return self.faults[kind]
        if kind == "listing":
            return self.multistatus(response(self.path, self.listed))
        if kind == "multiget":
            return self.multistatus(*[self.given(name) for name in self.etags if f"{self.path}{name}<" in seen.body])
        members = [self.member(name, f"<d:getetag>{escape(etag)}</d:getetag>") for name, etag in self.etags.items()]
        return self.multistatus(response(self.path, self.properties), *members, token=self.token)

    @staticmethod
    def kind(seen: Seen) -> str:
        if "multiget" in seen.body:
            return "multiget"
        if "sync-collection" in seen.body:
            return "delta" if "<d:sync-token>t" in seen.body else "full"
        return "listing" if "displayname" in seen.body or "current-user-principal" in seen.body else "etags"

    def put(self, name: str, text: str, etag: str = "") -> None:
        self.etags[name] = etag or f'"{len(text)}-{hash(text)}"'
        self.texts[name] = text

    def change(self, *numbers: int) -> None:
        """Their entity tags are new; they say what they said."""
        for number in numbers:
            self.etags[self.name(number)] = '"new"'

    def member(self, name: str, properties: str = "", status: int | None = None) -> str:
        return response(self.path + name, properties, status)

    def given(self, name: str) -> str:
        """An object with its text."""
        return self.member(name, f"<d:getetag>{escape(self.etags[name])}</d:getetag>{self.holding(self.texts[name])}")

    @classmethod
    def holding(cls, text: str) -> str:
        """The property with the text of an object."""
        return f"<c:{cls.data}>{escape(text)}</c:{cls.data}>"

    def multistatus(self, *responses: str, token: str = "") -> Reply:
        return multistatus(*responses, token=token, namespace=self.namespace)

    @classmethod
    def sync(cls, url: str, cursors: dict[str, str] | None = None, path: str | None = None) -> list[Any]:
        """The batches of a collection on the server at `url`."""
        account = DavAccount(url + (cls.path[1:] if path is None else path), "ana", lambda: "canary")
        return list(cls.source(account).batches(cursors or {}))

    @classmethod
    def token_in(cls, cursor: str) -> str:
        """The sync token that a cursor remembers."""
        return cls.position(cursor).token

    @classmethod
    def fetched(cls, url: str) -> dict[str, str]:
        """The cursors after a first sync of six objects."""
        batches = cls.sync(url)
        assert sum(len(contents(batch)) for batch in batches) == 6
        return cursors_of(*batches)


class ScriptedCalendar(ScriptedCollection):
    path, ending, namespace, data = "/cal/", "ics", "caldav", "calendar-data"
    properties = described("<c:calendar/>", "Work")
    position = Position

    @staticmethod
    def text(number: int) -> str:
        return (
            f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{number}\r\nDTSTART:20261122T100000Z\r\n"
            "ORGANIZER:mailto:bob@globex.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )

    @staticmethod
    def source(account: DavAccount) -> DavSource[Any]:
        return CalendarSource(account, now=lambda: NOW)


def card(uid: str, *lines: str, version: str = "3.0") -> str:
    """A vCard of somebody with this UID ("" for none) and an address made of it, unless `lines` say
    otherwise."""
    lines = lines or (f"FN:{uid.title()}", f"EMAIL:{uid}@x.example")
    marked = [f"UID:{uid}"] if uid else []
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *marked, "N:;;;;", *lines, "END:VCARD", ""])


class ScriptedBook(ScriptedCollection):
    path, ending, namespace, data = "/book/", "vcf", "carddav", "address-data"
    properties = described("<c:addressbook/>", "People")
    position = BookPosition

    @staticmethod
    def text(number: int) -> str:
        return card(f"u{number}")

    @staticmethod
    def source(account: DavAccount) -> DavSource[Any]:
        return AddressBookSource(account, now=lambda: NOW)
