"""Connections on which mail servers tell of new mail by themselves."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from activity.errors import AuthenticationFailed, ServerFault, SourceError
from capture.mail.idle import IdleNotOffered, Watch
from capture.mail.source import MailSource
from lasttouch.daemon.watch_policy import WatchPolicy

WAIT_SECONDS = 3600.0
OPENED_AT_ONCE = 64  # thousands that were another host's are not all knocked for at the same moment
BREATH_SECONDS = 0.5  # whoever has news without end is heard twice a second
ROOM_SECONDS = 0.5  # what a server takes to notice that a connection was closed

_log = logging.getLogger(__name__)

Soon = Callable[[int, float], None]


class _Kept(NamedTuple):
    """The watches of one source, and the host they are on."""

    host: str
    watches: list[Watch]


class Watching:
    """The watches of all mail sources, each in a thread of its own.

    `soon` is called with a source's id and the seconds until it is to be read. A watch that cannot
    be opened, or is lost, is opened again by `keep`, which is called after a pass that went well:
    so a server that does not let us in is knocked at by passes alone, with their pauses.
    """

    def __init__(self, soon: Soon, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._soon = soon
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._opening = threading.BoundedSemaphore(OPENED_AT_ONCE)
        self._kept: dict[int, _Kept] = {}
        self._policies: dict[int, WatchPolicy] = {}
        self._made_room: dict[int, dict[int, int]] = {}

    def keep(self, source_id: int, source: MailSource) -> None:
        """See to it that the mailboxes of this source which are worth it are watched, as far as its
        server bears it."""
        mine = _Kept(source.host, [])
        with self._lock:
            bearable = self._policy(source_id).most(self._monotonic()) != 0
            if bearable and self._kept.setdefault(source_id, mine) is mine:
                _thread(self._open, source_id, mine, source)

    def was_read(self, source_id: int, brought: bool) -> None:
        """A pass over the source is over; did it bring anything?"""
        with self._lock:
            self._policy(source_id).was_read(self._monotonic(), brought)

    def make_room(self, source_id: int, host: str) -> bool:
        """A pass could not connect: close the source's watches, else those on the same host; were
        there any?"""
        with self._lock:
            mine = [source_id] if self._watches_of(source_id) else []
            victims = mine or [one for one, kept in self._kept.items() if kept.host == host and kept.watches]
            closed = {one: self._kept.pop(one).watches for one in victims}
            self._made_room[source_id] = {one: len(watches) for one, watches in closed.items()}
        for watches in closed.values():
            _close(watches)
        if closed:
            time.sleep(ROOM_SECONDS)
        return bool(closed)

    def room_was_needed(self, source_id: int) -> None:
        """The pass for which there was made room could connect then: keep fewer watches from now
        on."""
        with self._lock:
            now = self._monotonic()
            closed = self._made_room.pop(source_id, {})
            for one, held in closed.items():
                self._policy(one).keep_at_most(held - 1, now)
        for one in closed.keys() - {source_id}:
            self._follow_later(one, 0.0)

    def allowed(self, source_id: int) -> int | None:
        """How many watches the source's server is known to bear; None where it was never too many."""
        with self._lock:
            return self._policy(source_id).most(self._monotonic())

    def drop(self, source_ids: Collection[int]) -> None:
        """Close the watches of these: somebody else keeps them, or nobody does any more."""
        with self._lock:
            kept = [self._kept.pop(one) for one in source_ids if one in self._kept]
        for one in kept:
            _close(one.watches)

    def drop_all(self) -> None:
        """Close all watches: they may be dead without knowing, or unwanted by now; and forget what
        was learnt."""
        with self._lock:
            watches = [watch for one in self._kept.values() for watch in one.watches]
            self._kept.clear()
            self._policies.clear()
        _close(watches)

    def _open(self, source_id: int, mine: _Kept, source: MailSource) -> None:
        with self._opening:
            with self._lock:
                is_wanted = self._kept.get(source_id) is mine
            if is_wanted:
                self._open_in_turn(source_id, mine, source)

    def _open_in_turn(self, source_id: int, mine: _Kept, source: MailSource) -> None:
        try:
            for mailbox in source.worth_watching()[: self.allowed(source_id)]:
                try:
                    watch = source.watch(mailbox)
                except IdleNotOffered:
                    return  # nor will it be the next time
                except ServerFault as error:
                    _log.debug("mailbox %r is not watched: %s", mailbox.name, error.message)
                    continue
                if not self._adopt(source_id, mine, watch):
                    watch.close()
                    return
                _thread(self._listen, source_id, mine, watch)
        except SourceError as error:
            _log.debug("source %d is not watched as it should be: %s", source_id, error.message)
            self._not_opened(source_id, mine, error)
        else:
            _log.debug("source %d is watched in %d mailboxes", source_id, len(mine.watches))
            self._tell(source_id)  # what came before they were open is told by none

    def _not_opened(self, source_id: int, mine: _Kept, error: SourceError) -> None:
        with self._lock:
            opened = self._watches_of(source_id) if self._kept.get(source_id) is mine else []
            if opened:
                self._policy(source_id).keep_at_most(len(opened), self._monotonic())
        if opened:
            self._tell(source_id)
        elif self._lose(source_id, mine) and not isinstance(error, AuthenticationFailed):
            self._follow_later(source_id, 0.0)

    def _listen(self, source_id: int, mine: _Kept, watch: Watch) -> None:
        began = self._monotonic()
        while (outcome := watch.wait(WAIT_SECONDS)) != "gone":
            if outcome == "changed":
                self._tell(source_id)
                time.sleep(BREATH_SECONDS)
        if self._lose(source_id, mine):
            _log.debug("source %d is no longer watched: %s", source_id, watch.error)
            self._follow_later(source_id, self._monotonic() - began)

    def _tell(self, source_id: int) -> None:
        with self._lock:
            seconds = self._policy(source_id).before_news(self._monotonic())
        self._soon(source_id, seconds)

    def _follow_later(self, source_id: int, lived: float) -> None:
        with self._lock:
            seconds = self._policy(source_id).after_loss(lived)
        if seconds is not None:
            self._soon(source_id, seconds)

    def _adopt(self, source_id: int, mine: _Kept, watch: Watch) -> bool:
        with self._lock:
            wanted = self._kept.get(source_id) is mine
            if wanted:
                mine.watches.append(watch)
        return wanted

    def _lose(self, source_id: int, mine: _Kept) -> bool:
        """Close all watches of a source, as one of them is lost; False if they were dropped before."""
        with self._lock:
            if self._kept.get(source_id) is not mine:
                return False
            del self._kept[source_id]
        _close(mine.watches)
        return True

    def _policy(self, source_id: int) -> WatchPolicy:
        return self._policies.setdefault(source_id, WatchPolicy())

    def _watches_of(self, source_id: int) -> list[Watch]:
        kept = self._kept.get(source_id)
        return kept.watches if kept else []


def _close(watches: Iterable[Watch]) -> None:
    for watch in watches:
        watch.close()


def _thread(action: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=action, args=arguments, name="watch", daemon=True).start()
