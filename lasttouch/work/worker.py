"""A worker: takes sources that are due out of the queue, reads them, and lets the others know that it lives."""

from __future__ import annotations

import contextlib
import logging
import os
import queue as queues
import resource
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from activity.errors import ConfigError, LasttouchError
from activity.mistakes import mistake
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.daemon.notify import notify
from lasttouch.daemon.reading import Reading
from lasttouch.daemon.telling import tellers
from lasttouch.keeping import turns
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.forgotten import keep_beside
from lasttouch.keeping.lock_file import LockFile
from lasttouch.keeping.opening import apply_configuration, erase_whoever_came_back
from lasttouch.keeping.turns import Leases
from lasttouch.passes.pipeline import registered, settle
from lasttouch.passes.source_pass import Report
from lasttouch.work.background import Background
from lasttouch.work.jobs import Jobs
from lasttouch.work.port import Queue
from lasttouch.work.shared_clock import SharedClock
from lasttouch.work.watcher import WatchedElsewhere, Watcher
from store import settings, shards, workers
from store.database import database_errors, open_for_writing
from store.transactions import end_idle_transactions_after, writing

TICK_SECONDS = 1.0
BEAT_SECONDS = 5.0
TELL_SECONDS = 5.0
SWEEP_SECONDS = 60
FOLLOW_SECONDS = 15.0
LEAVE_SECONDS = 3.0
OVERDUE_SECONDS = 300.0
"""For so long nothing may be heard of a thread that has the log, before the worker ends and is started anew."""
_MOST_FILES = 65_536

_log = logging.getLogger(__name__)


def _raise_file_limit() -> None:
    """Each watched mailbox takes a descriptor; a system may have no limit and refuse to be told so."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES if most == resource.RLIM_INFINITY else most, most))


class Worker:
    """Runs until it is told to stop; the main thread looks after the threads that read.

    `per_server` is how many sources of one server are read at once, over all workers; `heard` is called with the
    report of every pass.
    """

    def __init__(
        self,
        loaded: LoadedConfig,
        queue: Queue,
        heard: Callable[[Report], None],
        at_once: int,
        per_server: int,
        reads_files: bool,
        watches: bool = True,
    ) -> None:
        self._loaded = loaded
        self._clock = SharedClock()
        self._name = queue.name
        self._agent: Agent | None = None
        self._is_outdated = False
        self._told: str | None = None
        self._words: queues.SimpleQueue[str] = queues.SimpleQueue()
        self._reading = Reading(WatchedElsewhere(self._brought), heard, self._outdated)
        self._watcher = Watcher(self._clock) if watches else None
        self._last: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(at_once + 4, "worker")
        self._jobs = Jobs(queue, self._reading, self._threads, at_once, per_server, reads_files)
        self._background = Background(self._threads, loaded.database)

    def run(self) -> None:
        """Raises LasttouchError where it cannot begin. Threads that wait for a server may be about afterwards."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._words.put("stop"))
        signal.signal(signal.SIGHUP, lambda *_: self._words.put("reload"))
        _raise_file_limit()
        self._begin()
        notify("READY=1")
        while True:
            try:
                word = self._words.get(timeout=TICK_SECONDS)
            except queues.Empty:
                word = ""
            if word == "stop":
                break
            if word == "reload":
                self._last.pop("follow", None)
                self._is_outdated = True
            self._tick()
            notify("WATCHDOG=1")
        notify("STOPPING=1")
        self._leave()

    def _begin(self) -> None:
        connection = open_for_writing(self._loaded.database)
        with database_errors(self._loaded.database):
            agent = Agent(self._loaded, connection, self._clock, LockFile(self._loaded.database))
            self._clock.set_by(workers.now(agent.log))
            followed = agent.followed_configuration()
            if followed not in (None, agent.loaded.digest) and workers.workers(agent.log):
                raise ConfigError(
                    "the other workers follow another configuration than this host's",
                    "copy the newer one to all hosts, run a command with it (lasttouch status), start this again",
                )
            workers.come(connection, self._name, os.uname().nodename, os.getpid())
            shards.make(connection)
            number = self._follow(agent)
            end_idle_transactions_after(connection, turns.IDLE_SECONDS)
        _log.info("started: %d sources, log %s", number, format(self._loaded.database))

    def _follow(self, agent: Agent) -> int:
        """How many sources there are."""
        with agent.lock:
            apply_configuration(agent)
            rows = registered(agent)
        self._jobs.follow(agent, rows)
        if self._agent is not None:
            self._agent.retired = True
        self._agent = self._reading.agent = agent
        self._tellers = tellers(agent)
        if self._watcher is not None:
            self._watcher.open_anew()
        self._is_outdated = False
        return len(rows)

    def _brought(self, source_id: int) -> None:
        agent = self._reading.agent
        with agent.lock:
            shards.note_brought(agent.connection, source_id)

    def _outdated(self) -> None:
        self._is_outdated = True

    def _tick(self) -> None:
        """Whatever is due; what the server refuses is tried again at the next one."""
        assert self._agent is not None
        try:
            with database_errors(self._loaded.database):
                if self._is_time_for("beat", BEAT_SECONDS):
                    self._beat(self._agent)
                if self._is_outdated:
                    if self._is_time_for("follow", FOLLOW_SECONDS):
                        self._reload(self._agent)
                    return
                self._jobs.say_what_is_over()
                self._jobs.offer(self._agent, self._clock(), self._watcher.due(self._agent) if self._watcher else [])
                self._jobs.take()
                self._tend()
        except LasttouchError as error:
            self._tell(f"{error.message}. {error.hint}")
        except Exception as error:  # noqa: BLE001 - the next look may go well
            self._tell(mistake(error))
        else:
            self._told = None

    def _is_time_for(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, float("-inf")) < seconds:
            return False
        self._last[what] = now
        return True

    def _tell(self, trouble: str) -> None:
        """Once, for as long as it is the same."""
        _log.log(logging.DEBUG if trouble == self._told else logging.ERROR, "%s", trouble)
        self._told = trouble

    def _beat(self, agent: Agent) -> None:
        taken = self._jobs.keep()
        if not agent.lock.acquire(timeout=OVERDUE_SECONDS):
            _log.critical("nothing was heard of what holds the log for minutes; this worker ends")
            os._exit(1)
        try:
            self._clock.set_by(workers.now(agent.log))
            workers.is_at_work(agent.connection, self._name, os.uname().nodename, os.getpid(), taken)
        finally:
            agent.lock.release()

    def _reload(self, agent: Agent) -> None:
        """Follow the file, where the log follows it as well: among several hosts none has the last word by itself."""
        loaded = load_config(agent.loaded.path)
        with agent.lock:
            followed = agent.followed_configuration()
            alone = len(workers.workers(agent.log)) < 2
        if str(loaded.database) != str(agent.loaded.database):
            raise ConfigError("`database` names another log now", "restart the worker to change it")
        if loaded.digest != followed and not alone:
            raise ConfigError(
                "the log follows another configuration than this host's; nothing is read here meanwhile",
                f"copy the newer one to {agent.loaded.path}, or run any command with this one (lasttouch status)",
            )
        self._follow(Agent(loaded, agent.connection, self._clock, agent.lock_file, agent.lock))
        _log.info("reloaded the configuration: %d accounts", len(loaded.config.accounts))

    def _tend(self) -> None:
        if self._is_time_for("sweep", SWEEP_SECONDS / 4):
            self._background.begin("sweep", self._sweep)
        if self._watcher is not None and self._is_time_for("watch", BEAT_SECONDS):
            self._background.begin("watch", self._watch)
        if self._is_time_for("tell", TELL_SECONDS):
            for name, tell in self._tellers.items():
                self._background.begin(f"target {name}", tell)

    def _watch(self) -> None:
        assert self._watcher is not None
        self._watcher.look(self._reading.agent, self._name)

    def _sweep(self) -> None:
        """Who was erased is kept here as well, and erased again where a dump brought them back; what is due by time
        alone, once a minute by one of all workers."""
        agent = self._reading.agent
        with agent.lock:
            if not agent.is_current():
                agent.catch_up()
            keep_beside(agent.log, agent.loaded.database)
            erase_whoever_came_back(agent)
            now = int(self._clock().timestamp())
            with writing(agent.connection):
                if int(settings.read(agent.log, settings.SWEPT) or 0) > now - SWEEP_SECONDS:
                    return
                settings.write(agent.connection, settings.SWEPT, str(now))
        settle(agent)

    def _leave(self) -> None:
        """What is being read is left to the others at once: no transaction is under way when we have the lock."""
        agent = self._agent
        if agent is not None and agent.lock.acquire(timeout=LEAVE_SECONDS):
            try:
                assert isinstance(agent.turns, Leases)
                agent.turns.leave()
                if self._watcher is not None:
                    self._watcher.leave(agent)
                workers.has_left(agent.connection, self._name)
                self._jobs.leave()
                agent.connection.close()
            except (sqlite3.Error, LasttouchError) as error:
                _log.debug("%s", error)
        _log.info("stopped")
