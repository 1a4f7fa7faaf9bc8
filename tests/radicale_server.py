"""A real Radicale on a free loopback port, with users, for tests and the demo of the wire."""

from __future__ import annotations

import base64
import http.client
import shutil
import ssl
import sys
from urllib.parse import quote

import trustme

from dav_bodies import new_address_book, new_calendar
from loopback_process import LoopbackProcess, answered, server_folder

_CONFIG = """
[server]
hosts = 127.0.0.1:{port}
{tls}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
htpasswd_cache = True
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = warning
{settings}
"""


class RadicaleServer:
    """Use as a context manager, or `start` and `stop`. `users` maps user names to passwords.

    With a `ca` it speaks TLS, with a certificate of that authority. `settings` are further lines of
    its configuration.
    """

    def __init__(self, users: dict[str, str], ca: trustme.CA | None = None, settings: str = "") -> None:
        self.users = users
        self.ca = ca
        self.settings = settings
        self.folder = server_folder("radicale-")
        self._process: LoopbackProcess | None = None

    def __enter__(self) -> RadicaleServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        assert self._process is not None
        return self._process.port

    @property
    def url(self) -> str:
        return f"{'https' if self.ca else 'http'}://127.0.0.1:{self.port}/"

    def start(self) -> None:
        lines = (f"{name}:{password}\n" for name, password in self.users.items())
        (self.folder / "users").write_text("".join(lines), encoding="utf-8")
        self._process = LoopbackProcess(self._command)

    def pause(self) -> None:
        """Be down until `start`, which is on another port; what is stored stays."""
        if self._process:
            self._process.stop()

    def stop(self) -> None:
        self.pause()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, port: int) -> list[str]:
        config = self.folder / "config"
        text = _CONFIG.format(port=port, folder=self.folder, tls=self._tls(), settings=self.settings)
        config.write_text(text, encoding="utf-8")
        return [sys.executable, "-m", "radicale", "--config", str(config)]

    def create_calendar(self, user: str, calendar: str, name: str | None = None) -> str:
        """Make /user/calendar/ with a display name, and return its URL."""
        self.request(user, "PROPFIND", f"/{quote(user)}/", "", {"Depth": "0"})  # makes the user's own collection
        self.request(user, "MKCALENDAR", self.path(user, calendar), new_calendar(name or calendar))
        return self.url.rstrip("/") + self.path(user, calendar)

    def delete_calendar(self, user: str, calendar: str) -> None:
        self.request(user, "DELETE", self.path(user, calendar))

    def put(self, user: str, calendar: str, name: str, text: str) -> None:
        """Store iCalendar text as `name` (with .ics) in a calendar."""
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        self.request(user, "PUT", self.path(user, calendar) + quote(name), text, headers)

    def create_address_book(self, user: str, book: str, name: str | None = None) -> str:
        """Make /user/book/ for vCards with a display name, and return its URL."""
        self.request(user, "PROPFIND", f"/{quote(user)}/", "", {"Depth": "0"})  # makes the user's own collection
        self.request(user, "MKCOL", self.path(user, book), new_address_book(name or book))
        return self.url.rstrip("/") + self.path(user, book)

    def put_card(self, user: str, book: str, name: str, text: str) -> None:
        """Store a vCard as `name` (with .vcf) in an address book."""
        headers = {"Content-Type": "text/vcard; charset=utf-8"}
        self.request(user, "PUT", self.path(user, book) + quote(name), text, headers)

    def delete(self, user: str, calendar: str, name: str) -> None:
        self.request(user, "DELETE", self.path(user, calendar) + quote(name))

    def forget_everything(self) -> None:
        """Nobody has a collection; all that it knows of them is in files."""
        for folder in self.folder.glob("collections/collection-root/*"):
            shutil.rmtree(folder)

    def forget_sync_tokens(self) -> None:
        """What a server may do at any time: tokens given out so far are invalid now."""
        for folder in self.folder.glob("collections/**/sync-token"):
            shutil.rmtree(folder)

    def request(
        self, user: str, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> bytes:
        """Any request as `user`; an answer of 400 or more is a RuntimeError."""
        credentials = base64.b64encode(f"{user}:{self.users[user]}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", **(headers or {})}
        return answered(self._connection(), method, path, body, headers)

    def _connection(self) -> http.client.HTTPConnection:
        if self.ca is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        trust = ssl.create_default_context()
        self.ca.configure_trust(trust)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=trust)

    def _tls(self) -> str:
        if self.ca is None:
            return ""
        certificate = self.ca.issue_cert("127.0.0.1", "localhost")
        certificate.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))
        certificate.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        return f"ssl = True\ncertificate = {self.folder}/cert.pem\nkey = {self.folder}/key.pem"

    @staticmethod
    def path(user: str, calendar: str) -> str:
        return f"/{quote(user)}/{quote(calendar)}/"
