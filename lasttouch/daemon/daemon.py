"""The daemon: applies the configuration, keeps the schedule, and listens to signals and clocks."""

from __future__ import annotations

import logging
import queue
import signal
import time
from collections.abc import Callable
from typing import Literal

from activity.errors import ConfigError, DatabaseError, LasttouchError
from activity.mistakes import mistake
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.daemon.clock import Look, jump
from lasttouch.daemon.doors import Doors
from lasttouch.daemon.notify import notify
from lasttouch.daemon.reading import Reading, lane_of
from lasttouch.daemon.schedule import Plan, Schedule
from lasttouch.daemon.telling import tellers
from lasttouch.daemon.watching import Watching
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.lock_file import LockFile
from lasttouch.keeping.opening import apply_configuration
from lasttouch.local_time import utc_now
from lasttouch.passes import pacing
from lasttouch.passes.pipeline import registered, settle
from lasttouch.passes.source_pass import Report
from store import places
from store.database import database_errors, open_for_writing

TICK_SECONDS = 5.0
SWEEP_SECONDS = 60.0
TELL_SECONDS = 5.0
OVERDUE_SECONDS = 10 * SWEEP_SECONDS
LEAVE_SECONDS = 3.0

Word = Literal["stop", "reload", "reloaded"] | LasttouchError

_log = logging.getLogger(__name__)


class Daemon:
    """Runs until it is told to stop. The main thread only listens, so that it can be stopped at any moment.

    `heard` is called with the report of every pass.
    """

    def __init__(self, loaded: LoadedConfig, lock: LockFile, heard: Callable[[Report], None], doors: Doors) -> None:
        self._loaded = loaded
        self._lock = lock
        self._doors = doors
        self._words: queue.SimpleQueue[Word] = queue.SimpleQueue()  # may be put into by a signal handler
        self._agent: Agent | None = None
        self._swept = time.monotonic()
        self._watching = Watching(self._soon)
        self._reading = Reading(self._watching, heard, lambda: self._words.put("reload"))
        self._schedule = Schedule(self._reading.read, utc_now)

    def run(self) -> None:
        """Raises DatabaseError where the database cannot be used, LasttouchError where commands cannot be answered;
        returns when a signal says so.

        Threads that wait for a server may still be about then: end the process.
        """
        signal.signal(signal.SIGTERM, lambda *_: self._words.put("stop"))
        signal.signal(signal.SIGINT, lambda *_: self._words.put("stop"))
        signal.signal(signal.SIGHUP, lambda *_: self._words.put("reload"))
        self._doors.follow(self._loaded)
        self._schedule.start()
        self._schedule.order(self._begin)
        notify("READY=1")
        self._listen()
        notify("STOPPING=1")
        self._leave()

    def _listen(self) -> None:
        last = Look.now()
        while True:
            try:
                word = self._words.get(timeout=TICK_SECONDS)
            except queue.Empty:
                word = None
            if word == "stop":
                return
            if word == "reload":
                self._schedule.order(self._reload)
            elif word == "reloaded":
                self._answer_as_reloaded()
            elif isinstance(word, LasttouchError):
                raise word
            self._doors.look()
            look = Look.now()
            leap = jump(last, look, TICK_SECONDS)
            if leap is not None:
                _log.info("the clock was set, or the machine slept: everything is read now")
                self._schedule.order(self._after_going_back if leap == "back" else self._read_everything)
            last = look
            if time.monotonic() - self._swept < OVERDUE_SECONDS:
                notify("WATCHDOG=1")

    def _leave(self) -> None:
        """No transaction is under way when we have the lock; if somebody keeps it, the log rolls back by itself."""
        self._doors.stop()
        agent = self._agent
        if agent is not None and agent.lock.acquire(timeout=LEAVE_SECONDS):
            agent.connection.close()
        _log.info("stopped")

    def _begin(self) -> None:
        try:
            connection = open_for_writing(self._loaded.database)
            with database_errors(self._loaded.database):
                agent = Agent(self._loaded, connection, utc_now, self._lock)
                with agent.lock:
                    self._begin_with(agent)
        except LasttouchError as error:
            self._words.put(error)
            return
        except Exception as error:  # noqa: BLE001 - without this nothing would ever be read
            self._words.put(LasttouchError(mistake(error)))
            return
        self._schedule.repeat(self._sweep, SWEEP_SECONDS)
        sources = sum(len(account.kinds) for account in agent.config.accounts)
        _log.info(
            "started: %d accounts, %d sources, log %s", len(agent.config.accounts), sources, agent.loaded.database
        )

    def _reload(self) -> None:
        old = self._agent
        if old is None:
            return
        try:
            loaded = load_config(old.loaded.path)
            if loaded.database != old.loaded.database:
                raise ConfigError("`database` names another file now", "restart the daemon to change it")
            with old.lock, database_errors(loaded.database):
                agent = Agent(loaded, old.connection, utc_now, self._lock, old.lock)
                self._begin_with(agent)
                old.retired = True
        except (ConfigError, DatabaseError) as error:
            _log.error("the configuration was not reloaded, the old one holds: %s. %s", error.message, error.hint)
            return
        self._words.put("reloaded")
        self._watching.drop_all()
        _log.info("reloaded the configuration: %d accounts", len(loaded.config.accounts))

    def _answer_as_reloaded(self) -> None:
        agent = self._agent
        if agent is not None:
            try:
                self._doors.follow(agent.loaded)
            except LasttouchError as error:
                _log.error("%s. %s", error.message, error.hint)

    def _begin_with(self, agent: Agent) -> None:
        apply_configuration(agent)
        rows = registered(agent)
        self._agent = agent
        self._reading.agent = agent
        self._plan(agent, rows)

    def _plan(self, agent: Agent, rows: list[places.SourceRow]) -> None:
        """Everything is read now, but what has to wait."""
        now = agent.clock()
        intervals = {account.name: account.poll_every for account in agent.config.accounts}
        sources = []
        for row in rows:
            last = places.standing(agent.log, row.id)
            lane = lane_of(last.last_success is not None and last.error_code is None)
            sources.append((row, intervals[row.account], Plan(pacing.at_start(now, last), lane)))
        self._schedule.follow(sources)
        self._schedule.tend(tellers(agent), TELL_SECONDS)

    def _read_everything(self) -> None:
        agent = self._agent
        if agent is not None:
            self._watching.drop_all()
            with agent.lock:
                self._plan(agent, registered(agent))

    def _after_going_back(self) -> None:
        agent = self._agent
        if agent is not None:
            with agent.lock:
                agent.correct_touches()
        self._read_everything()

    def _soon(self, source_id: int, seconds: float) -> None:
        self._schedule.soon(source_id, seconds)

    def _sweep(self) -> None:
        """What is due by time alone: meetings that are over by now."""
        agent = self._agent
        if agent is None:
            return
        with database_errors(agent.loaded.database):
            settle(agent)
            with agent.lock:
                superseded = agent.is_superseded()
        self._swept = time.monotonic()
        if superseded:  # another process follows a newer version of the file
            self._reload()
