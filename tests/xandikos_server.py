"""A Xandikos on loopback: the second real server, which asks for no password and keeps calendars in
git."""

from __future__ import annotations

import http.client
import shutil
import sys
from urllib.parse import quote

from dav_bodies import new_calendar
from loopback_process import LoopbackProcess, answered, server_folder

_HOME = "/ana/calendars/"


class XandikosServer:
    """Use as a context manager. Everybody is its one user, ana."""

    def __enter__(self) -> XandikosServer:
        self._folder = server_folder("xandikos-")
        self._process = LoopbackProcess(self._command)
        self.request("PROPFIND", "/ana/", headers={"Depth": "0"})
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _command(self, port: int) -> list[str]:
        folder = str(self._folder)
        where = ["-d", f"{folder}/data", "--state-dir", f"{folder}/state", "--autocreate", "--no-detect-systemd"]
        listening = ["-l", "127.0.0.1", "-p", str(port), "--current-user-principal", "/ana/"]
        return [sys.executable, "-m", "xandikos", "serve", *where, *listening]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._process.port}/"

    def create_calendar(self, calendar: str, name: str) -> str:
        """Make a calendar with a display name, and return its URL."""
        self.request("MKCALENDAR", f"{_HOME}{calendar}/", new_calendar(name), {"Content-Type": "application/xml"})
        return f"{self.url.rstrip('/')}{_HOME}{calendar}/"

    def delete_calendar(self, calendar: str) -> None:
        self.request("DELETE", f"{_HOME}{calendar}/")

    def put(self, calendar: str, name: str, text: str) -> None:
        self.request("PUT", f"{_HOME}{calendar}/{quote(name)}", text, {"Content-Type": "text/calendar; charset=utf-8"})

    def delete(self, calendar: str, name: str) -> None:
        self.request("DELETE", f"{_HOME}{calendar}/{quote(name)}")

    def request(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> None:
        """Any request; an answer of 400 or more is a RuntimeError."""
        connection = http.client.HTTPConnection("127.0.0.1", self._process.port, timeout=20)
        answered(connection, method, path, body, headers or {})
