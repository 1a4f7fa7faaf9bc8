"""What hands out work among workers, and by which words of a configuration it is told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from lasttouch.configuration.options import Account
from store.queued import Job, Taken

FILES = "files"
"""What is asked of no server: files of whichever host reads them."""


class Queue(Protocol):
    """Hands each job to one worker, and once more to another where that one is heard of no more.

    Raises sqlite3.Error and DatabaseError; nothing is lost then, and the next call may well succeed.
    """

    @property
    def name(self) -> str:
        """What this worker is called, here and in the log."""

    def offer(self, jobs: Sequence[Job]) -> int:
        """Have them done; one that waits or is being done already is not offered twice. How many were new."""

    def take(self, most: int, limits: Mapping[str, int]) -> list[Taken]:
        """Some to be done now, of the servers in `limits`: of each no more at once, over all workers."""

    def keep(self, taken: Sequence[Taken]) -> None:
        """They are still being done. Who says so for none of them too long is taken for dead."""

    def give_back(self, names: Sequence[str]) -> None:
        """What workers of these names had: they are dead."""

    def done(self, taken: Sequence[Taken]) -> None:
        """They are over, however they ended: when a source is read next stands with it."""


def server_of(account: Account, kind: str) -> str:
    """Whom a source of this account asks: all that ask the same share its limit."""
    if kind == FILES:
        return FILES
    if kind.startswith("microsoft"):
        return "microsoft"
    if kind == "imap":
        assert account.imap is not None
        return account.imap.host.lower()
    if kind == "calendar_urls":
        return _host(next((one.url for one in account.calendar_urls if one.url), None) or kind)
    dav = account.caldav if kind == "caldav" else account.carddav
    assert dav is not None
    return _host(dav.url)


def _host(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"//{url}")
    return (parts.hostname or url).lower()
