"""The jobs of a worker: which sources are due, which of them it has taken out of the queue, and which are over."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime

from activity.errors import LasttouchError
from lasttouch.daemon.reading import Reading
from lasttouch.keeping.agent import Agent
from lasttouch.work.port import FILES, Queue, server_of
from store import workers
from store.places import SourceRow
from store.queued import Job, Taken

_log = logging.getLogger(__name__)


class Jobs:
    """What is taken is read by `reading`, in `threads`.

    `per_server` is how many sources of one server are read at once, over all workers.
    """

    def __init__(
        self, queue: Queue, reading: Reading, threads: Executor, at_once: int, per_server: int, reads_files: bool
    ) -> None:
        self._queue = queue
        self._reading = reading
        self._threads = threads
        self._at_once = at_once
        self._per_server = per_server
        self._reads_files = reads_files
        self._guard = threading.Lock()
        self._taken: dict[int, Taken] = {}
        self._over: list[Taken] = []

    def follow(self, agent: Agent, rows: Sequence[SourceRow]) -> None:
        """These are all sources, of the accounts of this configuration."""
        accounts = {account.name: account for account in agent.config.accounts}
        self._rows = {row.id: row for row in rows}
        self._servers = {row.id: server_of(accounts[row.account], row.kind) for row in rows}
        self._limits = dict.fromkeys(self._servers.values(), self._per_server)
        if not self._reads_files:
            self._limits.pop(FILES, None)
        self._intervals = {account.name: account.poll_every for account in agent.config.accounts}

    def keep(self) -> int:
        """Say of what is being read that it is; how many there are."""
        with self._guard:
            taken = list(self._taken.values())
        self._queue.keep(taken)
        return len(taken)

    def offer(self, agent: Agent, now: datetime, told: Sequence[int]) -> None:
        """Have read what is due, and those of which a mail server has `told`; what dead workers had, too."""
        with agent.lock:
            dead = workers.bury(agent.connection, self._queue.name)
            due = workers.due(agent.log, now)
        self._queue.give_back(dead)
        ids = dict.fromkeys([*(one.row.id for one in due if self._is_due(one, now)), *told])
        self._queue.offer([Job(one, self._servers[one]) for one in ids if one in self._servers])

    def take(self) -> None:
        """As many as there is room for are read now."""
        with self._guard:
            free = self._at_once - len(self._taken)
        if free <= 0 or not self._limits:
            return
        for taken in self._queue.take(free, self._limits):
            row = self._rows.get(taken.job.source_id)
            with self._guard:
                self._taken[taken.job.source_id] = taken
            self._threads.submit(self._read, row, taken)

    def say_what_is_over(self) -> None:
        """What could not be said when it was; until then none of it is done again."""
        with self._guard:
            over = list(self._over)
        self._queue.done(over)
        with self._guard:
            self._over = self._over[len(over) :]

    def leave(self) -> None:
        """What is being read is left to the others."""
        self._queue.done(list(self._taken.values()))

    def _is_due(self, one: workers.Due, now: datetime) -> bool:
        """A sync by hand says of no source when it is read next."""
        if one.row.id not in self._servers:
            return False
        if one.next_attempt is not None or one.last_attempt is None:
            return True
        return one.last_attempt + self._intervals[one.row.account] <= now

    def _read(self, row: SourceRow | None, taken: Taken) -> None:
        try:
            if row is not None:
                plan = self._reading.read(row)
                agent = self._reading.agent
                with agent.lock:
                    workers.put_off(agent.connection, row.id, plan.at)
        except (sqlite3.Error, LasttouchError) as error:
            _log.debug("source %d: %s", taken.job.source_id, error)
        finally:
            with self._guard:
                self._taken.pop(taken.job.source_id, None)
            try:
                self._queue.done([taken])
            except (sqlite3.Error, LasttouchError) as error:  # said again at the next look
                _log.debug("source %d: %s", taken.job.source_id, error)
                with self._guard:
                    self._over.append(taken)
