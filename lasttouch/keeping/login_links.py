"""Links by which one signs in to the page: good once, for ten minutes, and for the page that runs now.

The page keeps a small private file beside the log, with where it is and the key of its links; whoever
may read it may make one. The next page has another key.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import json
import os
import secrets
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from activity.errors import LasttouchError
from lasttouch.private_files import write_private

GOOD_FOR = timedelta(minutes=10)
PATH = "/login/"


class Page(NamedTuple):
    """The page that runs for a log: at which `url`, in which process, with the key of its links."""

    url: str
    pid: int
    key: bytes


class Refused(LasttouchError):
    """A login link that is not good, or not any more."""


def file_beside(database: Path) -> Path:
    return database.with_name(database.name + ".web")


def announce(database: Path, url: str) -> Page:
    """Say where the page of this log is from now on. Raises LasttouchError."""
    page = Page(url, os.getpid(), secrets.token_bytes(32))
    path = file_beside(database)
    try:
        write_private(path, json.dumps({"url": page.url, "pid": page.pid, "key": page.key.hex()}) + "\n")
    except OSError as error:
        raise LasttouchError(f"{path} cannot be written: {error.strerror}", "check the folder and the disk") from None
    return page


def withdraw(database: Path, page: Page) -> None:
    """The page has ended; what another one has said in the meantime stays."""
    if running(database) == page:
        with contextlib.suppress(OSError):
            file_beside(database).unlink()


def running(database: Path) -> Page | None:
    """None where none runs."""
    try:
        said = json.loads(file_beside(database).read_text(encoding="utf-8"))
        page = Page(said["url"], said["pid"], bytes.fromhex(said["key"]))
        os.kill(page.pid, 0)
    except PermissionError:
        return page
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return page


def new_link(page: Page, user: str | None, now: datetime) -> str:
    """For this user of the configuration, None for the one keeper."""
    until = int((now + GOOD_FOR).timestamp())
    whom = json.dumps([until, user, secrets.token_hex(8)]).encode()
    return f"{page.url}{PATH}{_text(whom)}.{_text(_signature(page, whom))}"


class Links:
    """What the page knows of its links: which have been used. Safe from several threads."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._used: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def use(self, token: str, now: datetime) -> str | None:
        """Whose link it is. Raises Refused for one that was used, is too old, or not ours."""
        try:
            given, signature = (_bytes(part) for part in token.split("."))
            if not hmac.compare_digest(signature, _signature(self._page, given)):
                raise ValueError
            until, user, _ = json.loads(given)
        except (ValueError, binascii.Error):
            raise Refused("this link is not good", "for a new one: lasttouch web login") from None
        moment = now.timestamp()
        with self._lock:
            self._used = {one: end for one, end in self._used.items() if end >= moment}
            if moment > until or given in self._used:
                raise Refused("this link was used, or is older than ten minutes", "for a new one: lasttouch web login")
            self._used[given] = until
        return None if user is None else str(user)


def _signature(page: Page, whom: bytes) -> bytes:
    return hmac.digest(page.key, whom, "sha256")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
