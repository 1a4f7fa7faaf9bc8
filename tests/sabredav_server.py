"""A sabre/dav on loopback, which Nextcloud and Baïkal are built on: Digest, collection tags, no
sync-collection."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote

import niquests
from niquests.auth import HTTPDigestAuth

from dav_bodies import new_address_book, new_calendar
from loopback_process import LoopbackProcess, server_folder

_PROGRAM = Path(__file__).parent / "sabredav" / "server.php"
_LIBRARY = Path("/usr/share/php/Sabre/autoload.php")
# The tables of its example, but for columns that neither it nor we ask for.
_TABLES = """
CREATE TABLE principals (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, email TEXT, displayname TEXT, vcardurl TEXT);
CREATE TABLE groupmembers (id INTEGER PRIMARY KEY, principal_id INTEGER, member_id INTEGER);
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, digesta1 TEXT);
CREATE TABLE calendars (id INTEGER PRIMARY KEY, principaluri TEXT, displayname TEXT, uri TEXT, ctag INTEGER,
    description TEXT, calendarorder INTEGER, calendarcolor TEXT, timezone TEXT, components TEXT, transparent BOOL);
CREATE TABLE calendarobjects (id INTEGER PRIMARY KEY, calendardata BLOB, uri TEXT, calendarid INTEGER,
    lastmodified INTEGER, etag TEXT, size INTEGER, componenttype TEXT, firstoccurence INTEGER, lastoccurence INTEGER);
CREATE TABLE addressbooks (id INTEGER PRIMARY KEY, principaluri TEXT, displayname TEXT, uri TEXT, description TEXT,
    ctag INTEGER);
CREATE TABLE cards (id INTEGER PRIMARY KEY, addressbookid INTEGER, carddata BLOB, uri TEXT, lastmodified INTEGER);
"""


def sabredav_is_installed() -> bool:
    return shutil.which("php") is not None and _LIBRARY.exists()


class SabredavServer:
    """Use as a context manager. Everybody added has the password "secret"."""

    def __enter__(self) -> SabredavServer:
        self._folder = server_folder("sabredav-")
        with contextlib.closing(sqlite3.connect(self._folder / "sabre.db")) as database:
            database.executescript("PRAGMA journal_mode = WAL;" + _TABLES)
        self._process = LoopbackProcess(self._command)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._process.port}/"

    def add_user(self, user: str) -> None:
        digest = hashlib.md5(f"{user}:SabreDAV:secret".encode(), usedforsecurity=False).hexdigest()
        with contextlib.closing(sqlite3.connect(self._folder / "sabre.db")) as database, database:
            database.execute("INSERT INTO users (username, digesta1) VALUES (?, ?)", (user, digest))
            database.execute(
                "INSERT INTO principals (uri, email, displayname) VALUES (?, ?, ?)",
                (f"principals/{user}", f"{user}@acme.example", user.title()),
            )

    def create_calendar(self, user: str, calendar: str, name: str) -> str:
        """Make a calendar with a display name, and return its URL."""
        return self.request(user, "MKCALENDAR", f"calendars/{user}/{quote(calendar)}/", new_calendar(name))

    def create_address_book(self, user: str, book: str, name: str) -> str:
        """Make an address book with a display name, and return its URL."""
        return self.request(user, "MKCOL", f"addressbooks/{user}/{quote(book)}/", new_address_book(name))

    def request(self, user: str, method: str, path: str, body: str = "", kind: str = "application/xml") -> str:
        """Any request, and the URL it went to; an answer of 400 or more is a RuntimeError."""
        headers = {"Content-Type": f"{kind}; charset=utf-8"}
        url = self.url + path
        with niquests.Session(disable_http2=True, disable_http3=True) as session:
            session.trust_env = False
            auth = HTTPDigestAuth(user, "secret")
            answer = session.request(method, url, data=body.encode(), headers=headers, auth=auth, timeout=20)
        if (answer.status_code or 500) >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {(answer.text or '')[:300]}")
        return url

    def _command(self, port: int) -> list[str]:
        return ["php", "-S", f"127.0.0.1:{port}", "-t", str(self._folder), str(_PROGRAM)]


class SabredavAccount:
    """One user's calendars and address books there, under the names that contract tests use."""

    def __init__(self, server: SabredavServer, user: str) -> None:
        self._server, self._user = server, user
        server.add_user(user)

    def create_calendar(self, calendar: str, name: str) -> str:
        return self._server.create_calendar(self._user, calendar, name)

    def delete_calendar(self, calendar: str) -> None:
        self._server.request(self._user, "DELETE", f"calendars/{self._user}/{quote(calendar)}/")

    def put(self, calendar: str, name: str, text: str) -> None:
        path = f"calendars/{self._user}/{quote(calendar)}/{quote(name)}"
        self._server.request(self._user, "PUT", path, text, "text/calendar")

    def delete(self, calendar: str, name: str) -> None:
        self._server.request(self._user, "DELETE", f"calendars/{self._user}/{quote(calendar)}/{quote(name)}")

    def create_book(self, book: str, name: str) -> str:
        return self._server.create_address_book(self._user, book, name)

    def put_card(self, book: str, name: str, text: str) -> None:
        path = f"addressbooks/{self._user}/{quote(book)}/{quote(name)}"
        self._server.request(self._user, "PUT", path, text, "text/vcard")

    def delete_card(self, book: str, name: str) -> None:
        self._server.request(self._user, "DELETE", f"addressbooks/{self._user}/{quote(book)}/{quote(name)}")
