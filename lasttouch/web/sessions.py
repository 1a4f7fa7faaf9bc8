"""Who is signed in: kept in memory, so that all are signed out when the page ends."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=14)
MOST = 1000


class Said(NamedTuple):
    """What became of a button: a sentence, and the fields of the form that takes it back, if one does."""

    text: str
    undo: dict[str, str] | None = None


class Session:
    """Somebody who is signed in. `user` is named by the configuration; None is whoever started the page."""

    __slots__ = ("_said", "began", "seen", "user")

    def __init__(self, user: str | None, now: datetime) -> None:
        self.user = user
        self.began = self.seen = now
        self._said: Said | None = None

    def tell(self, said: Said) -> None:
        """To be shown once, on the next page."""
        self._said = said

    def told(self) -> Said | None:
        said, self._said = self._said, None
        return said


class Sessions:
    """Cookies are kept as hashes."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, Session] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, user: str | None, now: datetime) -> str:
        """The cookie of a new one; the one that was not used for longest gives way to it where there are too many."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._held) >= MOST:
                self._held.popitem(last=False)
            self._held[_hash(cookie)] = Session(user, now)
        return cookie

    def find(self, cookie: str, now: datetime) -> Session | None:
        key = _hash(cookie)
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            if now - found.seen > IDLE or now - found.began > LONGEST:
                del self._held[key]
                return None
            found.seen = now
            self._held.move_to_end(key)
            return found

    def end(self, cookie: str) -> None:
        with self._lock:
            self._held.pop(_hash(cookie), None)


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()
