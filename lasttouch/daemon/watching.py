"""Connections on which mail servers tell of new mail by themselves."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from activity.errors import ServerFault, SourceError
from capture.mail.idle import IdleNotOffered, Watch
from capture.mail.source import MailSource

WAIT_SECONDS = 3600.0
SHORT_LIVED_SECONDS = 60.0

_log = logging.getLogger(__name__)


class Watching:
    """The watches of all mail sources, each in a thread of its own; `news` is called with the source's id.

    A watch that cannot be opened, or is lost, is left alone until `keep` is called again, which is
    after a pass that went well: so a server that does not let us in is knocked at by passes alone,
    with their pauses.
    """

    def __init__(self, news: Callable[[int], None]) -> None:
        self._news = news
        self._lock = threading.Lock()
        self._kept: dict[int, list[Watch]] = {}

    def keep(self, source_id: int, source: MailSource) -> None:
        """See to it that the mailboxes of this source which are worth it are watched."""
        mine: list[Watch] = []
        with self._lock:
            if self._kept.setdefault(source_id, mine) is mine:
                _thread(self._open, source_id, mine, source)

    def drop_all(self) -> None:
        """Close all watches: they may be dead without knowing, or unwanted by now."""
        with self._lock:
            watches = [watch for one in self._kept.values() for watch in one]
            self._kept.clear()
        _close(watches)

    def _open(self, source_id: int, mine: list[Watch], source: MailSource) -> None:
        try:
            for mailbox in source.worth_watching():
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
            _log.debug("source %d is not watched: %s", source_id, error.message)
            self._lose(source_id, mine)
        else:
            _log.debug("source %d is watched in %d mailboxes", source_id, len(mine))
            self._news(source_id)  # what came before they were open is told by none

    def _listen(self, source_id: int, mine: list[Watch], watch: Watch) -> None:
        began = time.monotonic()
        while (outcome := watch.wait(WAIT_SECONDS)) != "gone":
            if outcome == "changed":
                self._news(source_id)
        if self._lose(source_id, mine):
            _log.debug("source %d is no longer watched: %s", source_id, watch.error)
            if time.monotonic() - began > SHORT_LIVED_SECONDS:  # else the server wants none of it; the poll will do
                self._news(source_id)

    def _adopt(self, source_id: int, mine: list[Watch], watch: Watch) -> bool:
        with self._lock:
            wanted = self._kept.get(source_id) is mine
            if wanted:
                mine.append(watch)
        return wanted

    def _lose(self, source_id: int, mine: list[Watch]) -> bool:
        """Close all watches of a source, as one of them is lost; False if they were dropped before."""
        with self._lock:
            if self._kept.get(source_id) is not mine:
                return False
            del self._kept[source_id]
        _close(mine)
        return True


def _close(watches: Iterable[Watch]) -> None:
    for watch in watches:
        watch.close()


def _thread(action: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=action, args=arguments, name="watch", daemon=True).start()
