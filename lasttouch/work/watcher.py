"""A watcher: keeps connections on which mail servers tell of new mail, for its share of all sources.

What they tell becomes a job of the queue, for whichever worker has time. Shares go by leases, as sources do: those of a
watcher that is gone are taken by the others, who open the connections anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from activity.errors import Throttled
from capture.mail.source import MailSource
from lasttouch.configuration.options import Account
from lasttouch.daemon.watching import Watching
from lasttouch.keeping import turns
from lasttouch.keeping.agent import Agent
from lasttouch.local_time import Clock
from lasttouch.passes.sources import mail_source_of
from store import shards
from store.shards import Watched


class WatchedElsewhere(Watching):
    """Sources that are read by turns, now here and now elsewhere, are watched by whoever has them in their share."""

    def __init__(self, brought: Callable[[int], None]) -> None:
        super().__init__(lambda *_: None)
        self._brought = brought

    def keep(self, source_id: int, source: MailSource) -> None:
        pass

    def was_read(self, source_id: int, brought: bool) -> None:
        if brought:
            self._brought(source_id)

    def make_room(self, source_id: int, host: str) -> bool:
        return False


class Watcher:
    """`look` is called every few seconds, `due` more often; each by one thread at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._watching = Watching(self._told)
        self._held: list[int] = []
        self._seen: dict[int, Watched] = {}
        self._is_outdated = False
        self._crowded: set[int] = set()
        self._guard = threading.Lock()
        self._news: dict[int, datetime] = {}
        self._numbers: dict[int, int] = {}

    def look(self, agent: Agent, name: str) -> None:
        """Hold the share of the worker of this name, and watch what of it was read since we last looked."""
        if self._is_outdated:
            self._is_outdated = False
            self._watching.drop_all()
            self._seen.clear()
        with agent.lock:
            shards.watches(agent.connection, name)
            self._keep_share(agent, shards.share(agent.log))
            found = {one.row.id: one for one in shards.mail_sources(agent.log, self._held)}
        self._watching.drop(self._seen.keys() - found.keys())
        self._seen = {row_id: one for row_id, one in self._seen.items() if row_id in found}
        accounts = {account.name: account for account in agent.config.accounts}
        for one in found.values():
            if (account := accounts.get(one.row.account)) is not None:
                self._follow(agent, one, account)

    def due(self, agent: Agent) -> list[int]:
        """The ids of sources with news that no pass has followed yet, and that nobody reads now.

        A pass that was under way when the news came may have missed them.
        """
        now = self._clock()
        with self._guard:
            ripe = [source_id for source_id, at in self._news.items() if at <= now]
        if not ripe:
            return []
        with agent.lock:
            found = shards.turns(agent.log, ripe)
        with self._guard:
            for source_id in ripe:
                turn = found.get(source_id)
                if turn is None or turn.number > self._numbers.setdefault(source_id, turn.number):
                    del self._news[source_id]
                    self._numbers.pop(source_id, None)
            return [one for one in ripe if one in self._news and not found[one].is_read_now]

    def open_anew(self) -> None:
        """Under another configuration everything is opened anew, with the next look."""
        self._is_outdated = True

    def leave(self, agent: Agent) -> None:
        """Let others have our share at once. Raises sqlite3.Error."""
        self._watching.drop_all()
        shards.give_back(agent.connection, self._held, turns.holder())

    def _told(self, source_id: int, seconds: float) -> None:
        at = self._clock() + timedelta(seconds=seconds)
        with self._guard:
            self._news[source_id] = min(at, self._news.get(source_id, at))
            self._numbers.pop(source_id, None)

    def _keep_share(self, agent: Agent, most: int) -> None:
        connection, holder, seconds = agent.connection, turns.holder(), turns.LEASE_SECONDS
        held = sorted(shards.renew(connection, self._held, holder, seconds))
        if len(held) > most:
            shards.give_back(connection, held[most:], holder)
        elif len(held) < most:
            held += shards.take(connection, most - len(held), holder, seconds)
        self._held = held[:most]

    def _follow(self, agent: Agent, one: Watched, account: Account) -> None:
        """A pass says whether the server lets us in: only after one that went well is it asked for more."""
        row_id, before = one.row.id, self._seen.get(one.row.id)
        if account.imap and one.error_code == Throttled.code and row_id not in self._crowded:
            self._crowded.add(row_id)
            self._watching.make_room(row_id, account.imap.host)
        if one.error_code is not None or one.read_at is None or (before and before.read_at == one.read_at):
            return
        if before is not None:
            self._watching.was_read(row_id, brought=one.brought_at != before.brought_at)
        if row_id in self._crowded:
            self._crowded.discard(row_id)
            self._watching.room_was_needed(row_id)
        self._seen[row_id] = one
        self._watching.keep(row_id, mail_source_of(agent.loaded, account, self._clock().date()))
